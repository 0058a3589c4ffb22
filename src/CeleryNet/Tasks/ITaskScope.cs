namespace CeleryNet.Tasks;

/// <summary>Makes a service scope for a run that needs one.</summary>
internal interface ITaskScopeFactory
{
    ITaskScope CreateScope();

    /// <summary>A new instance of a class that needs no scope; null when it needs one.</summary>
    object? CreateWithoutScope(Type type) => null;
}

/// <summary>The services of one run; disposed after it.</summary>
internal interface ITaskScope : IAsyncDisposable
{
    IServiceProvider Services { get; }
}
