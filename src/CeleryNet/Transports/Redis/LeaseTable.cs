using System.Collections.Concurrent;

namespace CeleryNet.Transports.Redis;

/// <summary>The deliveries of one consumer that are not settled yet, as many as the window has room for. Safe for concurrent use.</summary>
internal sealed class LeaseTable(PrefetchWindow window)
{
    private readonly ConcurrentDictionary<string, RedisDelivery> _held = new(StringComparer.Ordinal);

    public void Add(RedisDelivery delivery)
    {
        _held[delivery.Tag] = delivery;
        window.Enter();
    }

    public void Remove(RedisDelivery delivery)
    {
        if (_held.TryRemove(delivery.Tag, out _))
        {
            window.Leave();
        }
    }

    /// <summary>The deliveries of the moment in the order in which they were taken.</summary>
    public RedisDelivery[] Snapshot() => [.. _held.Select(pair => pair.Value).OrderBy(delivery => delivery.Sequence)];
}
