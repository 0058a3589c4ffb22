using CeleryNet.Protocol;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CeleryNet.Worker;

/// <summary>What the observers of tasks are told. Without observers nothing is made for them.</summary>
internal sealed class TaskObservers(IEnumerable<ITaskObserver> observers, ILogger logger)
{
    private readonly ObserverList<ITaskObserver> _observers = new(observers, logger);

    public static TaskObservers None { get; } = new([], NullLogger.Instance);

    public bool IsEmpty => _observers.IsEmpty;

    public ValueTask ReceivedAsync(TaskRequest request, CancellationToken cancellationToken) => IsEmpty
        ? ValueTask.CompletedTask
        : _observers.TellAsync(
            nameof(ITaskObserver.OnReceivedAsync), static (observer, task, token) => observer.OnReceivedAsync(task, token), Describe(request), cancellationToken);

    public ValueTask StartingAsync(TaskContext task, CancellationToken cancellationToken) => IsEmpty
        ? ValueTask.CompletedTask
        : _observers.TellAsync(
            nameof(ITaskObserver.OnStartingAsync), static (observer, task, token) => observer.OnStartingAsync(task, token), task, cancellationToken);

    public ValueTask FinishedAsync(TaskRequest request, TaskOutcome outcome, TimeSpan elapsed, CancellationToken cancellationToken)
        => IsEmpty || request.Context is not { } task
            ? ValueTask.CompletedTask
            : FinishedAsync(request, Describe(task, outcome, elapsed), outcome, cancellationToken);

    public ValueTask RevokedAsync(TaskRequest request, string reason, CancellationToken cancellationToken) => IsEmpty
        ? ValueTask.CompletedTask
        : _observers.TellAsync(
            nameof(ITaskObserver.OnRevokedAsync),
            static (observer, revoked, token) => observer.OnRevokedAsync(revoked.Task, revoked.Reason, token),
            (Task: Describe(request), Reason: reason),
            cancellationToken);

    /// <summary>A message that was put aside: its task is unknown, or it cannot be read.</summary>
    public ValueTask RefusedAsync(IDelivery delivery, TaskHeaders? headers, CeleryException error, CancellationToken cancellationToken) => IsEmpty
        ? ValueTask.CompletedTask
        : error is UnknownTaskException
            ? _observers.TellAsync(
                nameof(ITaskObserver.OnUnknownAsync),
                static (observer, message, token) => observer.OnUnknownAsync(message, token),
                Describe(delivery, headers, error),
                cancellationToken)
            : _observers.TellAsync(
                nameof(ITaskObserver.OnRejectedAsync),
                static (observer, message, token) => observer.OnRejectedAsync(message, token),
                Describe(delivery, headers, error),
                cancellationToken);

    public ValueTask InternalErrorAsync(IDelivery delivery, TaskHeaders? headers, Exception error, CancellationToken cancellationToken) => IsEmpty
        ? ValueTask.CompletedTask
        : _observers.TellAsync(
            nameof(ITaskObserver.OnInternalErrorAsync),
            static (observer, message, token) => observer.OnInternalErrorAsync(message, token),
            Describe(delivery, headers, error),
            cancellationToken);

    private async ValueTask FinishedAsync(TaskRequest request, TaskCompletion completion, TaskOutcome outcome, CancellationToken cancellationToken)
    {
        (string Method, Func<ITaskObserver, TaskCompletion, CancellationToken, ValueTask> Tell)? ending = outcome switch
        {
            TaskOutcome.Succeeded => (nameof(ITaskObserver.OnSucceededAsync), static (observer, completion, token) => observer.OnSucceededAsync(completion, token)),
            TaskOutcome.Failed or TaskOutcome.TimedOut => (nameof(ITaskObserver.OnFailedAsync), static (observer, completion, token) => observer.OnFailedAsync(completion, token)),
            TaskOutcome.Retried => (nameof(ITaskObserver.OnRetriedAsync), static (observer, completion, token) => observer.OnRetriedAsync(completion, token)),
            _ => null,
        };
        if (outcome is TaskOutcome.Terminated)
        {
            await RevokedAsync(request, "terminated", cancellationToken).ConfigureAwait(false);
        }

        if (ending is { } told)
        {
            await _observers.TellAsync(told.Method, told.Tell, completion, cancellationToken).ConfigureAwait(false);
        }

        await _observers.TellAsync(
            nameof(ITaskObserver.OnFinishedAsync),
            static (observer, completion, token) => observer.OnFinishedAsync(completion, token),
            completion,
            cancellationToken).ConfigureAwait(false);
    }

    private static TaskCompletion Describe(TaskContext task, TaskOutcome outcome, TimeSpan elapsed) => outcome switch
    {
        TaskOutcome.Succeeded succeeded => new TaskCompletion(task, TaskState.Success, elapsed) { Result = succeeded.Value },
        TaskOutcome.Failed failed => new TaskCompletion(task, TaskState.Failure, elapsed) { Error = failed.Error },
        TaskOutcome.TimedOut timedOut => new TaskCompletion(task, TaskState.Failure, elapsed) { Error = timedOut.Error },
        TaskOutcome.Terminated => new TaskCompletion(task, TaskState.Revoked, elapsed),
        TaskOutcome.Rejected rejected => new TaskCompletion(task, null, elapsed) { Error = rejected.Rejection },
        TaskOutcome.Retried retried => new TaskCompletion(task, TaskState.Retry, elapsed) { Error = retried.Retry.InnerException ?? retried.Retry },
        TaskOutcome.RetryUnsent unsent => new TaskCompletion(task, null, elapsed) { Error = unsent.Error },
        TaskOutcome.SuccessorsUnsent unsent => new TaskCompletion(task, null, elapsed) { Error = unsent.Error },
        _ => new TaskCompletion(task, null, elapsed),
    };

    private static ReceivedTask Describe(TaskRequest request) => new(request.Headers.Id, request.Headers.TaskName, request.Delivery.Queue)
    {
        Retries = request.Headers.Retries,
        Eta = request.Headers.Eta,
        Expires = request.Headers.Expires,
        IsRedelivered = request.Delivery.Redelivered,
    };

    private static RefusedMessage Describe(IDelivery delivery, TaskHeaders? headers, Exception error)
        => new(delivery.Queue, error) { TaskName = headers?.TaskName, TaskId = headers?.Id };
}
