using System.Globalization;
using CeleryNet.Diagnostics;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>Keeps messages that cannot be read or run in a durable queue beside theirs, as they came, with the reason in their headers.</summary>
internal sealed class AmqpDeadLetters(AmqpPublisher publisher, string suffix, TimeProvider time, ILogger logger)
{
    private const string ReasonHeader = "x-celerynet-reason";
    private const string TimeHeader = "x-celerynet-time";
    private const string QueueHeader = "x-celerynet-queue";

    /// <summary>Returns when the broker has the message in the other queue.</summary>
    /// <exception cref="BrokerUnavailableException">It may not be there.</exception>
    public async Task KeepAsync(IReadOnlyBasicProperties original, ReadOnlyMemory<byte> body, string queue, string reason, CancellationToken cancellationToken)
    {
        var target = queue + suffix;
        var properties = new BasicProperties(original) { Headers = CopyHeaders(original) };
        properties.Headers[ReasonHeader] = reason;
        properties.Headers[TimeHeader] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        properties.Headers[QueueHeader] = queue;
        AmqpProperties.SetPriority(properties, AmqpProperties.GetPriority(original), persistent: true);
        // It must not expire there, and the broker only takes a user id from the user himself.
        properties.ClearExpiration();
        properties.ClearUserId();
        var destination = new Destination("", target) { Declare = new QueueSpec(target, ExchangeSpec.Default, target) };
        try
        {
            await publisher.PublishAsync(properties, body, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is PublishException or CelerySerializationException)
        {
            throw new BrokerUnavailableException($"A message from queue '{queue}' could not be moved to '{target}': {error.Message}", error);
        }

        logger.DeadLettered(queue, target, reason);
    }

    private static Dictionary<string, object?> CopyHeaders(IReadOnlyBasicProperties original)
    {
        var copy = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in original.Headers ?? new Dictionary<string, object?>())
        {
            copy[name] = AmqpHeaderValue.Write(name, AmqpHeaderValue.Read(value));
        }

        return copy;
    }
}
