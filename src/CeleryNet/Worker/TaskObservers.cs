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

    public ValueTask ReceivedAsync(TaskRequest request, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        var task = Describe(request);
        return _observers.TellAsync(nameof(ITaskObserver.OnReceivedAsync), observer => observer.OnReceivedAsync(task, cancellationToken), cancellationToken);
    }

    public ValueTask StartingAsync(TaskContext task, CancellationToken cancellationToken) => IsEmpty
        ? ValueTask.CompletedTask
        : _observers.TellAsync(nameof(ITaskObserver.OnStartingAsync), observer => observer.OnStartingAsync(task, cancellationToken), cancellationToken);

    public async ValueTask FinishedAsync(TaskRequest request, TaskOutcome outcome, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (IsEmpty || request.Context is not { } task)
        {
            return;
        }

        var completion = outcome switch
        {
            TaskOutcome.Succeeded succeeded => new TaskCompletion(task, TaskState.Success, elapsed) { Result = succeeded.Value },
            TaskOutcome.Failed failed => new TaskCompletion(task, TaskState.Failure, elapsed) { Error = failed.Error },
            TaskOutcome.Retried retried => new TaskCompletion(task, TaskState.Retry, elapsed) { Error = retried.Retry.InnerException ?? retried.Retry },
            TaskOutcome.RetryUnsent unsent => new TaskCompletion(task, null, elapsed) { Error = unsent.Error },
            _ => new TaskCompletion(task, null, elapsed),
        };
        (string Method, Func<ITaskObserver, ValueTask> Tell)? ending = outcome switch
        {
            TaskOutcome.Succeeded => (nameof(ITaskObserver.OnSucceededAsync), observer => observer.OnSucceededAsync(completion, cancellationToken)),
            TaskOutcome.Failed => (nameof(ITaskObserver.OnFailedAsync), observer => observer.OnFailedAsync(completion, cancellationToken)),
            TaskOutcome.Retried => (nameof(ITaskObserver.OnRetriedAsync), observer => observer.OnRetriedAsync(completion, cancellationToken)),
            _ => null,
        };
        if (ending is { } told)
        {
            await _observers.TellAsync(told.Method, told.Tell, cancellationToken).ConfigureAwait(false);
        }

        await _observers.TellAsync(nameof(ITaskObserver.OnFinishedAsync), observer => observer.OnFinishedAsync(completion, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask RevokedAsync(TaskRequest request, string reason, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        var task = Describe(request);
        return _observers.TellAsync(nameof(ITaskObserver.OnRevokedAsync), observer => observer.OnRevokedAsync(task, reason, cancellationToken), cancellationToken);
    }

    /// <summary>A message that was put aside: its task is unknown, or it cannot be read.</summary>
    public ValueTask RefusedAsync(IDelivery delivery, TaskHeaders? headers, CeleryException error, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        var message = Describe(delivery, headers, error);
        return error is UnknownTaskException
            ? _observers.TellAsync(nameof(ITaskObserver.OnUnknownAsync), observer => observer.OnUnknownAsync(message, cancellationToken), cancellationToken)
            : _observers.TellAsync(nameof(ITaskObserver.OnRejectedAsync), observer => observer.OnRejectedAsync(message, cancellationToken), cancellationToken);
    }

    public ValueTask InternalErrorAsync(IDelivery delivery, TaskHeaders? headers, Exception error, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        var message = Describe(delivery, headers, error);
        return _observers.TellAsync(nameof(ITaskObserver.OnInternalErrorAsync), observer => observer.OnInternalErrorAsync(message, cancellationToken), cancellationToken);
    }

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
