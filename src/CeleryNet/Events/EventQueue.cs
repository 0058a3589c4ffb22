namespace CeleryNet.Events;

/// <summary>
/// Events that wait to be sent, in their order. Task events that come one after another are put into one message. It is bounded: the oldest events make room for newer
/// ones, which say more of how things are. Safe for concurrent use; adding never waits.
/// </summary>
/// <param name="source">Who sends them.</param>
internal sealed class EventQueue(EventSource source)
{
    /// <summary>How many bytes may wait.</summary>
    public const int MaxSize = 8 * 1024 * 1024;

    /// <summary>How many events a message may hold, and beyond how many bytes it gets no more. Celery's own have up to 24; its readers take any number.</summary>
    public const int MaxBatch = 256;
    public const int MaxBatchSize = 64 * 1024;

    private const int SmallestBatch = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<EventBatch> _waiting = new();
    private EventBatch? _open;
    private int _lastSize;
    private long _size;
    private long _dropped;

    /// <summary>How many events made room for newer ones.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Whether something waits that does not gain by waiting longer.</summary>
    public bool HasFull
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count > (_open is null ? 0 : 1);
            }
        }
    }

    /// <summary>Adds an event, to a list if there may be more of its kind.</summary>
    /// <returns>Whether a message was begun with it: whoever sends them may not know yet that there is something to send.</returns>
    public bool Add<T>(string type, bool isListed, T state, EventFields<T> fields)
    {
        lock (_gate)
        {
            var isNew = !isListed || _open is null;
            var batch = isNew ? Begin(type, isListed) : _open!;
            var before = batch.Size;
            batch.Add(source, type, state, fields);
            _size += batch.Size - before;
            if (batch.Count >= MaxBatch || batch.Size >= MaxBatchSize)
            {
                _open = null;
            }

            DropTooMany();
            return isNew;
        }
    }

    /// <summary>Takes the oldest messages; none when nothing waits.</summary>
    public IReadOnlyList<EventBatch> Take(int atMost)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return [];
            }

            var taken = new EventBatch[Math.Min(atMost, _waiting.Count)];
            for (var i = 0; i < taken.Length; i++)
            {
                taken[i] = Remove();
            }

            return taken;
        }
    }

    private EventBatch Begin(string type, bool isListed)
    {
        var batch = new EventBatch(isListed ? EventNames.ManyTaskEvents : EventNames.RoutingKey(type), isListed, isListed ? Math.Max(SmallestBatch, _lastSize) : SmallestBatch);
        _waiting.Enqueue(batch);

        // What comes after it must not overtake it in an older list.
        _open = isListed ? batch : null;
        return batch;
    }

    private EventBatch Remove()
    {
        var batch = _waiting.Dequeue();
        _size -= batch.Size;
        if (batch.IsList)
        {
            // The next list will be about as long: it need not grow and be copied again and again.
            _lastSize = Math.Min(batch.Size + (batch.Size / 8), MaxBatchSize + SmallestBatch);
        }

        if (batch == _open)
        {
            _open = null;
        }

        return batch;
    }

    // The last one stays, however large it is.
    private void DropTooMany()
    {
        while (_size > MaxSize && _waiting.Count > 1)
        {
            _dropped += Remove().Count;
        }
    }
}
