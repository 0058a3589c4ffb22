using System.Globalization;
using CeleryNet.Routing;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>Declares and deletes, each on a channel of its own: a refusal closes the channel, and must not take others' work with it.</summary>
internal static class AmqpTopology
{
    /// <summary>Declares the exchanges, the queues and their bindings, in kombu's order. kombu/entity.py Queue.declare</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses one, in words that say which and why.</exception>
    public static async Task DeclareAsync(AmqpLink link, IReadOnlyList<QueueSpec> queues, CancellationToken cancellationToken)
    {
        var channel = await link.CreateChannelAsync(null, cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            foreach (var queue in queues)
            {
                await DeclareAsync(channel, queue, cancellationToken).ConfigureAwait(false);
            }

            await channel.CloseAsync(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes a queue; nothing if there is none.</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses it.</exception>
    public static async Task DeleteAsync(AmqpLink link, string queue, CancellationToken cancellationToken)
    {
        var channel = await link.CreateChannelAsync(null, cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken)
                    .WaitAsync(cancellationToken).ConfigureAwait(false);
                await channel.CloseAsync(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (AmqpErrors.RefusalIn(error) is { } refusal)
            {
                if (refusal.Code != AmqpErrors.NotFound)
                {
                    throw new AmqpRefusedException(refusal.Code, $"Queue '{queue}' cannot be deleted: {refusal.Message}");
                }
            }
        }
    }

    private static async Task DeclareAsync(IChannel channel, QueueSpec queue, CancellationToken cancellationToken)
    {
        var exchange = queue.Exchange;
        try
        {
            if (exchange.Name.Length > 0)
            {
                await channel.ExchangeDeclareAsync(
                    exchange.Name, exchange.Type, exchange.Durable, exchange.AutoDelete, cancellationToken: cancellationToken)
                    .WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            await channel.QueueDeclareAsync(
                queue.Name, queue.Durable, queue.Exclusive, queue.AutoDelete, Arguments(queue), cancellationToken: cancellationToken)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            if (exchange.Name.Length > 0)
            {
                await channel.QueueBindAsync(queue.Name, exchange.Name, queue.RoutingKey, cancellationToken: cancellationToken)
                    .WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (AmqpErrors.RefusalIn(error) is { } refusal)
        {
            throw new AmqpRefusedException(refusal.Code, Explain(queue, refusal));
        }
    }

    private static Dictionary<string, object?> Arguments(QueueSpec queue)
        => queue.Arguments.ToDictionary(argument => argument.Key, argument => AmqpHeaderValue.Write(argument.Key, argument.Value), StringComparer.Ordinal);

    private static string Explain(QueueSpec queue, AmqpRefusedException refusal)
    {
        var text = $"Queue '{queue.Name}' cannot be declared: {refusal.Message}.";
        return refusal.Code == AmqpErrors.PreconditionFailed
            ? $"{text} It, or its exchange, exists otherwise than declared here ({Describe(queue)}). All producers and workers must declare a queue with "
                + "the same type, flags and arguments: change them here or there, or delete the queue once and let it be declared anew."
            : text;
    }

    private static string Describe(QueueSpec queue)
    {
        var parts = new List<string> { queue.Durable ? "durable" : "not durable" };
        if (queue.AutoDelete)
        {
            parts.Add("auto-delete");
        }

        if (queue.Exclusive)
        {
            parts.Add("exclusive");
        }

        parts.AddRange(queue.Arguments.Select(argument => string.Create(CultureInfo.InvariantCulture, $"{argument.Key}={argument.Value}")));
        if (queue.Exchange.Name.Length > 0)
        {
            parts.Add($"bound to the {(queue.Exchange.Durable ? "durable" : "not durable")} {queue.Exchange.Type} exchange '{queue.Exchange.Name}'");
        }

        return string.Join(", ", parts);
    }
}
