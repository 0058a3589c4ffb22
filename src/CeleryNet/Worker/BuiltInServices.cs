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
    /// <summary>Removes results that have expired, where they do not go by themselves.</summary>
    /// <exception cref="ResultBackendException">They may be there still.</exception>
    public async ValueTask<TaskValue> CleanUpAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Results.Backend is IResultCleaner cleaner)
        {
            await cleaner.CleanUpAsync(cancellationToken).ConfigureAwait(false);
        }

        return TaskValue.Null;
    }
}
