namespace CeleryNet;

/// <summary>
/// Is told of a worker's life. Added by <see cref="CeleryBuilder.AddWorkerObserver{T}"/>. What it throws is logged, and the worker goes on. A worker that stops waits no longer
/// than 3 s for each method.
/// </summary>
/// <remarks>
/// The counterpart of Celery's worker signals. One instance serves the program. Observers are told one after the other, in the order in which they were added, and the
/// worker waits for them. All methods do nothing unless implemented.
/// </remarks>
public interface IWorkerObserver
{
    /// <summary>
    /// The worker is put together, and its name, queues and tasks are known; it has not connected yet. Mirrors <c>celeryd_init</c>, <c>celeryd_after_setup</c> and
    /// <c>worker_init</c>.
    /// </summary>
    /// <param name="worker">The worker.</param>
    /// <param name="cancellationToken">Fires when the worker is told to stop.</param>
    ValueTask OnStartingAsync(ICeleryWorker worker, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The worker takes messages for the first time. Mirrors <c>worker_ready</c>.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="cancellationToken">Fires when the worker is told to stop.</param>
    ValueTask OnReadyAsync(ICeleryWorker worker, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The worker was told to stop, or cannot go on; tasks still run. Mirrors <c>worker_shutting_down</c>.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="cancellationToken">Fires when the worker stops without waiting any longer.</param>
    ValueTask OnStoppingAsync(ICeleryWorker worker, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The worker has stopped: no task runs, nothing is connected. Mirrors <c>worker_shutdown</c>.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="cancellationToken">Fires when the worker stops without waiting any longer.</param>
    ValueTask OnStoppedAsync(ICeleryWorker worker, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
