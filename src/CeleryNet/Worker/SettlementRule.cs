using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>What becomes of a message after its run. celery/worker/request.py on_success, on_failure</summary>
internal static class SettlementRule
{
    /// <param name="outcome">How the run ended.</param>
    /// <param name="terms">What the task wants.</param>
    /// <param name="isRecorded">Whether the result was stored, or none was to be.</param>
    public static Settlement For(TaskOutcome outcome, SettlementTerms terms, bool isRecorded) => outcome switch
    {
        TaskOutcome.Abandoned or TaskOutcome.RetryUnsent or TaskOutcome.SuccessorsUnsent or TaskOutcome.Rejected => Settlement.Requeue,
        TaskOutcome.Retried or TaskOutcome.Ignored or TaskOutcome.Replaced => Settlement.Ack,
        _ when !isRecorded => Settlement.Requeue,
        TaskOutcome.Succeeded or TaskOutcome.Terminated => Settlement.Ack,
        TaskOutcome.Failed failed when terms.KeepIfFailed => Settlement.DeadLetter(FailedTaskKeeper.Describe(failed.Error)),
        TaskOutcome.TimedOut late when terms.KeepIfFailed => Settlement.DeadLetter(FailedTaskKeeper.Describe(late.Error)),
        TaskOutcome.TimedOut => terms.AcksOnTimeout ? Settlement.Ack : Settlement.Requeue,
        TaskOutcome.Failed { Error: TaskRejectException } => Settlement.Reject,
        TaskOutcome.Failed => terms.AcksOnFailure ? Settlement.Ack : Settlement.Reject,
        _ => throw new InvalidOperationException($"No settlement rule for {outcome.GetType().Name}."),
    };
}

/// <summary>What a task wants to become of its messages.</summary>
internal readonly record struct SettlementTerms
{
    /// <summary>Whether a failed task's message counts as done.</summary>
    public required bool AcksOnFailure { get; init; }

    /// <summary>Whether the message of a task that exceeded its hard time limit counts as done; else it goes back to its queue.</summary>
    public required bool AcksOnTimeout { get; init; }

    /// <summary>Whether a failed task's message goes to the dead letters.</summary>
    public required bool KeepIfFailed { get; init; }
}
