using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Hosting;

/// <summary>
/// The classes of tasks that need no service scope of their run's: they have no dependencies and nothing to dispose, and are registered so that each run gets a
/// new instance whichever provider is asked. A scope costs as much as a small task.
/// </summary>
/// <param name="services">The host's registrations.</param>
/// <param name="declaringTypes">The classes.</param>
internal sealed class UnscopedTaskClasses(IServiceCollection services, IEnumerable<Type> declaringTypes)
{
    // Looked at when the host is built: whatever the application has registered for a class counts.
    private readonly HashSet<Type> _types = [.. declaringTypes.Where(type => IsTransient(services.LastOrDefault(each => each.ServiceType == type && !each.IsKeyedService), type))];

    public bool Contains(Type type) => _types.Contains(type);

    /// <summary>Whether instances need nothing from a container, and nobody to dispose them.</summary>
    public static bool NeedsNothing([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type)
        => type.GetConstructors() is [var only] && only.GetParameters().Length == 0
            && !typeof(IDisposable).IsAssignableFrom(type) && !typeof(IAsyncDisposable).IsAssignableFrom(type);

    private static bool IsTransient(ServiceDescriptor? descriptor, Type type)
        => descriptor is { Lifetime: ServiceLifetime.Transient, ImplementationType: { } implementation } && implementation == type;
}

/// <summary>A class of tasks that has been added, and needs nothing from a container.</summary>
internal sealed record SimpleTaskClass(Type DeclaringType);
