using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Hosting;

/// <summary>
/// Makes instances of the classes of tasks that need no service scope of their run's: what they depend on are singletons, and they have nothing to dispose. A scope
/// costs as much as a small task.
/// </summary>
internal sealed class UnscopedTaskClasses
{
    private readonly Dictionary<Type, ObjectFactory> _factories = [];

    // Looked at when the host is built: whatever the application has registered counts.
    /// <param name="services">The host's registrations.</param>
    /// <param name="added">The classes.</param>
    public UnscopedTaskClasses(IServiceCollection services, IEnumerable<AddedTaskClass> added)
    {
        foreach (var each in added)
        {
            if (ReferenceEquals(Find(services, each.Type), each.Registration) && NeedsSingletonsOnly(services, each.Type))
            {
                _factories[each.Type] = ActivatorUtilities.CreateFactory(each.Type, []);
            }
        }
    }

    /// <summary>A new instance; null when the class needs a scope.</summary>
    public object? Create(Type type, IServiceProvider root) => _factories.TryGetValue(type, out var create) ? create(root, []) : null;

    private static bool NeedsSingletonsOnly(IServiceCollection services, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type)
        => type.GetConstructors() is [var only] && Array.TrueForAll(only.GetParameters(), parameter => IsSingleton(services, parameter))
            && !typeof(IDisposable).IsAssignableFrom(type) && !typeof(IAsyncDisposable).IsAssignableFrom(type);

    private static bool IsSingleton(IServiceCollection services, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var registration = Find(services, type) ?? (type.IsConstructedGenericType ? Find(services, type.GetGenericTypeDefinition()) : null);
        return registration is { Lifetime: ServiceLifetime.Singleton } && !parameter.IsDefined(typeof(FromKeyedServicesAttribute));
    }

    private static ServiceDescriptor? Find(IServiceCollection services, Type type) => services.LastOrDefault(each => each.ServiceType == type && !each.IsKeyedService);
}

/// <summary>A class of tasks that was added, and how it was registered unless the application has done so itself.</summary>
internal sealed class AddedTaskClass([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, ServiceDescriptor registration)
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type Type => type;

    public ServiceDescriptor Registration => registration;
}
