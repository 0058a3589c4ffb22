using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>What becomes of a message after its run. celery/worker/request.py on_success, on_failure</summary>
internal static class SettlementRule
{
    /// <param name="outcome">How the run ended.</param>
    /// <param name="acksOnFailure">Whether a failed task's message counts as done.</param>
    /// <param name="isRecorded">Whether the result was stored, or none was to be.</param>
    /// <param name="keepIfFailed">Whether a failed task's message goes to the dead letters.</param>
    public static Settlement For(TaskOutcome outcome, bool acksOnFailure, bool isRecorded, bool keepIfFailed = false) => outcome switch
    {
        TaskOutcome.Abandoned or TaskOutcome.RetryUnsent => Settlement.Requeue,
        TaskOutcome.Retried => Settlement.Ack,
        _ when !isRecorded => Settlement.Requeue,
        TaskOutcome.Succeeded or TaskOutcome.Terminated => Settlement.Ack,
        TaskOutcome.Failed failed when keepIfFailed => Settlement.DeadLetter(FailedTaskKeeper.Describe(failed.Error)),
        TaskOutcome.Failed => acksOnFailure ? Settlement.Ack : Settlement.Reject,
        _ => throw new InvalidOperationException($"No settlement rule for {outcome.GetType().Name}."),
    };
}
