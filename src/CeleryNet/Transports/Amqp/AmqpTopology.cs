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

    /// <summary>Declares an exchange alone.</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses it.</exception>
    public static async Task DeclareAsync(AmqpLink link, ExchangeSpec exchange, CancellationToken cancellationToken)
    {
        var channel = await link.CreateChannelAsync(null, cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                await DeclareAsync(channel, exchange, cancellationToken).ConfigureAwait(false);
                await channel.CloseAsync(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (AmqpErrors.RefusalIn(error) is { } refusal)
            {
                throw new AmqpRefusedException(refusal.Code, $"Exchange '{exchange.Name}' cannot be declared ({Describe(exchange)}): {refusal.Message}.");
            }
        }
    }

    /// <summary>Makes bindings between exchanges, then bindings of queues. All that they name must be there.</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses one.</exception>
    public static async Task BindAsync(
        AmqpLink link, IEnumerable<ExchangeBinding> exchanges, IEnumerable<QueueBinding> queues, CancellationToken cancellationToken)
    {
        var channel = await link.CreateChannelAsync(null, cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                foreach (var (exchange, source, routingKey) in exchanges)
                {
                    await channel.ExchangeBindAsync(exchange, source, routingKey, cancellationToken: cancellationToken)
                        .WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                foreach (var (queue, source, routingKey) in queues)
                {
                    await channel.QueueBindAsync(queue, source, routingKey, cancellationToken: cancellationToken)
                        .WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                await channel.CloseAsync(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (AmqpErrors.RefusalIn(error) is { } refusal)
            {
                throw refusal;
            }
        }
    }

    private static async Task DeclareAsync(IChannel channel, QueueSpec queue, CancellationToken cancellationToken)
    {
        try
        {
            if (queue.IsPassive)
            {
                await channel.QueueDeclarePassiveAsync(queue.Name, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            await DeclareAsync(channel, queue.Exchange, cancellationToken).ConfigureAwait(false);
            await channel.QueueDeclareAsync(
                queue.Name, queue.Durable, queue.Exclusive, queue.AutoDelete, Arguments(queue.Arguments), cancellationToken: cancellationToken)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            foreach (var binding in queue.Bindings)
            {
                if (binding.Exchange != queue.Exchange)
                {
                    await DeclareAsync(channel, binding.Exchange, cancellationToken).ConfigureAwait(false);
                }

                await channel.QueueBindAsync(
                    queue.Name, binding.Exchange.Name, binding.RoutingKey, Arguments(binding.Arguments), cancellationToken: cancellationToken)
                    .WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (AmqpErrors.RefusalIn(error) is { } refusal)
        {
            throw new AmqpRefusedException(refusal.Code, Explain(queue, refusal));
        }
    }

    // The broker's own exchanges are there from the start, and only it may declare them. kombu/entity.py Exchange._can_declare
    private static async Task DeclareAsync(IChannel channel, ExchangeSpec exchange, CancellationToken cancellationToken)
    {
        if (exchange.Name.Length > 0 && !exchange.Name.StartsWith("amq.", StringComparison.Ordinal))
        {
            await channel.ExchangeDeclareAsync(
                exchange.Name, exchange.Type, exchange.Durable, exchange.AutoDelete, Arguments(exchange.Arguments), cancellationToken: cancellationToken)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static Dictionary<string, object?>? Arguments(IReadOnlyDictionary<string, object?>? arguments)
        => arguments?.ToDictionary(argument => argument.Key, argument => AmqpHeaderValue.Write(argument.Key, argument.Value), StringComparer.Ordinal);

    private static string Explain(QueueSpec queue, AmqpRefusedException refusal)
    {
        if (queue.IsPassive)
        {
            return $"Queue '{queue.Name}', which somebody else must declare since NoDeclare is set, cannot be used: {refusal.Message}.";
        }

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
            parts.Add($"bound to the {Describe(queue.Exchange)} '{queue.Exchange.Name}'");
        }

        return string.Join(", ", parts);
    }

    private static string Describe(ExchangeSpec exchange)
        => $"{(exchange.Durable ? "durable" : "not durable")}{(exchange.AutoDelete ? " auto-delete" : "")} {exchange.Type} exchange";
}
