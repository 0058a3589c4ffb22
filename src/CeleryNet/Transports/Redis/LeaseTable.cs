using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CeleryNet.Transports.Redis;

/// <summary>The deliveries of one consumer that are not settled yet, at most the prefetch count. Safe for concurrent use.</summary>
internal sealed class LeaseTable(int prefetch)
{
    private readonly ConcurrentDictionary<string, RedisDelivery> _held = new(StringComparer.Ordinal);
    private readonly Channel<bool> _freed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _count;

    /// <summary>How many more deliveries may be taken.</summary>
    public int Room => prefetch - Volatile.Read(ref _count);

    public void Add(RedisDelivery delivery)
    {
        _held[delivery.Tag] = delivery;
        Interlocked.Increment(ref _count);
    }

    public void Remove(RedisDelivery delivery)
    {
        if (_held.TryRemove(delivery.Tag, out _))
        {
            Interlocked.Decrement(ref _count);
            _freed.Writer.TryWrite(true);
        }
    }

    /// <summary>The deliveries of the moment in the order in which they were taken.</summary>
    public RedisDelivery[] Snapshot() => [.. _held.Select(pair => pair.Value).OrderBy(delivery => delivery.Sequence)];

    /// <summary>Returns when there may be room.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        if (Room <= 0)
        {
            await _freed.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
