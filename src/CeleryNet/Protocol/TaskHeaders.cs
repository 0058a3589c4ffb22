namespace CeleryNet.Protocol;

/// <summary>The headers of protocol 2 that say what to run and how. celery/app/amqp.py as_task_v2</summary>
internal sealed record TaskHeaders(string TaskName, TaskId Id)
{
    /// <summary>The name shown in logs and events in place of the task's.</summary>
    public string? Shadow { get; init; }

    public DateTimeOffset? Eta { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public string? GroupId { get; init; }

    public int? GroupIndex { get; init; }

    public int Retries { get; init; }

    public TimeSpan? TimeLimit { get; init; }

    public TimeSpan? SoftTimeLimit { get; init; }

    public TaskId? RootId { get; init; }

    public TaskId? ParentId { get; init; }

    public string? ArgsRepr { get; init; }

    public string? KwargsRepr { get; init; }

    public string? Origin { get; init; }

    /// <summary>Null leaves it to the worker.</summary>
    public bool? IgnoreResult { get; init; }

    /// <summary>The names of the stamps; null when the message has none.</summary>
    public IReadOnlyList<string>? StampedHeaders { get; init; }

    /// <summary>The stamps by name; null when the message has none.</summary>
    public IReadOnlyDictionary<string, object?>? Stamps { get; init; }

    /// <summary>How many times the task was replaced by another on its way here (<c>Task.replace</c>).</summary>
    public int ReplacedTaskNesting { get; init; }

    /// <summary>The name for people.</summary>
    public string DisplayName => string.IsNullOrEmpty(Shadow) ? TaskName : Shadow;
}
