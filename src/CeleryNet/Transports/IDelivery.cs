using CeleryNet.Protocol;

namespace CeleryNet.Transports;

/// <summary>An envelope and the right to settle it exactly once. Safe for concurrent use.</summary>
internal interface IDelivery
{
    /// <summary>What was delivered; null when the broker's entry could not even be read as an envelope (<see cref="Unreadable"/> says why).</summary>
    Envelope? Envelope { get; }

    /// <summary>Why <see cref="Envelope"/> is null; such a delivery can only be settled.</summary>
    string? Unreadable { get; }

    /// <summary>The name of the queue it came from.</summary>
    string Queue { get; }

    string Exchange { get; }

    string RoutingKey { get; }

    /// <summary>Whether the broker says that it delivered the message before.</summary>
    bool Redelivered { get; }

    /// <summary>
    /// How many runs of the message were begun by earlier deliveries of it, as far as is known: those that were counted by <see cref="CountAsync"/>, or 1
    /// where nothing is known but that it was delivered before.
    /// </summary>
    int DeliveryCount { get; }

    /// <summary>
    /// Fires when the broker may have given the message to another consumer: its channel is gone, or its lease was lost. Settling it
    /// then does nothing.
    /// </summary>
    CancellationToken Lost { get; }

    /// <summary>Whether <see cref="Lost"/> has fired. Costs nothing where nobody has asked for the token.</summary>
    bool IsLost => Lost.IsCancellationRequested;

    /// <summary>Settles the delivery. Does nothing when it was settled before or is lost.</summary>
    /// <exception cref="BrokerUnavailableException">
    /// The broker could not be told, or its answer was lost. Either the transport tells it later, or the broker will deliver the message again.
    /// </exception>
    ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken);

    /// <summary>
    /// Has the broker keep that the message is about to be run: a run that takes its process down is counted too, and a delivery that comes to no run is not.
    /// </summary>
    /// <returns>
    /// Whether this delivery may be run. If not, it is lost, or settled since a copy of the message will be delivered in its place that carries the count:
    /// where the broker cannot change a message that it has delivered.
    /// </returns>
    /// <exception cref="BrokerUnavailableException">It may not be counted. The delivery is still to be settled.</exception>
    /// <exception cref="PublishException">The broker takes no copy, so it is not counted. The delivery is still to be settled.</exception>
    ValueTask<bool> CountAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts a copy of the message among the dead letters of its queue and settles nothing: for a message that was acknowledged before it turned out
    /// to be worth keeping. A call that failed may have done it.
    /// </summary>
    /// <exception cref="BrokerUnavailableException">It may not be there.</exception>
    ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken);
}
