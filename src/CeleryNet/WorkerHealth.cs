namespace CeleryNet;

/// <summary>How well a worker is at a moment.</summary>
public sealed class WorkerHealth
{
    internal WorkerHealth(WorkerHealthStatus status, IReadOnlyList<string> reasons)
    {
        Status = status;
        Reasons = reasons;
    }

    /// <summary>The worst of what follows.</summary>
    public WorkerHealthStatus Status { get; }

    /// <summary>Why it is not healthy, in sentences; empty when it is.</summary>
    public IReadOnlyList<string> Reasons { get; }

    /// <summary>
    /// Since when the worker takes no messages: it was not connected yet, cannot consume, or stops. Null while it takes them; a loss of the connection
    /// that the transport mends by itself counts as that.
    /// </summary>
    public DateTimeOffset? NotConsumingSince { get; internal init; }

    /// <summary>How many tasks have code that goes on after their hard time limits.</summary>
    public int StuckTasks { get; internal init; }

    /// <summary>How long the oldest of that code is stuck already; null when there is none.</summary>
    public TimeSpan? OldestStuckTask { get; internal init; }
}

/// <summary>How well a worker is.</summary>
public enum WorkerHealthStatus
{
    /// <summary>It does what it is there for.</summary>
    Healthy,

    /// <summary>It works, and holds code that is stuck.</summary>
    Degraded,

    /// <summary>It takes no messages, or holds more code that is stuck than it may (<see cref="WorkerOptions.MaxStuckTasks"/>).</summary>
    Unhealthy,
}
