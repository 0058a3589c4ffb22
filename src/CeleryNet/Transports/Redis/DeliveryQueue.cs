using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// What a consumer has taken and nobody has read yet. What was taken together is there before the reader is woken: a channel would wake it for the first, and
/// then reader and writer would hold each other up for each of the rest. Reading a message that is not settled makes room for the next. Many may write, one may wait.
/// </summary>
internal sealed class DeliveryQueue : ChannelReader<IDelivery>
{
    private readonly ConcurrentQueue<IDelivery> _items = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _isComplete;

    public override Task Completion => _signal.Reader.Completion;

    public override bool CanCount => true;

    public override int Count => _items.Count;

    /// <summary>Adds one; false when nothing is added any more.</summary>
    public bool TryAdd(IDelivery delivery)
    {
        if (_isComplete)
        {
            return false;
        }

        _items.Enqueue(delivery);
        _signal.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Adds all of these in their order. Not to be called after <see cref="Complete"/>.</summary>
    public void Add(IReadOnlyList<IDelivery> deliveries)
    {
        for (var i = 0; i < deliveries.Count; i++)
        {
            _items.Enqueue(deliveries[i]);
        }

        _signal.Writer.TryWrite(true);
    }

    public override bool TryRead([MaybeNullWhen(false)] out IDelivery item)
    {
        if (!_items.TryDequeue(out item))
        {
            return false;
        }

        if (item is NoAckDelivery delivery)
        {
            delivery.Window.Leave();
            delivery.Window.TellOfRoom();
        }

        return true;
    }

    /// <summary>Adds nothing any more; what is there can be read.</summary>
    public void Complete()
    {
        _isComplete = true;
        _signal.Writer.TryComplete();

        // Else it would not be at its end: readers look for deliveries after the last signal all the same.
        _signal.Reader.TryRead(out _);
    }

    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        while (_items.IsEmpty)
        {
            if (!await _signal.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return !_items.IsEmpty;
            }

            _signal.Reader.TryRead(out _);
        }

        return true;
    }
}
