namespace CeleryNet.Extensibility;

/// <summary>What a result backend keeps of a task.</summary>
/// <param name="taskId">The task.</param>
/// <param name="state">Its state.</param>
/// <remarks>Values are JSON texts, as <see cref="CelerySerializer"/> has them. Mirrors the dictionary of Celery's <c>Backend._get_result_meta</c>.</remarks>
public sealed class ResultRecord(TaskId taskId, TaskState state)
{
    /// <summary>The task.</summary>
    public TaskId TaskId { get; } = taskId;

    /// <summary>Its state.</summary>
    public TaskState State { get; } = state;

    /// <summary>The return value, the meta of a custom state, or an encoded exception, as JSON; empty for null.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>The traceback of an exception; null for none.</summary>
    public string? Traceback { get; init; }

    /// <summary>The tasks this one has sent, as JSON: a list of Celery's result tuples; empty for none.</summary>
    public ReadOnlyMemory<byte> Children { get; init; }

    /// <summary>When the final state was reached; null before.</summary>
    public DateTimeOffset? DateDone { get; init; }

    /// <summary>The group the task belongs to; null for none, or where the place has no room for it.</summary>
    public string? GroupId { get; init; }

    /// <summary>The task that sent this one; null for none, or where the place has no room for it.</summary>
    public TaskId? ParentId { get; init; }

    /// <summary>What <c>result_extended</c> adds; null without it.</summary>
    public ResultDetails? Details { get; init; }

    /// <summary>Why what is stored cannot be read; null when it can.</summary>
    public string? ReadError { get; private init; }

    /// <summary>Stands for a record that is stored but cannot be read. Who waits for this task is told so at once.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="reason">What is wrong with it.</param>
    public static ResultRecord Unreadable(TaskId taskId, string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new ResultRecord(taskId, TaskState.Pending) { ReadError = reason };
    }
}

/// <summary>What <c>result_extended</c> adds to a record.</summary>
/// <param name="name">The task's name.</param>
public sealed class ResultDetails(string name)
{
    /// <summary>The task's name.</summary>
    public string Name { get; } = name;

    /// <summary>The positional arguments, as JSON; empty where they are not known.</summary>
    public ReadOnlyMemory<byte> Args { get; init; }

    /// <summary>The keyword arguments, as JSON; empty where they are not known.</summary>
    public ReadOnlyMemory<byte> Kwargs { get; init; }

    /// <summary>The node name of the worker; empty where it is not known.</summary>
    public string Worker { get; init; } = "";

    /// <summary>How often the task had been retried.</summary>
    public int Retries { get; init; }

    /// <summary>The routing key the task came by; null where it is not known.</summary>
    public string? Queue { get; init; }
}
