using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>What becomes of a message after its run. celery/worker/request.py on_success, on_failure</summary>
internal static class SettlementRule
{
    /// <param name="outcome">How the run ended.</param>
    /// <param name="acksOnFailure">Whether a failed task's message counts as done.</param>
    /// <param name="isRecorded">Whether the result was stored, or none was to be.</param>
    public static Settlement For(TaskOutcome outcome, bool acksOnFailure, bool isRecorded) => outcome switch
    {
        TaskOutcome.Abandoned or TaskOutcome.RetryUnsent => Settlement.Requeue,
        TaskOutcome.Retried => Settlement.Ack,
        _ when !isRecorded => Settlement.Requeue,
        TaskOutcome.Succeeded => Settlement.Ack,
        TaskOutcome.Failed => acksOnFailure ? Settlement.Ack : Settlement.Reject,
        _ => throw new InvalidOperationException($"No settlement rule for {outcome.GetType().Name}."),
    };
}
