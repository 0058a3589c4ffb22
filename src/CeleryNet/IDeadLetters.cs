namespace CeleryNet;

/// <summary>
/// The messages that could not be run and are kept in <c>&lt;queue&gt;.dead-letters</c>. Registered as a singleton by <c>AddCelery</c>; safe for concurrent use.
/// </summary>
/// <remarks>
/// Each step with the broker has the deadline <c>PublishTimeout</c>; replaying and dropping many is many steps. A queue is named by its name or its alias.
/// Works that take away look at the dead letters that were there when they began, not at those that come meanwhile, so that messages that fail
/// again are not replayed again. Python's Celery has no counterpart.
/// </remarks>
public interface IDeadLetters
{
    /// <summary>Reads the oldest dead letters of a queue and leaves them there.</summary>
    /// <param name="queue">The queue they came from.</param>
    /// <param name="limit">How many at most, 1 to 10,000. They are read whole before the first is handed out, so that is also what memory must hold.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The dead letters, oldest first; none if the queue has none or is not there.</returns>
    /// <exception cref="ArgumentException"><paramref name="queue"/> is empty, or <paramref name="limit"/> is out of range.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be asked in time.</exception>
    /// <remarks>
    /// On RabbitMQ they are taken without acknowledgement and given back when all are read: they keep their places and are marked as redelivered, and
    /// meanwhile another process does not see them. On Redis nothing is moved.
    /// </remarks>
    IAsyncEnumerable<DeadLetter> ListAsync(string queue, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>Counts the dead letters of a queue.</summary>
    /// <param name="queue">The queue they came from.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException"><paramref name="queue"/> is empty.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be asked in time.</exception>
    Task<long> CountAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts one message back at the end of its queue, with the headers, properties and body it came with, and takes its dead letter away when it is there: a
    /// failure between the two can double it and not lose it.
    /// </summary>
    /// <param name="queue">The queue it came from.</param>
    /// <param name="id">Its <see cref="DeadLetter.Id"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been replayed by then.</param>
    /// <returns>False if there is no such dead letter (any more).</returns>
    /// <exception cref="ArgumentException"><paramref name="queue"/> or <paramref name="id"/> is empty.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached in time; the message is in one of the two places, or in both.</exception>
    /// <exception cref="PublishException">The broker refused the message; its dead letter is still there.</exception>
    Task<bool> ReplayAsync(string queue, string id, CancellationToken cancellationToken = default);

    /// <summary>Puts messages back as <see cref="ReplayAsync"/> does, the oldest first.</summary>
    /// <param name="queue">The queue they came from.</param>
    /// <param name="where">Chooses them; null for all. What it throws ends the work.</param>
    /// <param name="cancellationToken">Ends the work; what was replayed by then stays so.</param>
    /// <returns>How many were replayed.</returns>
    /// <exception cref="ArgumentException"><paramref name="queue"/> is empty.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached in time; one message may be in both places.</exception>
    /// <exception cref="PublishException">The broker refused a message; its dead letter is still there, those before it are replayed.</exception>
    Task<int> ReplayAllAsync(string queue, Func<DeadLetter, bool>? where = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes one dead letter for good.</summary>
    /// <param name="queue">The queue it came from.</param>
    /// <param name="id">Its <see cref="DeadLetter.Id"/>.</param>
    /// <param name="cancellationToken">Ends the wait; it may be gone by then.</param>
    /// <returns>False if there is no such dead letter (any more).</returns>
    /// <exception cref="ArgumentException"><paramref name="queue"/> or <paramref name="id"/> is empty.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached in time.</exception>
    Task<bool> DropAsync(string queue, string id, CancellationToken cancellationToken = default);

    /// <summary>Deletes dead letters for good.</summary>
    /// <param name="queue">The queue they came from.</param>
    /// <param name="where">Chooses them; null for all. What it throws ends the work.</param>
    /// <param name="cancellationToken">Ends the work; what was deleted by then is gone.</param>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="ArgumentException"><paramref name="queue"/> is empty.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached in time.</exception>
    Task<int> DropAllAsync(string queue, Func<DeadLetter, bool>? where = null, CancellationToken cancellationToken = default);
}
