using System.Globalization;
using CeleryNet.Diagnostics;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>Keeps messages that cannot be read or run in a durable queue beside theirs, as they came, with the reason in their headers.</summary>
internal sealed class AmqpDeadLetters(AmqpPublisher publisher, string suffix, TimeProvider time, ILogger logger)
{
    /// <summary>Returns when the broker has the message in the other queue.</summary>
    /// <exception cref="BrokerUnavailableException">It may not be there.</exception>
    public async Task KeepAsync(IReadOnlyBasicProperties original, ReadOnlyMemory<byte> body, string queue, string reason, CancellationToken cancellationToken)
    {
        var target = queue + suffix;
        var properties = new BasicProperties(original) { Headers = CopyHeaders(original) };
        properties.Headers[DeadLetterHeaders.Reason] = reason;
        properties.Headers[DeadLetterHeaders.Time] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        properties.Headers[DeadLetterHeaders.Queue] = queue;
        if (original.Expiration is { } expiration)
        {
            properties.Headers[DeadLetterHeaders.Expiration] = expiration;
        }

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

    /// <summary>The properties of the message that a dead letter was, to be published again.</summary>
    public static BasicProperties OfOriginal(IReadOnlyBasicProperties letter)
    {
        var properties = Copy(letter, static name => !DeadLetterHeaders.IsAdded(name));
        if (letter.Headers?.TryGetValue(DeadLetterHeaders.Expiration, out var expiration) == true)
        {
            properties.Expiration = AmqpHeaderValue.Read(expiration) as string;
        }

        return properties;
    }

    /// <summary>The properties of a dead letter, to be published again as one.</summary>
    public static BasicProperties OfLetter(IReadOnlyBasicProperties letter) => Copy(letter, static name => !DeadLetterHeaders.IsCounter(name));

    private static BasicProperties Copy(IReadOnlyBasicProperties letter, Func<string, bool> keepsHeader)
    {
        var properties = new BasicProperties(letter) { Headers = CopyHeaders(letter, keepsHeader) };
        AmqpProperties.SetPriority(properties, AmqpProperties.GetPriority(letter), persistent: true);
        properties.ClearExpiration();
        properties.ClearUserId();
        return properties;
    }

    private static Dictionary<string, object?> CopyHeaders(IReadOnlyBasicProperties original, Func<string, bool>? keepsHeader = null)
    {
        var copy = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in original.Headers ?? new Dictionary<string, object?>())
        {
            if (keepsHeader?.Invoke(name) != false)
            {
                copy[name] = AmqpHeaderValue.Write(name, AmqpHeaderValue.Read(value));
            }
        }

        return copy;
    }
}
