using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// How many tasks may run at a time: as configured, changed by hand, or following the load between two bounds. Safe for concurrent use.
/// celery/worker/autoscale.py
/// </summary>
internal sealed class WorkerPool : IAsyncDisposable
{
    /// <summary>How often the load is looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>For how long after it has grown the pool does not shrink. celery/worker/autoscale.py AUTOSCALE_KEEPALIVE</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly ExecutionSlots _slots;
    private readonly PrefetchBudget _prefetch;
    private readonly string _hostname;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer? _timer;
    private AutoscaleRange? _range;
    private long _grownAt;

    /// <param name="slots">The slots, as many as there are at first.</param>
    /// <param name="prefetch">Follows: messages are taken ahead for as many slots as there may come to be.</param>
    /// <param name="range">The bounds; null for a fixed size.</param>
    /// <param name="hostname">The worker's name, for the log.</param>
    /// <param name="time">Measures time.</param>
    /// <param name="logger">Where changes are told.</param>
    public WorkerPool(ExecutionSlots slots, PrefetchBudget prefetch, AutoscaleRange? range, string hostname, TimeProvider time, ILogger logger)
    {
        (_slots, _prefetch, _range, _hostname, _time, _logger) = (slots, prefetch, range, hostname, time, logger);
        _grownAt = time.GetTimestamp();
        if (_range is not null)
        {
            _timer = time.CreateTimer(static pool => ((WorkerPool)pool!).Adjust(), this, Interval, Interval);
        }
    }

    /// <summary>How many tasks may run at a time now.</summary>
    public int Size => _slots.Capacity;

    /// <summary>The bounds; null when the size is fixed.</summary>
    public AutoscaleRange? Range
    {
        get
        {
            lock (_gate)
            {
                return _range;
            }
        }
    }

    /// <summary>How many slots a worker begins with.</summary>
    public static int InitialSize(WorkerOptions options) => options.Autoscale?.Min ?? options.Concurrency;

    /// <summary>How many slots a worker may come to have, as configured.</summary>
    public static int MostSlots(WorkerOptions options) => options.Autoscale?.Max ?? options.Concurrency;

    /// <summary>Sets the size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 1 and 65,535.</exception>
    /// <exception cref="InvalidOperationException">The size follows the load.</exception>
    public void Resize(int size)
    {
        if (size is < 1 or > ushort.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "A worker has 1 to 65535 slots.");
        }

        lock (_gate)
        {
            if (_range is { } range)
            {
                throw new InvalidOperationException(
                    $"The slots of {_hostname} cannot be set to {size}: they are autoscaled ({range}). Change the range instead.");
            }

            Change(size, size);
            _prefetch.SetSlots(size);
        }
    }

    /// <summary>Changes the bounds, and the size at once if it is outside of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are no bounds.</exception>
    /// <exception cref="InvalidOperationException">The size is fixed.</exception>
    public void SetRange(AutoscaleRange range)
    {
        if (!range.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(range), range, "An autoscale range is max,min with 1 <= min <= max <= 65535.");
        }

        lock (_gate)
        {
            if (_range is null)
            {
                throw new InvalidOperationException(
                    $"The autoscale range of {_hostname} cannot be set to {range}: it was started without one (Celery:Worker:Autoscale).");
            }

            _range = range;
            Change(Math.Clamp(Size, range.Min, range.Max), _slots.Load);
            _prefetch.SetSlots(range.Max);
        }
    }

    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    // celery/worker/autoscale.py Autoscaler._maybe_scale
    private void Adjust()
    {
        lock (_gate)
        {
            var range = _range!.Value;
            var load = _slots.Load;
            var most = Math.Min(load, range.Max);
            var least = Math.Max(load, range.Min);
            if (most > Size)
            {
                _grownAt = _time.GetTimestamp();
                Change(most, load);
            }
            else if (least < Size && _time.GetElapsedTime(_grownAt) >= KeepAlive)
            {
                Change(least, load);
            }
        }
    }

    private void Change(int size, int load)
    {
        var before = Size;
        if (size == before)
        {
            return;
        }

        _slots.Resize(size);
        _logger.SlotsChanged(_hostname, size, before, load);
    }
}
