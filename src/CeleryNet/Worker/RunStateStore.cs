using CeleryNet.Extensibility;

namespace CeleryNet.Worker;

/// <summary>Stores the states that running tasks set themselves.</summary>
internal sealed class RunStateStore(OutcomeRecorder recorder) : ITaskStateStore
{
    public ValueTask StoreAsync(ITaskFacts task, TaskState state, TaskValue meta, CancellationToken cancellationToken)
        => recorder.RecordStateAsync((TaskRequest)task, state, meta, cancellationToken);
}
