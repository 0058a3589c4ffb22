using CeleryNet.Resilience;
using CeleryNet.Tasks;

namespace CeleryNet.Worker;

/// <summary>What the user has added around and beside the runs of tasks.</summary>
internal sealed record WorkerHooks
{
    public TaskMiddlewareChain Middleware { get; init; } = TaskMiddlewareChain.Empty;

    public TaskObservers Observers { get; init; } = TaskObservers.None;

    /// <summary>Told of the same as the observers, for monitors elsewhere.</summary>
    public TaskEvents Events { get; init; } = TaskEvents.None;

    public WorkerObservers WorkerObservers { get; init; } = WorkerObservers.None;

    /// <summary>What is done about failures; null for the defaults.</summary>
    public ResiliencePipelines? Resilience { get; init; }
}
