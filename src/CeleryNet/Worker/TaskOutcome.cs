using CeleryNet.Extensibility;

namespace CeleryNet.Worker;

/// <summary>How a run ended. A closed set: what follows is decided by a switch over it.</summary>
internal abstract record TaskOutcome
{
    private TaskOutcome()
    {
    }

    internal sealed record Succeeded(TaskValue Value) : TaskOutcome;

    internal sealed record Failed(Exception Error) : TaskOutcome;

    /// <summary>The task asked to be run again, and the message for it is with the broker.</summary>
    internal sealed record Retried(TaskRetryException Retry) : TaskOutcome;

    /// <summary>The task asked to be run again, and the broker is away: its own message shall run again in place of the one that could not be sent.</summary>
    internal sealed record RetryUnsent(Exception Error) : TaskOutcome;

    /// <summary>It was revoked while it ran, and has ended by that: it shall not run again.</summary>
    internal sealed record Terminated : TaskOutcome;

    /// <summary>The worker itself ended the run: the message shall run again, here or elsewhere.</summary>
    internal sealed record Abandoned(CancellationReason Reason) : TaskOutcome;
}
