using System.Threading.Channels;
using CeleryNet.Routing;

namespace CeleryNet.Transports;

/// <summary>
/// Takes messages from queues. It outlives connections: after an outage it consumes again by itself, deliveries of the lost connection
/// are marked lost. Deliveries taken and not settled never exceed the prefetch count. Safe for concurrent use.
/// </summary>
internal interface IConsumer : IAsyncDisposable
{
    /// <summary>The deliveries. Completes after <see cref="StopAsync"/>, with an error only if consuming can never work (wrong password, queue mismatch).</summary>
    ChannelReader<IDelivery> Deliveries { get; }

    /// <summary>
    /// Sets how many deliveries may be unsettled from now on, 0 to 65,535. Returns at once and may be called as often as wanted: the latest count wins, the
    /// broker is told soon. A lower count takes nothing back; no more is taken until there is room below it. 0 takes nothing more for now.
    /// </summary>
    /// <remarks>
    /// On AMQP a queue that the broker would delete for want of a consumer (auto-delete, <c>x-expires</c>) keeps one, with a count of at least 1; where the
    /// count is split among queues (a quorum queue, RabbitMQ 4) each gets at least 1 unless the count is 0, and one with <c>x-single-active-consumer</c>
    /// keeps its part until the next connection, also over a pause, after which what is still in hand comes on top. Broadcasts on Redis are not held back, nothing keeps them: they are dropped when they are not read in time.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0 or above 65,535.</exception>
    void SetPrefetch(int count);

    /// <summary>
    /// Declares a queue and consumes it beside the others from now on, also over reconnects; nothing when a queue of that name is consumed already.
    /// Celery's <c>add_consumer</c>. Returns when messages can come in, or will as soon as the broker is back. A call that was given up may have added it.
    /// </summary>
    /// <exception cref="CeleryConfigurationException">It exists otherwise than declared. Nothing has changed.</exception>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached before the token fires, or refuses us, or the consumer has stopped.</exception>
    ValueTask AddQueueAsync(QueueSpec queue, CancellationToken cancellationToken);

    /// <summary>
    /// Takes no more from a queue, the last one included: <see cref="Deliveries"/> then waits for another to be added. Celery's <c>cancel_consumer</c>. What
    /// was taken from it is delivered and can be settled. A call that was given up may have removed it.
    /// </summary>
    /// <returns>Whether it was consumed.</returns>
    /// <exception cref="BrokerUnavailableException">The consumer has stopped.</exception>
    ValueTask<bool> RemoveQueueAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Stops taking messages and completes <see cref="Deliveries"/>. Deliveries not yet read from it go back to their queue; those in hand can
    /// still be settled until the consumer is disposed. Disposing returns what is left unsettled to its queue.
    /// </summary>
    ValueTask StopAsync(CancellationToken cancellationToken);
}

/// <summary>What to consume and how.</summary>
/// <param name="Queues">The queues, declared before consuming.</param>
/// <param name="Prefetch">How many deliveries may be unsettled at a time, 1 to 65,535, until <see cref="IConsumer.SetPrefetch"/> says otherwise.</param>
internal sealed record ConsumerRequest(IReadOnlyList<QueueSpec> Queues, int Prefetch)
{
    /// <summary>What AMQP has room for in <c>basic.qos</c>.</summary>
    public const int LargestPrefetch = ushort.MaxValue;

    /// <summary>Messages count as acknowledged when delivered (replies, events); settling does nothing.</summary>
    public bool NoAck { get; init; }
}
