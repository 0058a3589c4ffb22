using System.Globalization;
using CeleryNet.Routing;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// Keeps how many runs of a message were begun. RabbitMQ does not change a message that it has delivered, and says of a classic queue's only that it was
/// delivered before; a quorum queue's own count (<c>x-delivery-count</c>) also grows with every message that goes back without a run. So the message is
/// published again with the count in a header.
/// </summary>
internal sealed class AmqpRunCount(AmqpPublisher publisher)
{
    /// <summary>How many runs are counted by the message itself.</summary>
    public static int Read(IReadOnlyBasicProperties properties)
        => Find(properties, RunCountHeaders.Count) switch
        {
            long count => (int)Math.Clamp(count, 0, int.MaxValue - 1),
            _ => 0,
        };

    /// <summary>What the message came through before it was copied, or the copy itself came through.</summary>
    public static (string Exchange, string RoutingKey) ReadWay(IReadOnlyBasicProperties properties, string exchange, string routingKey)
        => (Find(properties, RunCountHeaders.Exchange) as string ?? exchange, Find(properties, RunCountHeaders.RoutingKey) as string ?? routingKey);

    /// <summary>Returns when the broker has a copy of the message with this count at the end of its queue.</summary>
    /// <exception cref="BrokerUnavailableException">It may not be there.</exception>
    /// <exception cref="PublishException">The broker refuses it.</exception>
    public async ValueTask CopyAsync(AmqpDelivery delivery, IReadOnlyBasicProperties original, ReadOnlyMemory<byte> body, int count, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties(original) { Headers = CopyHeaders(original) };
        properties.Headers[RunCountHeaders.Count] = count;
        properties.Headers[RunCountHeaders.Exchange] = delivery.Exchange;
        properties.Headers[RunCountHeaders.RoutingKey] = delivery.RoutingKey;

        // The broker takes a user id only from the user himself.
        properties.ClearUserId();
        AmqpProperties.SetPriority(properties, delivery.Envelope?.Priority, delivery.Envelope?.Persistent ?? true);
        try
        {
            await publisher.PublishAsync(properties, body, new Destination("", delivery.Queue), cancellationToken).ConfigureAwait(false);
        }
        catch (CelerySerializationException error)
        {
            throw new PublishException(
                string.Create(CultureInfo.InvariantCulture, $"A message from queue '{delivery.Queue}' cannot be published again with its count of {count}: {error.Message}"), error);
        }
    }

    private static object? Find(IReadOnlyBasicProperties properties, string name)
        => properties.Headers?.TryGetValue(name, out var value) == true ? AmqpHeaderValue.Read(value) : null;

    // "CC" would send the copy to other queues as well.
    private static Dictionary<string, object?> CopyHeaders(IReadOnlyBasicProperties original)
    {
        var copy = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in original.Headers ?? new Dictionary<string, object?>())
        {
            if (name is not "CC" && !DeadLetterHeaders.IsCounter(name))
            {
                copy[name] = AmqpHeaderValue.Write(name, AmqpHeaderValue.Read(value));
            }
        }

        return copy;
    }
}
