namespace CeleryNet;

/// <summary>Ends a run whose message is refused. Made by <see cref="TaskContext.Reject"/> and thrown by the task.</summary>
/// <remarks>
/// A task that catches all exceptions has to let this one pass. Mirrors <c>celery.exceptions.Reject</c>, as which it is stored when the message is not put back.
/// </remarks>
public sealed class TaskRejectException : CeleryException, IPythonException
{
    internal TaskRejectException(string? reason, bool requeue)
        : base(Describe(reason, requeue))
    {
        Reason = reason;
        Requeue = requeue;
    }

    /// <summary>Why the message is refused; null when the task did not say.</summary>
    public string? Reason { get; }

    /// <summary>Whether the message goes back to its queue.</summary>
    public bool Requeue { get; }

    // celery/exceptions.py Reject.__init__
    IReadOnlyList<object?> IPythonException.Arguments => [Reason, Requeue];

    private static string Describe(string? reason, bool requeue)
    {
        var what = requeue ? "Rejected, to be delivered again" : "Rejected";
        return string.IsNullOrEmpty(reason) ? what : $"{what}: {reason}";
    }
}
