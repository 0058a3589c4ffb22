namespace CeleryNet.Worker;

/// <summary>
/// The requests of one task that wait for their rate limit, in order. As Celery's bucket of one token: after a pause one runs at once, the others at the
/// limit's distance. Safe for concurrent use. kombu/utils/limits.py TokenBucket
/// </summary>
internal sealed class RateBucket : IAsyncDisposable
{
    // Timers come late. What is made up for is bounded, so that a long stop of the process does not end in a burst.
    private static readonly TimeSpan _mostMadeUpFor = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly WaitingLine _waiting = new();
    private readonly TimeProvider _time;
    private readonly Action<TaskRequest> _pass;
    private readonly ITimer _timer;
    private TimeSpan _distance;
    private long _next;
    private bool _closed;

    /// <param name="perSecond">How many runs may begin in a second; 0 for any number.</param>
    /// <param name="time">Measures time.</param>
    /// <param name="pass">Gets each request that may run, not on the stack of <see cref="Enter"/>.</param>
    public RateBucket(double perSecond, TimeProvider time, Action<TaskRequest> pass)
    {
        _distance = Distance(perSecond);
        _time = time;
        _pass = pass;
        _next = time.GetTimestamp();
        _timer = time.CreateTimer(static bucket => ((RateBucket)bucket!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes a request that has to wait; false when it may run now.</summary>
    /// <param name="request">The request.</param>
    /// <param name="lost">Gets those that were lost while they waited and are forgotten.</param>
    public bool Enter(TaskRequest request, Action<TaskRequest> lost)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _waiting.SweepLost(lost);
            var now = _time.GetTimestamp();
            if (_waiting.Count == 0 && now >= _next)
            {
                _next = now + Ticks(_distance);
                return false;
            }

            _waiting.Add(request);
            if (_waiting.Count == 1)
            {
                SetTimer(now);
            }

            return true;
        }
    }

    /// <summary>Changes the limit, for those that wait already too.</summary>
    public void Change(double perSecond)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var distance = Distance(perSecond);

            // What is left of the old distance must not hold up a faster rate: the next run is at most one new distance away.
            _next = Math.Min(_next, now + Ticks(distance));
            _distance = distance;
            if (_waiting.Count > 0)
            {
                SetTimer(now);
            }
        }
    }

    /// <summary>Takes out a request; it does not pass any more. False when it does not wait here.</summary>
    public bool Remove(TaskRequest request)
    {
        lock (_gate)
        {
            return _waiting.Remove(request);
        }
    }

    /// <summary>Lets nothing wait any more.</summary>
    /// <returns>The requests that waited.</returns>
    public IReadOnlyList<TaskRequest> Close()
    {
        lock (_gate)
        {
            _closed = true;
            return _waiting.TakeAll();
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private static TimeSpan Distance(double perSecond)
        => perSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(1 / perSecond, TimeSpan.FromDays(365).TotalSeconds));

    private void Release()
    {
        List<TaskRequest> passed = [];
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var madeUpFor = Ticks(_distance > _mostMadeUpFor ? _distance : _mostMadeUpFor);
            while (_waiting.First is { } request)
            {
                // What is lost will not run here, and takes nobody's turn.
                if (!request.Delivery.IsLost)
                {
                    if (now < _next)
                    {
                        break;
                    }

                    _next = Math.Max(_next, now - madeUpFor) + Ticks(_distance);
                }

                _waiting.Remove(request);
                passed.Add(request);
            }

            if (_waiting.Count > 0)
            {
                SetTimer(now);
            }
        }

        passed.ForEach(_pass);
    }

    private void SetTimer(long now)
    {
        // A timer takes at most some 49 days, and one that is early looks again.
        var wait = TimeSpan.FromSeconds((double)(_next - now) / _time.TimestampFrequency);
        _timer.Change(wait > TimeSpan.Zero ? wait < TimeSpan.FromDays(1) ? Whole(wait) : TimeSpan.FromDays(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    // Timers count whole milliseconds, and cut the rest off: they would come too early, again and again.
    private static TimeSpan Whole(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
