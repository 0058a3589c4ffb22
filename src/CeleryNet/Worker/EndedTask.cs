using CeleryNet.Protocol;

namespace CeleryNet.Worker;

/// <summary>A task that has come to its end, as far as those who come after it need to know.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
internal sealed record EndedTask(TaskId Id, string Name)
{
    /// <summary>The first task of the workflow.</summary>
    public required TaskId RootId { get; init; }

    public string? GroupId { get; init; }

    public int? GroupIndex { get; init; }

    /// <summary>What the run could see; null when there was none.</summary>
    public TaskContext? Context { get; init; }

    public static EndedTask Of(TaskHeaders headers, TaskContext? context) => new(headers.Id, headers.TaskName)
    {
        RootId = headers.RootId ?? headers.Id,
        GroupId = headers.GroupId,
        GroupIndex = headers.GroupIndex,
        Context = context,
    };
}

/// <summary>What is stored of a task that did not succeed, and of all that were to come after it.</summary>
/// <param name="State">FAILURE or REVOKED.</param>
/// <param name="Error">What it failed of.</param>
/// <param name="Result">The exception as documents have it, as JSON.</param>
/// <param name="Traceback">The traceback; null for none.</param>
internal sealed record FailureRecord(TaskState State, Exception Error, ReadOnlyMemory<byte> Result, string? Traceback);
