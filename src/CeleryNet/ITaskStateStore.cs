using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>Stores the states that a running task sets itself.</summary>
internal interface ITaskStateStore
{
    /// <summary>Stores one of a task's.</summary>
    /// <exception cref="ResultBackendException">The backend did not take it.</exception>
    ValueTask StoreAsync(ITaskFacts task, TaskState state, TaskValue meta, CancellationToken cancellationToken);
}
