namespace CeleryNet;

/// <summary>
/// The failure of another task. A task that has a parameter of this type is an error callback: linked to a task by <c>OnError</c> or Celery's <c>link_error</c>, it is
/// called with that task's failure, and with its own arguments.
/// </summary>
/// <remarks>
/// Where the task has failed in a worker that has the error callback too, it is called there and then, before the failed task's message is settled: no message is sent
/// for it, it has no result, and what it throws is logged. This is Celery's new style, <c>def errback(request, exc, traceback)</c>. Elsewhere it is sent as a task whose
/// first argument is the id of the failed task, which is Celery's old style, and what is stored of that task is looked up.
/// </remarks>
public sealed class TaskFailure
{
    internal TaskFailure(TaskId taskId) => TaskId = taskId;

    /// <summary>The task that failed; of a chord, the body that is not run.</summary>
    public TaskId TaskId { get; }

    /// <summary>Its name; null where only its id is known.</summary>
    public string? TaskName { get; init; }

    /// <summary>The first task of its workflow; null where only its id is known.</summary>
    public TaskId? RootId { get; init; }

    /// <summary>
    /// What it failed of: what the task threw, a <see cref="ChordException"/> for a chord, or a <see cref="RemoteTaskException"/> where it was looked up. Null where
    /// the result backend does not have it, or not any more.
    /// </summary>
    public Exception? Error { get; init; }

    /// <summary>The traceback that is stored with it; null where there is none.</summary>
    public string? Traceback { get; init; }
}
