using CeleryNet.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Hosting;

/// <summary>Service scopes for runs, from the host's container.</summary>
/// <param name="factory">Makes scopes.</param>
/// <param name="root">The container itself.</param>
/// <param name="unscoped">Classes that need no scope.</param>
internal sealed class ServiceScopes(IServiceScopeFactory factory, IServiceProvider root, UnscopedTaskClasses unscoped) : ITaskScopeFactory
{
    public ITaskScope CreateScope() => new Scope(factory.CreateAsyncScope());

    public object? CreateWithoutScope(Type type) => unscoped.Create(type, root);

    private sealed class Scope(AsyncServiceScope scope) : ITaskScope
    {
        public IServiceProvider Services => scope.ServiceProvider;

        public ValueTask DisposeAsync() => scope.DisposeAsync();
    }
}
