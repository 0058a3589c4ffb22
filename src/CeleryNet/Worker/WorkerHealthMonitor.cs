using System.Globalization;

namespace CeleryNet.Worker;

/// <summary>Knows how well the worker is. Safe for concurrent use.</summary>
internal sealed class WorkerHealthMonitor(StuckTasks stuck, WorkerOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private DateTimeOffset? _notConsumingSince = time.GetUtcNow();
    private string _cause = "it was not connected yet";

    public void Consumes()
    {
        lock (_gate)
        {
            _notConsumingSince = null;
        }
    }

    /// <summary>It takes no messages, for whatever cause; the first time counts, the last cause.</summary>
    public void Pauses(string cause)
    {
        lock (_gate)
        {
            _notConsumingSince ??= time.GetUtcNow();
            _cause = cause;
        }
    }

    public WorkerHealth Get()
    {
        var reasons = new List<string>();
        var status = WorkerHealthStatus.Healthy;
        if (stuck.OldestAge is { } age)
        {
            var count = stuck.Count;
            status = count > options.MaxStuckTasks ? WorkerHealthStatus.Unhealthy : WorkerHealthStatus.Degraded;
            reasons.Add($"The code of {count} tasks is stuck after their time limits, the oldest for {age}.");
        }

        DateTimeOffset? since;
        lock (_gate)
        {
            since = _notConsumingSince;
            if (since is { } begin)
            {
                status = WorkerHealthStatus.Unhealthy;
                reasons.Insert(0, string.Create(CultureInfo.InvariantCulture, $"It takes no messages since {begin:O}: {_cause}"));
            }
        }

        return new WorkerHealth(status, reasons) { NotConsumingSince = since, StuckTasks = stuck.Count, OldestStuckTask = stuck.OldestAge };
    }
}
