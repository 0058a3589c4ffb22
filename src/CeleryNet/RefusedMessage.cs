namespace CeleryNet;

/// <summary>A message that did not become a task.</summary>
public sealed class RefusedMessage
{
    internal RefusedMessage(string queue, Exception error)
    {
        Queue = queue;
        Error = error;
    }

    /// <summary>The queue it came from.</summary>
    public string Queue { get; }

    /// <summary>Why.</summary>
    public Exception Error { get; }

    /// <summary>The name of the task it calls; null when that cannot be read.</summary>
    public string? TaskName { get; init; }

    /// <summary>Its id; null when that cannot be read.</summary>
    public TaskId? TaskId { get; init; }
}
