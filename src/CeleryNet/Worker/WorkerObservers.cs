using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CeleryNet.Worker;

/// <summary>What the observers of a worker are told.</summary>
internal sealed class WorkerObservers(IEnumerable<IWorkerObserver> observers, ILogger logger)
{
    private readonly ObserverList<IWorkerObserver> _observers = new(observers, logger);

    public static WorkerObservers None { get; } = new([], NullLogger.Instance);

    public bool IsEmpty => _observers.IsEmpty;

    public ValueTask StartingAsync(ICeleryWorker worker, CancellationToken cancellationToken)
        => _observers.TellAsync(nameof(IWorkerObserver.OnStartingAsync), static (observer, told, token) => observer.OnStartingAsync(told, token), worker, cancellationToken);

    public ValueTask ReadyAsync(ICeleryWorker worker, CancellationToken cancellationToken)
        => _observers.TellAsync(nameof(IWorkerObserver.OnReadyAsync), static (observer, told, token) => observer.OnReadyAsync(told, token), worker, cancellationToken);

    public ValueTask StoppingAsync(ICeleryWorker worker, CancellationToken cancellationToken)
        => _observers.TellAsync(nameof(IWorkerObserver.OnStoppingAsync), static (observer, told, token) => observer.OnStoppingAsync(told, token), worker, cancellationToken);

    public ValueTask StoppedAsync(ICeleryWorker worker, CancellationToken cancellationToken)
        => _observers.TellAsync(nameof(IWorkerObserver.OnStoppedAsync), static (observer, told, token) => observer.OnStoppedAsync(told, token), worker, cancellationToken);
}
