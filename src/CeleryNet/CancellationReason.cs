namespace CeleryNet;

/// <summary>Why the cancellation token of a running task fired.</summary>
public enum CancellationReason
{
    /// <summary>It did not fire.</summary>
    None,

    /// <summary>The worker stops and its grace period is over. A message acknowledged late goes back to its queue.</summary>
    Shutdown,

    /// <summary>The broker may give the message to another worker: the connection it came on is gone, or its lease was lost.</summary>
    LeaseLost,

    /// <summary>
    /// The task has reached its soft time limit, and should come to an end. Another reason may follow, <see cref="TimeLimit"/> for one; the token has fired
    /// then, and tells only by its reason.
    /// </summary>
    SoftTimeLimit,

    /// <summary>The task has exceeded its hard time limit: it has failed, and nothing waits for it any longer.</summary>
    TimeLimit,

    /// <summary>The task was revoked, and running ones are to be ended too (<c>terminate</c>).</summary>
    Revoked,
}
