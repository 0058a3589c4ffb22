using CeleryNet.Extensibility;

namespace CeleryNet.Worker;

/// <summary>Stores the states that one run sets itself.</summary>
internal sealed class RunStateStore(OutcomeRecorder recorder, TaskRequest request) : ITaskStateStore
{
    public ValueTask StoreAsync(TaskState state, TaskValue meta, CancellationToken cancellationToken)
        => recorder.RecordStateAsync(request, state, meta, cancellationToken);
}
