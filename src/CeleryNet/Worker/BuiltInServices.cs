using CeleryNet.Client;
using CeleryNet.Extensibility;
using CeleryNet.Results;
using CeleryNet.Tasks;

namespace CeleryNet.Worker;

/// <summary>What the tasks work with that every worker has.</summary>
/// <param name="Sender">Sends what they compose.</param>
/// <param name="Results">The result backend.</param>
/// <param name="Registry">The tasks there are.</param>
/// <param name="Chords">Completes chords.</param>
/// <param name="Scopes">Makes scopes for tasks that are called within another.</param>
/// <param name="ChordRetryInterval">How long a chord that nobody counts waits between two looks.</param>
internal sealed record BuiltInServices(
    CanvasSender Sender, ResultAccess Results, TaskRegistry Registry, ChordReporter Chords, ITaskScopeFactory Scopes, TimeSpan ChordRetryInterval)
{
    /// <summary>Removes results that have expired. The backends there are do so by themselves.</summary>
#pragma warning disable CA1822 // It is said of the backend.
    public ValueTask<TaskValue> CleanUpAsync(CancellationToken cancellationToken)
#pragma warning restore CA1822
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(TaskValue.Null);
    }
}
