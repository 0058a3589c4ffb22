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

    /// <summary>
    /// Revokes a task on this worker: it is not run here, now or later. If it waits here it ends at once in state REVOKED, else when it comes.
    /// </summary>
    /// <param name="taskId">The task's id, known here or not.</param>
    /// <param name="terminate">Whether it is ended also if it runs already: its token fires with <see cref="CancellationReason.Revoked"/>.</param>
    /// <returns>Whether it was here and ends by this.</returns>
    /// <remarks>Mirrors the remote control command <c>revoke</c>; <see cref="ICeleryClient"/> revokes on all workers.</remarks>
    bool Revoke(TaskId taskId, bool terminate = false);

    /// <summary>Revokes on this worker the tasks that carry a stamp with a value.</summary>
    /// <param name="name">The stamp's name.</param>
    /// <param name="value">Its value, or one of them.</param>
    /// <param name="terminate">Whether those that run already are ended too.</param>
    /// <returns>How many were here and end by this.</returns>
    /// <remarks>Mirrors the remote control command <c>revoke_by_stamped_headers</c>.</remarks>
    int RevokeByStamp(string name, string value, bool terminate = false);

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
