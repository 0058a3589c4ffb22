namespace CeleryNet;

/// <summary>What is known of a task before it runs.</summary>
public sealed class ReceivedTask
{
    internal ReceivedTask(TaskId id, string taskName, string queue)
    {
        Id = id;
        TaskName = taskName;
        Queue = queue;
    }

    /// <summary>The id of the message.</summary>
    public TaskId Id { get; }

    /// <summary>The task's name on the wire.</summary>
    public string TaskName { get; }

    /// <summary>The queue the message came from.</summary>
    public string Queue { get; }

    /// <summary>How many times the task was retried before.</summary>
    public int Retries { get; init; }

    /// <summary>Not to be run before this instant; null when the message does not say.</summary>
    public DateTimeOffset? Eta { get; init; }

    /// <summary>Not to be run after this instant; null when the message does not say.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the broker has delivered the message before.</summary>
    public bool IsRedelivered { get; init; }
}
