using CeleryNet.Diagnostics;
using CeleryNet.Routing;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// The queues a worker consumes. They may change at any time, and outlive its consumers: each new one gets those of the moment. Safe for concurrent use.
/// celery/worker/consumer/consumer.py add_task_queue, cancel_task_queue
/// </summary>
internal sealed class WorkerQueues(QueueCatalog catalog, IReadOnlyList<QueueSpec> queues, string hostname, ILogger logger) : IDisposable
{
    // One change at a time; what is in force and what the consumer does are then the same after each.
    private readonly SemaphoreSlim _changes = new(1);
    private volatile IReadOnlyList<QueueSpec> _current = queues;
    private IConsumer? _consumer;

    /// <summary>Those it consumes now.</summary>
    public IReadOnlyList<QueueSpec> Current => _current;

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names => [.. _current.Select(queue => queue.Name)];

    /// <summary>Consumes a queue too, by its name or alias.</summary>
    /// <returns>False when it was consumed already.</returns>
    /// <exception cref="CeleryConfigurationException">It is not known, and missing queues are not to be made.</exception>
    public Task<bool> AddAsync(string name, CancellationToken cancellationToken) => AddAsync(catalog.Resolve(name), cancellationToken);

    /// <inheritdoc cref="AddAsync(string, CancellationToken)" />
    public Task<bool> AddAsync(CeleryQueue queue, CancellationToken cancellationToken) => AddAsync(catalog.Describe(queue), cancellationToken);

    /// <summary>Consumes a queue no longer, by its name or alias. What was taken from it is run.</summary>
    /// <returns>False when it was not consumed.</returns>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var known = catalog.Find(name)?.Name ?? name;
            if (_current.FirstOrDefault(queue => queue.Name == known) is not { } queue)
            {
                return false;
            }

            if (_consumer is { } consumer)
            {
                await consumer.RemoveQueueAsync(queue.Name, cancellationToken).ConfigureAwait(false);
            }

            _current = [.. _current.Where(other => other != queue)];
            logger.QueueRemoved(hostname, queue.Name);
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Has a new consumer follow the changes.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="queues">Those it was made for; what has changed since is made up for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AttachAsync(IConsumer consumer, IReadOnlyList<QueueSpec> queues, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var queue in _current.Except(queues))
            {
                await consumer.AddQueueAsync(queue, cancellationToken).ConfigureAwait(false);
            }

            foreach (var queue in queues.Except(_current))
            {
                await consumer.RemoveQueueAsync(queue.Name, cancellationToken).ConfigureAwait(false);
            }

            _consumer = consumer;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Leaves a consumer, which takes no changes any more; they wait for the next one.</summary>
    public void Detach(IConsumer consumer) => Interlocked.CompareExchange(ref _consumer, null, consumer);

    public void Dispose() => _changes.Dispose();

    private async Task<bool> AddAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_current.Any(known => known.Name == queue.Name))
            {
                return false;
            }

            if (_consumer is { } consumer)
            {
                await consumer.AddQueueAsync(queue, cancellationToken).ConfigureAwait(false);
            }

            _current = [.. _current, queue];
            logger.QueueAdded(hostname, queue.Name);
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }
}
