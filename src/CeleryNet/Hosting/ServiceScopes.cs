using CeleryNet.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Hosting;

/// <summary>Service scopes for runs, from the host's container.</summary>
internal sealed class ServiceScopes(IServiceScopeFactory factory) : ITaskScopeFactory
{
    public ITaskScope CreateScope() => new Scope(factory.CreateAsyncScope());

    private sealed class Scope(AsyncServiceScope scope) : ITaskScope
    {
        public IServiceProvider Services => scope.ServiceProvider;

        public ValueTask DisposeAsync() => scope.DisposeAsync();
    }
}
