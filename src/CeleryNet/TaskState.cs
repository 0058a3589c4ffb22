namespace CeleryNet;

/// <summary>The state of a task as the result backend knows it. Besides Celery's own states a task may store any text of its own.</summary>
/// <param name="Name">The text on the wire, upper case by convention.</param>
/// <remarks>Mirrors <c>celery.states</c>.</remarks>
public readonly record struct TaskState(string Name)
{
    /// <summary>Nothing is stored: the task waits, is unknown, or its result has expired.</summary>
    public static TaskState Pending => new("PENDING");

    /// <summary>A worker has the message. Only events carry this state, it is never stored.</summary>
    public static TaskState Received => new("RECEIVED");

    /// <summary>The task runs. Stored only where started tasks are tracked.</summary>
    public static TaskState Started => new("STARTED");

    /// <summary>The task returned.</summary>
    public static TaskState Success => new("SUCCESS");

    /// <summary>The task raised.</summary>
    public static TaskState Failure => new("FAILURE");

    /// <summary>The task asked to be run again later.</summary>
    public static TaskState Retry => new("RETRY");

    /// <summary>The task was revoked or expired before it ended.</summary>
    public static TaskState Revoked => new("REVOKED");

    /// <summary>The task's message was rejected. Only events carry this state.</summary>
    public static TaskState Rejected => new("REJECTED");

    /// <summary>Whether the state is final: SUCCESS, FAILURE or REVOKED (<c>READY_STATES</c>).</summary>
    public bool IsReady => Name is "SUCCESS" or "FAILURE" or "REVOKED";

    /// <summary>Whether getting the result throws: FAILURE or REVOKED (<c>PROPAGATE_STATES</c>).</summary>
    public bool IsFailed => Name is "FAILURE" or "REVOKED";

    /// <summary>Whether the stored result is an exception: FAILURE, RETRY or REVOKED (<c>EXCEPTION_STATES</c>).</summary>
    public bool IsException => Name is "FAILURE" or "RETRY" or "REVOKED";

    /// <summary>Takes a text as a state.</summary>
    /// <param name="name">The text on the wire.</param>
    public static implicit operator TaskState(string name) => new(name);

    /// <summary>The text on the wire.</summary>
    public override string ToString() => Name ?? "PENDING";
}
