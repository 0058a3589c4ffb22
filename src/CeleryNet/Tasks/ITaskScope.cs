namespace CeleryNet.Tasks;

/// <summary>Makes a service scope for a run that needs one.</summary>
internal interface ITaskScopeFactory
{
    ITaskScope CreateScope();
}

/// <summary>The services of one run; disposed after it.</summary>
internal interface ITaskScope : IAsyncDisposable
{
    IServiceProvider Services { get; }
}
