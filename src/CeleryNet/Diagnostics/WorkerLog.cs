using Microsoft.Extensions.Logging;

namespace CeleryNet.Diagnostics;

/// <summary>What a worker logs. Arguments and results stay out: they may be secrets.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(EventId = EventIds.TaskReceived, Level = LogLevel.Debug, Message = "Task {TaskName}[{TaskId}] received")]
    public static partial void TaskReceived(this ILogger logger, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.TaskSucceeded, Level = LogLevel.Information, Message = "Task {TaskName}[{TaskId}] succeeded in {ElapsedMs} ms")]
    public static partial void TaskSucceeded(this ILogger logger, string taskName, string taskId, double elapsedMs);

    [LoggerMessage(EventId = EventIds.TaskFailed, Level = LogLevel.Error, Message = "Task {TaskName}[{TaskId}] raised")]
    public static partial void TaskFailed(this ILogger logger, Exception error, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.TaskRetried, Level = LogLevel.Information, Message = "Task {TaskName}[{TaskId}] retry: {Reason}")]
    public static partial void TaskRetried(this ILogger logger, string taskName, string taskId, string reason);

    [LoggerMessage(EventId = EventIds.RetryNotSent, Level = LogLevel.Warning, Message = "The retry of task {TaskName}[{TaskId}] could not be sent; its message goes back to the queue and will run again")]
    public static partial void RetryNotSent(this ILogger logger, Exception error, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.RetryNotStored, Level = LogLevel.Warning, Message = "The retry of task {TaskName}[{TaskId}] was not stored")]
    public static partial void RetryNotStored(this ILogger logger, Exception error, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.TaskRejected, Level = LogLevel.Warning, Message = "Task {TaskName}[{TaskId}] rejected its message (requeue: {Requeue}): {Reason}")]
    public static partial void TaskRejected(this ILogger logger, string taskName, string taskId, bool requeue, string? reason);

    [LoggerMessage(EventId = EventIds.RejectionWithoutEffect, Level = LogLevel.Warning, Message = "Task {TaskName}[{TaskId}] rejected its message to have it delivered again, which has no effect since it was acknowledged before the run; the task has failed. AcksLate would let it go back. {Reason}")]
    public static partial void RejectionWithoutEffect(this ILogger logger, string taskName, string taskId, string? reason);

    [LoggerMessage(EventId = EventIds.SuccessorsDelayed, Level = LogLevel.Warning, Message = "What comes after a task could not be told or sent; trying again in {Delay}")]
    public static partial void SuccessorsDelayed(this ILogger logger, Exception error, TimeSpan delay);

    [LoggerMessage(EventId = EventIds.SuccessorsNotSent, Level = LogLevel.Error, Message = "What comes after task {TaskName}[{TaskId}] could not be told of its end, or not be sent")]
    public static partial void SuccessorsNotSent(this ILogger logger, Exception error, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.SuccessorsUnsent, Level = LogLevel.Warning, Message = "What comes after task {TaskName}[{TaskId}] could not be sent; its message goes back to the queue and will run again")]
    public static partial void SuccessorsUnsent(this ILogger logger, Exception error, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.ChordFailed, Level = LogLevel.Error, Message = "Chord {GroupId} does not reach its body {TaskName}: {Reason}")]
    public static partial void ChordFailed(this ILogger logger, string groupId, string taskName, string reason);

    [LoggerMessage(EventId = EventIds.ChordNotReported, Level = LogLevel.Error, Message = "Task {TaskName}[{TaskId}] is part of chord {GroupId}, which cannot be told of its end: {Reason}")]
    public static partial void ChordNotReported(this ILogger logger, string taskName, string taskId, string groupId, string reason);

    [LoggerMessage(EventId = EventIds.ErrorCallbackFailed, Level = LogLevel.Error, Message = "Error callback {Callback} failed, called for task {TaskName}[{TaskId}]")]
    public static partial void ErrorCallbackFailed(this ILogger logger, Exception error, string callback, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.FailureNotFound, Level = LogLevel.Warning, Message = "The failure of task {TaskId}, which an error callback is called for, could not be looked up")]
    public static partial void FailureNotFound(this ILogger logger, Exception error, string taskId);

    [LoggerMessage(EventId = EventIds.TaskReplaced, Level = LogLevel.Information, Message = "Task {TaskName}[{TaskId}] is replaced by {Replacement}")]
    public static partial void TaskReplaced(this ILogger logger, string taskName, string taskId, string replacement);

    [LoggerMessage(EventId = EventIds.TaskIgnored, Level = LogLevel.Information, Message = "Task {TaskName}[{TaskId}] asked for its end to be ignored")]
    public static partial void TaskIgnored(this ILogger logger, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.AlreadySucceeded, Level = LogLevel.Information, Message = "Task {TaskName}[{TaskId}] has succeeded before and is not run again")]
    public static partial void AlreadySucceeded(this ILogger logger, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.RunUnguarded, Level = LogLevel.Warning, Message = "Task {TaskName}[{TaskId}] is run although it could not be {Precaution}")]
    public static partial void RunUnguarded(this ILogger logger, Exception error, string taskName, string taskId, string precaution);

    [LoggerMessage(EventId = EventIds.TaskAbandoned, Level = LogLevel.Warning, Message = "Task {TaskName}[{TaskId}] was ended by the worker ({Reason}) and will run again")]
    public static partial void TaskAbandoned(this ILogger logger, string taskName, string taskId, CancellationReason reason);

    [LoggerMessage(EventId = EventIds.TaskHeld, Level = LogLevel.Debug, Message = "Task {TaskName}[{TaskId}] is held until {Eta}")]
    public static partial void TaskHeld(this ILogger logger, string taskName, string taskId, DateTimeOffset eta);

    [LoggerMessage(EventId = EventIds.SoftTimeLimitExceeded, Level = LogLevel.Warning, Message = "Soft time limit ({Seconds} s) exceeded for task {TaskName}[{TaskId}]")]
    public static partial void SoftTimeLimitExceeded(this ILogger logger, string taskName, string taskId, double seconds);

    [LoggerMessage(EventId = EventIds.TimeLimitExceeded, Level = LogLevel.Error, Message = "Hard time limit ({Seconds} s) exceeded for task {TaskName}[{TaskId}]")]
    public static partial void TimeLimitExceeded(this ILogger logger, string taskName, string taskId, double seconds);

    [LoggerMessage(EventId = EventIds.TaskStuck, Level = LogLevel.Error, Message = "The code of task {TaskName}[{TaskId}] goes on after its time limit and is left behind; {Count} are stuck now")]
    public static partial void TaskStuck(this ILogger logger, string taskName, string taskId, int count);

    [LoggerMessage(EventId = EventIds.StuckTaskEnded, Level = LogLevel.Warning, Message = "The code of task {TaskName}[{TaskId}] has ended {Seconds} s after it was left behind; that it is {Outcome} is dropped")]
    public static partial void StuckTaskEnded(this ILogger logger, Exception? error, string taskName, string taskId, double seconds, string outcome);

    [LoggerMessage(EventId = EventIds.WorkerRetires, Message = "{Hostname} stops, to be started anew: {Reason}")]
    public static partial void WorkerRetires(this ILogger logger, LogLevel level, string hostname, string reason);

    [LoggerMessage(EventId = EventIds.TaskLimited, Level = LogLevel.Debug, Message = "Task {TaskName}[{TaskId}] waits for its rate limit")]
    public static partial void TaskLimited(this ILogger logger, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.EtaLimitReached, Level = LogLevel.Warning, Message = "{Count} messages wait for their ETA, which is the limit (EtaTaskLimit); more take the places of messages that could run")]
    public static partial void EtaLimitReached(this ILogger logger, int count);

    [LoggerMessage(EventId = EventIds.TaskExpired, Level = LogLevel.Information, Message = "Task {TaskName}[{TaskId}] has expired and is not run")]
    public static partial void TaskExpired(this ILogger logger, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.TaskRevoked, Level = LogLevel.Information, Message = "Task {TaskName}[{TaskId}] was revoked and is not run")]
    public static partial void TaskRevoked(this ILogger logger, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.TaskTerminated, Level = LogLevel.Information, Message = "Task {TaskName}[{TaskId}] was revoked while it ran and has ended")]
    public static partial void TaskTerminated(this ILogger logger, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.StateRestored, Level = LogLevel.Information, Message = "{Count} revoked tasks and stamps were read from {Path}")]
    public static partial void StateRestored(this ILogger logger, int count, string path);

    [LoggerMessage(EventId = EventIds.StateSetAside, Level = LogLevel.Error, Message = "The revoked tasks in {Path} cannot be read ({Reason}) and are forgotten by this worker; the file was moved to {AsidePath}")]
    public static partial void StateSetAside(this ILogger logger, string path, string reason, string asidePath);

    [LoggerMessage(EventId = EventIds.StateNotSaved, Level = LogLevel.Error, Message = "The revoked tasks could not be saved to {Path}; trying again in {Delay}")]
    public static partial void StateNotSaved(this ILogger logger, Exception error, string path, TimeSpan delay);

    [LoggerMessage(EventId = EventIds.TaskUnrunnable, Level = LogLevel.Error, Message = "A message from queue {Queue} cannot be run: {Reason}")]
    public static partial void TaskUnrunnable(this ILogger logger, string queue, string reason);

    [LoggerMessage(EventId = EventIds.ResultStoreFailed, Level = LogLevel.Warning, Message = "A result could not be stored; trying again in {Delay}")]
    public static partial void ResultStoreFailed(this ILogger logger, Exception error, TimeSpan delay);

    [LoggerMessage(EventId = EventIds.ResultNotStored, Level = LogLevel.Error, Message = "The {State} of task {TaskName}[{TaskId}] was not stored")]
    public static partial void ResultNotStored(this ILogger logger, Exception? error, string taskName, string taskId, string state);

    [LoggerMessage(EventId = EventIds.ResultSimplified, Level = LogLevel.Warning, Message = "The {State} of task {TaskName}[{TaskId}] is stored in a simpler form: {Reason}")]
    public static partial void ResultSimplified(this ILogger logger, string state, string taskName, string taskId, string reason);

    [LoggerMessage(EventId = EventIds.FailedTaskNotKept, Level = LogLevel.Error, Message = "The message of the failed task {TaskName}[{TaskId}] was not kept")]
    public static partial void FailedTaskNotKept(this ILogger logger, Exception error, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.StartedNotStored, Level = LogLevel.Warning, Message = "The start of task {TaskName}[{TaskId}] was not stored")]
    public static partial void StartedNotStored(this ILogger logger, Exception error, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.ScopeDisposalFailed, Level = LogLevel.Error, Message = "Disposing the services of task {TaskName}[{TaskId}] failed")]
    public static partial void ScopeDisposalFailed(this ILogger logger, Exception error, string taskName, string taskId);

    [LoggerMessage(EventId = EventIds.DeliveryFailed, Level = LogLevel.Error, Message = "Handling a message from queue {Queue} failed; it will be delivered again if it was not acknowledged")]
    public static partial void DeliveryFailed(this ILogger logger, Exception error, string queue);

    [LoggerMessage(EventId = EventIds.WorkerReady, Level = LogLevel.Information, Message = "{Hostname} ready: queues {Queues}, {Concurrency} slots, {TaskCount} tasks")]
    public static partial void WorkerReady(this ILogger logger, string hostname, string queues, int concurrency, int taskCount);

    [LoggerMessage(EventId = EventIds.WorkerStopping, Level = LogLevel.Information, Message = "{Hostname} stops: no more messages are taken, {Running} tasks may finish within {Grace}")]
    public static partial void WorkerStopping(this ILogger logger, string hostname, int running, TimeSpan grace);

    [LoggerMessage(EventId = EventIds.ShutdownSignalled, Level = LogLevel.Information, Message = "{Hostname} got {Signal}: {Consequence}")]
    public static partial void ShutdownSignalled(this ILogger logger, string hostname, string signal, string consequence);

    [LoggerMessage(EventId = EventIds.SoftShutdown, Level = LogLevel.Warning, Message = "{Hostname} gives the {Running} tasks that still run {Time} more")]
    public static partial void SoftShutdown(this ILogger logger, string hostname, int running, TimeSpan time);

    [LoggerMessage(EventId = EventIds.SlotsChanged, Level = LogLevel.Information, Message = "{Hostname} has {Slots} slots, had {Before}, for {Wanted} tasks")]
    public static partial void SlotsChanged(this ILogger logger, string hostname, int slots, int before, int wanted);

    [LoggerMessage(EventId = EventIds.QueueAdded, Level = LogLevel.Information, Message = "{Hostname} consumes queue {Queue} too")]
    public static partial void QueueAdded(this ILogger logger, string hostname, string queue);

    [LoggerMessage(EventId = EventIds.QueueRemoved, Level = LogLevel.Information, Message = "{Hostname} does not consume queue {Queue} any more")]
    public static partial void QueueRemoved(this ILogger logger, string hostname, string queue);

    [LoggerMessage(EventId = EventIds.WorkerHurries, Level = LogLevel.Warning, Message = "{Hostname} cancels the {Running} tasks that still run")]
    public static partial void WorkerHurries(this ILogger logger, string hostname, int running);

    [LoggerMessage(EventId = EventIds.WorkerLeftBehind, Level = LogLevel.Error, Message = "{Hostname} leaves {Running} tasks behind that do not heed their cancellation")]
    public static partial void WorkerLeftBehind(this ILogger logger, string hostname, int running);

    [LoggerMessage(EventId = EventIds.WorkerStopped, Level = LogLevel.Information, Message = "{Hostname} has stopped")]
    public static partial void WorkerStopped(this ILogger logger, string hostname);

    [LoggerMessage(EventId = EventIds.WorkerCannotConsume, Level = LogLevel.Error, Message = "{Hostname} cannot consume: {Reason} Trying again in {Delay}")]
    public static partial void WorkerCannotConsume(this ILogger logger, string hostname, string reason, TimeSpan delay);

    [LoggerMessage(EventId = EventIds.WorkerFailed, Level = LogLevel.Critical, Message = "{Hostname} has failed; the host is stopped")]
    public static partial void WorkerFailed(this ILogger logger, Exception error, string hostname);

    [LoggerMessage(EventId = EventIds.ObserverFailed, Level = LogLevel.Error, Message = "{Observer} failed in {Method}; what it was told of goes on")]
    public static partial void ObserverFailed(this ILogger logger, Exception error, Type observer, string method);

    [LoggerMessage(EventId = EventIds.WorkerGivesUp, Level = LogLevel.Critical, Message = "{Hostname} cannot consume, and the options allow no more attempts: {Reason}")]
    public static partial void WorkerGivesUp(this ILogger logger, string hostname, string reason);
}
