namespace CeleryNet;

/// <summary>
/// Is told what happens to the tasks of a worker, and changes nothing: what it throws is logged, and the task goes its way. Added by
/// <see cref="CeleryBuilder.AddTaskObserver{T}"/>. To change how a task runs there is <see cref="ITaskMiddleware"/>.
/// </summary>
/// <remarks>
/// The counterpart of Celery's task signals. One instance serves the program; it must be safe for concurrent use. Observers are told one after the other, in the
/// order in which they were added, and the task waits for them: a slow one keeps a slot. All methods do nothing unless implemented. Their token fires when a stopping worker
/// waits no longer.
/// </remarks>
public interface ITaskObserver
{
    /// <summary>A message of a task was taken. It may wait for a slot or its time now. Mirrors <c>task_received</c>.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnReceivedAsync(ReceivedTask task, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A task is about to run. Mirrors <c>task_prerun</c>.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnStartingAsync(TaskContext task, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A task has succeeded: its result is stored, its message settled. Mirrors <c>task_success</c>.</summary>
    /// <param name="completion">How it ended.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnSucceededAsync(TaskCompletion completion, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A task has failed and will not be retried. Mirrors <c>task_failure</c>.</summary>
    /// <param name="completion">How it ended.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnFailedAsync(TaskCompletion completion, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A task will be run again: the message for it is sent. Mirrors <c>task_retry</c>.</summary>
    /// <param name="completion">How it ended.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnRetriedAsync(TaskCompletion completion, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// A run is over, however it ended; told after the methods above. A run that the worker itself ended, whose message goes back to its queue, is told here only.
    /// Mirrors <c>task_postrun</c>.
    /// </summary>
    /// <param name="completion">How it ended.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnFinishedAsync(TaskCompletion completion, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A task that was not begun will not be run: it has expired or was revoked. Mirrors <c>task_revoked</c>.</summary>
    /// <param name="task">The task.</param>
    /// <param name="reason">Why, as its result says it: <c>expired</c> or <c>revoked</c>.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnRevokedAsync(ReceivedTask task, string reason, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A message calls a task that this worker does not have, and was put aside. Mirrors <c>task_unknown</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnUnknownAsync(RefusedMessage message, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A message cannot be read, and was put aside. Mirrors <c>task_rejected</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnRejectedAsync(RefusedMessage message, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The worker itself failed over a message, which a bug of it must have caused. Mirrors <c>task_internal_error</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Fires when the worker waits no longer.</param>
    ValueTask OnInternalErrorAsync(RefusedMessage message, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
