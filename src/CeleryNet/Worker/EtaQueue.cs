namespace CeleryNet.Worker;

/// <summary>
/// Holds requests until their time has come, the next one first. They stay unsettled. One timer serves all of them, and looks at the clock at least every
/// ten seconds: clocks are set forward. Safe for concurrent use.
/// </summary>
internal sealed class EtaQueue : IAsyncDisposable
{
    // Below this many it is not worth looking for requests that were lost while they were held, nor clearing away places that nobody has any more.
    private const int FewHeld = 256;

    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<HeldPlace, (DateTimeOffset Due, long Number)> _places = new();
    private readonly TimeProvider _time;
    private readonly Action<TaskRequest> _due;
    private readonly ITimer _timer;
    private DateTimeOffset _wakeAt = DateTimeOffset.MaxValue;
    private long _number;
    private int _left;
    private int _sweepAt = FewHeld;
    private bool _closed;

    /// <param name="time">Tells what time it is.</param>
    /// <param name="due">Gets each request whose time has come, on a thread of the pool.</param>
    public EtaQueue(TimeProvider time, Action<TaskRequest> due)
    {
        _time = time;
        _due = due;
        _timer = time.CreateTimer(static queue => ((EtaQueue)queue!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return Held;
            }
        }
    }

    /// <summary>How many places there are, with those whose requests were taken out: no more of them than requests that are held, or a few.</summary>
    public int Places
    {
        get
        {
            lock (_gate)
            {
                return _places.Count;
            }
        }
    }

    private int Held => _places.Count - _left;

    /// <summary>Holds a request; false when nothing is held any more.</summary>
    /// <param name="request">The request.</param>
    /// <param name="until">When its time comes.</param>
    /// <param name="lost">Gets those that were lost while they were held and are forgotten.</param>
    public bool TryHold(TaskRequest request, DateTimeOffset until, Action<TaskRequest> lost)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            SweepLost(lost);
            request.HeldPlace = new HeldPlace(request);
            _places.Enqueue(request.HeldPlace, (until, _number++));
            if (until < _wakeAt)
            {
                SetTimer(until);
            }

            return true;
        }
    }

    /// <summary>Takes out a request; it is not due any more. False when it is not held.</summary>
    public bool Remove(TaskRequest request)
    {
        lock (_gate)
        {
            if (!Leave(request))
            {
                return false;
            }

            // Each that leaves pays its part of this, however many are held.
            if (_left > Math.Max(FewHeld, Held) || Held == 0)
            {
                ClearAway(static _ => false);
            }

            return true;
        }
    }

    /// <summary>Holds nothing any more.</summary>
    /// <returns>The requests that were held, the next one first.</returns>
    public IReadOnlyList<TaskRequest> Close()
    {
        lock (_gate)
        {
            _closed = true;
            var held = new List<TaskRequest>(Held);
            while (TryTakeFirst(DateTimeOffset.MaxValue) is { } request)
            {
                held.Add(request);
            }

            Trim();
            return held;
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return _timer.DisposeAsync();
    }

    private void Release()
    {
        List<TaskRequest> due = [];
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            while (TryTakeFirst(now) is { } request)
            {
                due.Add(request);
            }

            Trim();
            SetTimer(_places.TryPeek(out _, out var first) ? first.Due : DateTimeOffset.MaxValue);
        }

        due.ForEach(_due);
    }

    private void SetTimer(DateTimeOffset wakeAt)
    {
        _wakeAt = wakeAt;
        var wait = wakeAt - _time.GetUtcNow();
        _timer.Change(
            Held == 0 ? Timeout.InfiniteTimeSpan : wait > _longestWait ? _longestWait : wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
            Timeout.InfiniteTimeSpan);
    }

    private void SweepLost(Action<TaskRequest> lost)
    {
        if (Held < _sweepAt)
        {
            return;
        }

        ClearAway(static request => request.Delivery.IsLost).ForEach(lost);
        _sweepAt = Math.Max(FewHeld, Held * 2);
    }

    // The place stays where it is, for finding it would mean to look at all of them; the request and its message do not.
    private bool Leave(TaskRequest request)
    {
        if (request.HeldPlace is not { } place)
        {
            return false;
        }

        request.HeldPlace = null;
        place.Request = null;
        _left++;
        return true;
    }

    // The next request if it is due by a time. Places before it that nobody has go on the way.
    private TaskRequest? TryTakeFirst(DateTimeOffset by)
    {
        while (_places.TryPeek(out var place, out var next))
        {
            if (place.Request is { } request)
            {
                if (next.Due > by)
                {
                    return null;
                }

                Leave(request);
                DropFirst();
                return request;
            }

            DropFirst();
        }

        return null;
    }

    private void DropFirst()
    {
        _places.Dequeue();
        _left--;
    }

    // Takes out the requests that fit, in no order, and all places that nobody has.
    private List<TaskRequest> ClearAway(Func<TaskRequest, bool> isWanted)
    {
        var taken = new List<TaskRequest>();
        var kept = new List<(HeldPlace, (DateTimeOffset, long))>(Held);
        foreach (var (place, due) in _places.UnorderedItems)
        {
            if (place.Request is not { } request)
            {
                continue;
            }

            if (isWanted(request))
            {
                Leave(request);
                taken.Add(request);
            }
            else
            {
                kept.Add((place, due));
            }
        }

        _places.Clear();
        _places.EnqueueRange(kept);
        _left = 0;
        Trim();
        return taken;
    }

    // What a rush took need not be kept for the next one.
    private void Trim()
    {
        if (_places.Capacity > FewHeld && _places.Count < _places.Capacity / 4)
        {
            _places.TrimExcess();
        }
    }
}
