namespace CeleryNet.Worker;

/// <summary>
/// Holds requests until their time has come, the next one first. They stay unsettled. One timer serves all of them, and looks at the clock at least every
/// ten seconds: clocks are set forward. Safe for concurrent use.
/// </summary>
internal sealed class EtaQueue : IAsyncDisposable
{
    // Below this many it is not worth looking for requests that were lost while they were held.
    private const int FewHeld = 256;

    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskRequest, (DateTimeOffset Due, long Number)> _held = new();
    private readonly TimeProvider _time;
    private readonly Action<TaskRequest> _due;
    private readonly ITimer _timer;
    private DateTimeOffset _wakeAt = DateTimeOffset.MaxValue;
    private long _number;
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
                return _held.Count;
            }
        }
    }

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
            _held.Enqueue(request, (until, _number++));
            if (until < _wakeAt)
            {
                SetTimer(until);
            }

            return true;
        }
    }

    /// <summary>Takes out those that fit; they are not due any more.</summary>
    public IReadOnlyList<TaskRequest> Remove(Func<TaskRequest, bool> isWanted)
    {
        lock (_gate)
        {
            return Extract(isWanted);
        }
    }

    /// <summary>Holds nothing any more.</summary>
    /// <returns>The requests that were held, the next one first.</returns>
    public IReadOnlyList<TaskRequest> Close()
    {
        lock (_gate)
        {
            _closed = true;
            return Extract(_ => true);
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
            while (_held.TryPeek(out var request, out var next) && next.Due <= now)
            {
                _held.Dequeue();
                due.Add(request);
            }

            SetTimer(_held.TryPeek(out _, out var first) ? first.Due : DateTimeOffset.MaxValue);
        }

        due.ForEach(_due);
    }

    private void SetTimer(DateTimeOffset wakeAt)
    {
        _wakeAt = wakeAt;
        var wait = wakeAt - _time.GetUtcNow();
        _timer.Change(
            _held.Count == 0 ? Timeout.InfiniteTimeSpan : wait > _longestWait ? _longestWait : wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
            Timeout.InfiniteTimeSpan);
    }

    private void SweepLost(Action<TaskRequest> lost)
    {
        if (_held.Count < _sweepAt)
        {
            return;
        }

        foreach (var request in Extract(static request => request.Delivery.IsLost))
        {
            lost(request);
        }

        _sweepAt = Math.Max(FewHeld, _held.Count * 2);
    }

    private List<TaskRequest> Extract(Func<TaskRequest, bool> isWanted)
    {
        var extracted = new List<TaskRequest>();
        var kept = new List<(TaskRequest, (DateTimeOffset, long))>();
        while (_held.TryDequeue(out var request, out var place))
        {
            if (isWanted(request))
            {
                extracted.Add(request);
            }
            else
            {
                kept.Add((request, place));
            }
        }

        _held.EnqueueRange(kept);
        return extracted;
    }
}
