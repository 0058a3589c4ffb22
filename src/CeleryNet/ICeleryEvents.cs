namespace CeleryNet;

/// <summary>What workers and clients of the application tell of themselves and their tasks, .NET's and Python's. Safe for concurrent use.</summary>
/// <remarks>Mirrors <c>app.events.Receiver</c>. Workers tell of tasks only where that is enabled: <c>celery control enable_events</c>, or their option <c>SendTaskEvents</c>.</remarks>
public interface ICeleryEvents
{
    /// <summary>
    /// Listens until it is told to stop, over outages of the broker too. What is sent while nobody listens, or the broker is away, is not heard. Whoever reads slowly misses
    /// events: brokers keep no more than some thousand, and not for long.
    /// </summary>
    /// <param name="binding">
    /// Which events, as a pattern of a topic exchange: <c>#</c> for all, <c>worker.#</c>, <c>task.#</c>, <c>worker.heartbeat</c>. Workers send the events of tasks in lists
    /// named <c>task.multi</c>, so those of one type cannot be had alone.
    /// </param>
    /// <param name="cancellationToken">Ends it, with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The events, as they come. Workers are asked to tell of themselves when it begins.</returns>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached when it begins, or refuses to be listened to.</exception>
    IAsyncEnumerable<CeleryEvent> ListenAsync(string binding = "#", CancellationToken cancellationToken = default);
}
