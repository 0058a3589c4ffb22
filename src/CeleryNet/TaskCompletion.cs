using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>How a run ended.</summary>
public sealed class TaskCompletion
{
    internal TaskCompletion(TaskContext task, TaskState? state, TimeSpan elapsed)
    {
        Task = task;
        State = state;
        Elapsed = elapsed;
    }

    /// <summary>The task.</summary>
    public TaskContext Task { get; }

    /// <summary>What the task has come to: SUCCESS, FAILURE or RETRY. Null when the worker ended the run, and the message goes back to its queue.</summary>
    public TaskState? State { get; }

    /// <summary>How long the run took.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>The result of a task that succeeded; null otherwise.</summary>
    public TaskValue? Result { get; init; }

    /// <summary>What a failed task threw, or why a retry or the end of a run came about; null otherwise.</summary>
    public Exception? Error { get; init; }
}
