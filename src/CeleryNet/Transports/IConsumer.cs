using System.Threading.Channels;
using CeleryNet.Routing;

namespace CeleryNet.Transports;

/// <summary>
/// Takes messages from queues. It outlives connections: after an outage it consumes again by itself, deliveries of the lost connection
/// are marked lost. Deliveries taken and not settled never exceed the prefetch count.
/// </summary>
internal interface IConsumer : IAsyncDisposable
{
    /// <summary>The deliveries. Completes after <see cref="StopAsync"/>, with an error only if consuming can never work (wrong password, queue mismatch).</summary>
    ChannelReader<IDelivery> Deliveries { get; }

    /// <summary>
    /// Stops taking messages and completes <see cref="Deliveries"/>. Deliveries not yet read from it go back to their queue; those in hand can
    /// still be settled until the consumer is disposed. Disposing returns what is left unsettled to its queue.
    /// </summary>
    ValueTask StopAsync(CancellationToken cancellationToken);
}

/// <summary>What to consume and how.</summary>
/// <param name="Queues">The queues, declared before consuming.</param>
/// <param name="Prefetch">How many deliveries may be unsettled at a time; at least 1.</param>
internal sealed record ConsumerRequest(IReadOnlyList<QueueSpec> Queues, int Prefetch)
{
    /// <summary>Messages count as acknowledged when delivered (replies, events); settling does nothing.</summary>
    public bool NoAck { get; init; }
}
