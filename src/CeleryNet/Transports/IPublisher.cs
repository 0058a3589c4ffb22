using CeleryNet.Protocol;
using CeleryNet.Routing;

namespace CeleryNet.Transports;

/// <summary>Gives envelopes to the broker. Safe for concurrent use; calls made together share round trips.</summary>
internal interface IPublisher
{
    /// <summary>
    /// Returns when the broker has the message. One attempt on the connection of the moment, or the first one that can be had before the token
    /// fires; retrying is the caller's.
    /// </summary>
    /// <exception cref="BrokerUnavailableException">No connection, or it broke before the broker confirmed: the message may or may not be there.</exception>
    /// <exception cref="PublishException">The broker refused the message, or no queue takes it: it is not there, and trying again will not help.</exception>
    ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken);
}
