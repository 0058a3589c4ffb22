namespace CeleryNet.Transports.Redis;

/// <summary>The deliveries of one consumer that are not settled yet, as many as the window has room for. Safe for concurrent use.</summary>
internal sealed class LeaseTable(PrefetchWindow window)
{
    private readonly Lock _gate = new();

    // A list of the deliveries themselves, which come and go too fast for a table of them.
    private RedisDelivery? _first;
    private RedisDelivery? _last;
    private int _count;

    /// <summary>Where room is that others have left.</summary>
    public PrefetchWindow Window => window;

    /// <summary>Adds deliveries in the order in which they were taken.</summary>
    public void Add(IReadOnlyList<RedisDelivery> deliveries)
    {
        lock (_gate)
        {
            for (var i = 0; i < deliveries.Count; i++)
            {
                var delivery = deliveries[i];
                delivery.Previous = _last;
                if (_last is null)
                {
                    _first = delivery;
                }
                else
                {
                    _last.Next = delivery;
                }

                _last = delivery;
            }

            _count += deliveries.Count;
        }

        window.Enter(deliveries.Count);
    }

    /// <summary>Takes a delivery out. Its place is free then; whoever waits for one is told by <see cref="PrefetchWindow.TellOfRoom"/>.</summary>
    public void Remove(RedisDelivery delivery)
    {
        lock (_gate)
        {
            if (delivery.Previous is null && _first != delivery)
            {
                return;
            }

            if (delivery.Previous is { } previous)
            {
                previous.Next = delivery.Next;
            }
            else
            {
                _first = delivery.Next;
            }

            if (delivery.Next is { } next)
            {
                next.Previous = delivery.Previous;
            }
            else
            {
                _last = delivery.Previous;
            }

            delivery.Previous = delivery.Next = null;
            _count--;
        }

        window.Leave();
    }

    /// <summary>The deliveries of the moment in the order in which they were taken.</summary>
    public RedisDelivery[] Snapshot()
    {
        lock (_gate)
        {
            var held = new RedisDelivery[_count];
            var i = 0;
            for (var delivery = _first; delivery is not null; delivery = delivery.Next)
            {
                held[i++] = delivery;
            }

            return held;
        }
    }
}
