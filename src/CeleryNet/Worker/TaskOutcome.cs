using CeleryNet.Extensibility;

namespace CeleryNet.Worker;

/// <summary>How a run ended. A closed set: what follows is decided by a switch over it.</summary>
internal abstract record TaskOutcome
{
    private TaskOutcome()
    {
    }

    internal sealed record Succeeded(TaskValue Value) : TaskOutcome;

    /// <summary>Also that the task refused its message for good, with its <see cref="TaskRejectException"/> as the error.</summary>
    internal sealed record Failed(Exception Error) : TaskOutcome;

    /// <summary>The task exceeded its hard time limit; its code may go on.</summary>
    internal sealed record TimedOut(TimeLimitExceededException Error) : TaskOutcome;

    /// <summary>The task refused its message, which goes back to its queue.</summary>
    internal sealed record Rejected(TaskRejectException Rejection) : TaskOutcome;

    /// <summary>The task wants nothing to be stored of its end.</summary>
    internal sealed record Ignored : TaskOutcome;

    /// <summary>The task asked to be run again, and the message for it is with the broker.</summary>
    internal sealed record Retried(TaskRetryException Retry) : TaskOutcome;

    /// <summary>The task asked to be run again, and the broker is away: its own message shall run again in place of the one that could not be sent.</summary>
    internal sealed record RetryUnsent(Exception Error) : TaskOutcome;

    /// <summary>The task is replaced by another, the message for which is with the broker.</summary>
    internal sealed record Replaced(Signature Replacement) : TaskOutcome;

    /// <summary>What is to come after it could not be sent since the broker is away: its own message shall run again.</summary>
    internal sealed record SuccessorsUnsent(Exception Error) : TaskOutcome;

    /// <summary>It was revoked while it ran, and has ended by that: it shall not run again.</summary>
    internal sealed record Terminated : TaskOutcome;

    /// <summary>The worker itself ended the run: the message shall run again, here or elsewhere.</summary>
    internal sealed record Abandoned(CancellationReason Reason) : TaskOutcome;
}
