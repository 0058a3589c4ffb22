using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Memory;

/// <summary>A consumer of the broker inside the process. The broker pushes to it as long as it has room.</summary>
internal sealed class MemoryConsumer : IConsumer
{
    private readonly MemoryBroker _broker;
    private readonly List<QueueSpec> _queues;
    private readonly ILogger _logger;

    // Bounded by the prefetch count: the broker accounts for every delivery before it writes it.
    private readonly Channel<MemoryDelivery> _channel = Channel.CreateUnbounded<MemoryDelivery>();
    private readonly LinkedList<MemoryDelivery> _unsettled = new();
    private readonly CancellationTokenSource _lost = new();
    private int _prefetch;
    private uint _turn;
    private int _disposed;

    public MemoryConsumer(MemoryBroker broker, ConsumerRequest request, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Prefetch, 1);
        _broker = broker;
        _queues = [.. request.Queues.DistinctBy(queue => queue.Name)];
        _prefetch = request.Prefetch;
        _logger = logger;
        Lost = _lost.Token;
        Deliveries = new MemoryDeliveryReader(_channel.Reader, request.NoAck ? broker.MarkRead : null);
    }

    public ChannelReader<IDelivery> Deliveries { get; }

    /// <summary>What it consumes. Guarded by the broker's lock.</summary>
    public IReadOnlyList<QueueSpec> Queues => _queues;

    public CancellationToken Lost { get; }

    /// <summary>What it has and has not settled. Guarded by the broker's lock.</summary>
    public IReadOnlyCollection<MemoryDelivery> Unsettled => _unsettled;

    /// <summary>Whether it takes another message now. Guarded by the broker's lock.</summary>
    public bool HasRoom => !IsStopped && _unsettled.Count < _prefetch;

    /// <summary>Whether it takes nothing for good. Guarded by the broker's lock.</summary>
    public bool IsStopped { get; private set; }

    public void SetPrefetch(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ConsumerRequest.LargestPrefetch);
        _broker.Resize(this, count);
    }

    public ValueTask AddQueueAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        try
        {
            _broker.AddQueue(this, queue);
            return ValueTask.CompletedTask;
        }
        catch (CeleryException error)
        {
            return ValueTask.FromException(error);
        }
    }

    public ValueTask<bool> RemoveQueueAsync(string name, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        try
        {
            return new(_broker.RemoveQueue(this, name));
        }
        catch (CeleryException error)
        {
            return ValueTask.FromException<bool>(error);
        }
    }

    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        // Done at once: there is nothing to give up halfway.
        _broker.Stop(this);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _broker.Detach(this);
        await _lost.CancelAsync().ConfigureAwait(false);
        _lost.Dispose();
    }

    /// <summary>Changes how many deliveries may be unsettled. Called under the broker's lock.</summary>
    public void Resize(int prefetch) => _prefetch = prefetch;

    /// <summary>Consumes another queue. Called under the broker's lock.</summary>
    public void Add(QueueSpec queue) => _queues.Add(queue);

    /// <summary>Consumes a queue no longer; false when it did not. Called under the broker's lock.</summary>
    public bool Remove(string queue) => _queues.RemoveAll(known => known.Name == queue) > 0;

    /// <summary>Takes a delivery on its way to the reader. Called under the broker's lock while there is room.</summary>
    public void Accept(MemoryDelivery delivery)
    {
        delivery.Place = _unsettled.AddLast(delivery);
        _channel.Writer.TryWrite(delivery);
    }

    /// <summary>Ends the hold on a delivery; false when it was ended before. Called under the broker's lock.</summary>
    public bool Release(MemoryDelivery delivery)
    {
        if (delivery.Place is not { } place)
        {
            return false;
        }

        _unsettled.Remove(place);
        delivery.Place = null;
        return true;
    }

    /// <summary>Takes nothing more, and gives up what nobody has read. Called under the broker's lock.</summary>
    public IReadOnlyList<MemoryDelivery> TakeUnread()
    {
        IsStopped = true;
        _channel.Writer.TryComplete();
        var unread = new List<MemoryDelivery>();
        while (_channel.Reader.TryRead(out var delivery))
        {
            unread.Add(delivery);
        }

        return unread;
    }

    /// <summary>The queue whose turn it is. Called under the broker's lock.</summary>
    public string NextQueue() => Queues[(int)(_turn++ % (uint)Queues.Count)].Name;

    public void LogDeadLetter(string queue, string reason) => _logger.DeadLettered(queue, _broker.DeadLetterQueueOf(queue), reason);
}
