using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>The worker of this host. Registered as a singleton by <c>AddWorker</c>.</summary>
public interface ICeleryWorker
{
    /// <summary>The node name, such as <c>celery@host</c>.</summary>
    string Hostname { get; }

    /// <summary>The queues it consumes.</summary>
    IReadOnlyList<string> Queues { get; }

    /// <summary>The tasks it can run, by their names on the wire.</summary>
    IReadOnlyList<string> TaskNames { get; }

    /// <summary>Waits until the worker consumes for the first time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken = default);

    /// <summary>The rate limit of a task on this worker.</summary>
    /// <param name="taskName">The task's name on the wire.</param>
    /// <exception cref="ArgumentException">The worker does not have the task.</exception>
    RateLimit GetRateLimit(string taskName);

    /// <summary>Changes the rate limit of a task on this worker, for messages that wait already too. Mirrors the remote control command <c>rate_limit</c>.</summary>
    /// <param name="taskName">The task's name on the wire.</param>
    /// <param name="limit">The new limit; <see cref="RateLimit.None"/> for none.</param>
    /// <exception cref="ArgumentException">The worker does not have the task.</exception>
    /// <exception cref="InvalidOperationException">Rate limits are off (<see cref="WorkerOptions.DisableRateLimits"/>).</exception>
    void SetRateLimit(string taskName, RateLimit limit);
}
