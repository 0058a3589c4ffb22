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
        => _observers.TellAsync(nameof(IWorkerObserver.OnStartingAsync), observer => observer.OnStartingAsync(worker, cancellationToken), cancellationToken);

    public ValueTask ReadyAsync(ICeleryWorker worker, CancellationToken cancellationToken)
        => _observers.TellAsync(nameof(IWorkerObserver.OnReadyAsync), observer => observer.OnReadyAsync(worker, cancellationToken), cancellationToken);

    public ValueTask StoppingAsync(ICeleryWorker worker, CancellationToken cancellationToken)
        => _observers.TellAsync(nameof(IWorkerObserver.OnStoppingAsync), observer => observer.OnStoppingAsync(worker, cancellationToken), cancellationToken);

    public ValueTask StoppedAsync(ICeleryWorker worker, CancellationToken cancellationToken)
        => _observers.TellAsync(nameof(IWorkerObserver.OnStoppedAsync), observer => observer.OnStoppedAsync(worker, cancellationToken), cancellationToken);
}
