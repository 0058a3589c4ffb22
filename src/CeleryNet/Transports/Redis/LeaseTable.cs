namespace CeleryNet.Transports.Redis;

/// <summary>The deliveries of one consumer that are not settled yet, as many as the window has room for. Safe for concurrent use.</summary>
internal sealed class LeaseTable(PrefetchWindow window)
{
    private readonly Lock _gate = new();

    // They come and go too fast for a table.
    private readonly LinkedItems<RedisDelivery, Links> _held = new();

    /// <summary>Where room is that others have left.</summary>
    public PrefetchWindow Window => window;

    /// <summary>Adds deliveries in the order in which they were taken.</summary>
    public void Add(IReadOnlyList<RedisDelivery> deliveries)
    {
        lock (_gate)
        {
            for (var i = 0; i < deliveries.Count; i++)
            {
                _held.Add(deliveries[i]);
            }
        }

        window.Enter(deliveries.Count);
    }

    /// <summary>Takes a delivery out. Its place is free then; whoever waits for one is told by <see cref="PrefetchWindow.TellOfRoom"/>.</summary>
    public void Remove(RedisDelivery delivery)
    {
        lock (_gate)
        {
            if (!_held.Contains(delivery))
            {
                return;
            }

            _held.Remove(delivery);
        }

        window.Leave();
    }

    /// <summary>The deliveries of the moment in the order in which they were taken.</summary>
    public RedisDelivery[] Snapshot()
    {
        lock (_gate)
        {
            var held = new RedisDelivery[_held.Count];
            var delivery = _held.First;
            for (var i = 0; delivery is not null; delivery = LinkedItems<RedisDelivery, Links>.After(delivery))
            {
                held[i++] = delivery;
            }

            return held;
        }
    }

    private readonly struct Links : ILinks<RedisDelivery>
    {
        public static ref ItemLinks<RedisDelivery> Of(RedisDelivery item) => ref item.LeaseLinks;
    }
}
