using CeleryNet.Tasks;

namespace CeleryNet.TestKit;

/// <summary>For runs that need no services, and must not ask for any.</summary>
internal sealed class NoScopes : ITaskScopeFactory
{
    public ITaskScope CreateScope() => throw new InvalidOperationException("This run needs no services.");
}
