using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>The worker of this host. Registered as a singleton by <c>AddWorker</c>.</summary>
public interface ICeleryWorker
{
    /// <summary>The node name, such as <c>celery@host</c>.</summary>
    string Hostname { get; }

    /// <summary>What it is doing.</summary>
    WorkerState State { get; }

    /// <summary>How many tasks may run at a time now.</summary>
    int Concurrency { get; }

    /// <summary>Between how many slots it grows and shrinks; null when it does not by itself.</summary>
    AutoscaleRange? Autoscale { get; }

    /// <summary>The queues it consumes now.</summary>
    IReadOnlyList<string> Queues { get; }

    /// <summary>The tasks it can run, by their names on the wire.</summary>
    IReadOnlyList<string> TaskNames { get; }

    /// <summary>How many tasks have code that goes on after their hard time limits: each may hold a thread, and none holds a slot.</summary>
    int StuckTasks { get; }

    /// <summary>How well the worker is now.</summary>
    WorkerHealth GetHealth();

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

    /// <summary>
    /// Changes how many tasks may run at a time, and with it how many messages are taken ahead. Slots too many go when their tasks end. Mirrors the remote
    /// control commands <c>pool_grow</c> and <c>pool_shrink</c>.
    /// </summary>
    /// <param name="concurrency">How many; 1 to 65,535.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is outside of that.</exception>
    /// <exception cref="InvalidOperationException">The worker is autoscaled: change its range.</exception>
    void Resize(int concurrency);

    /// <summary>Changes between how many slots it grows and shrinks. Mirrors the remote control command <c>autoscale</c>.</summary>
    /// <param name="range">The new bounds.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are no bounds.</exception>
    /// <exception cref="InvalidOperationException">The worker was started without <see cref="WorkerOptions.Autoscale"/>.</exception>
    void SetAutoscale(AutoscaleRange range);

    /// <summary>
    /// Consumes a queue too, as long as the worker runs or until it is removed. A call that was given up may have added it; adding or removing it again makes
    /// sure. Mirrors the remote control command <c>add_consumer</c>.
    /// </summary>
    /// <param name="name">The queue's name or alias; one the application does not list is made as a call to it would make it.</param>
    /// <param name="cancellationToken">Ends the wait for the broker.</param>
    /// <returns>False when the queue was consumed already.</returns>
    /// <exception cref="CeleryConfigurationException">It is not known and <c>CreateMissingQueues</c> is off, or the broker has it with other arguments.</exception>
    /// <exception cref="BrokerUnavailableException">The broker is away.</exception>
    Task<bool> AddQueueAsync(string name, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="AddQueueAsync(string, CancellationToken)" />
    /// <param name="queue">The queue with its exchange and bindings.</param>
    /// <param name="cancellationToken">Ends the wait for the broker.</param>
    Task<bool> AddQueueAsync(CeleryQueue queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Consumes a queue no longer; what was taken from it before is run. Without any the worker waits until one is added. Mirrors the remote control
    /// command <c>cancel_consumer</c>.
    /// </summary>
    /// <param name="name">The queue's name or alias.</param>
    /// <param name="cancellationToken">Ends the wait for the broker.</param>
    /// <returns>False when the queue was not consumed.</returns>
    Task<bool> RemoveQueueAsync(string name, CancellationToken cancellationToken = default);
}
