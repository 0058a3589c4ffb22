using CeleryNet.Protocol;
using CeleryNet.Routing;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>Publishes with confirms, on channels that are opened when they are first needed and again after they were lost.</summary>
internal sealed class AmqpPublisher(AmqpConnection connection, AmqpDelays delays) : IPublisher
{
    // A missing exchange closes the channel with everything on it. Tasks and results go to the default exchange, which is never missing:
    // they have a channel of their own.
    private readonly Lane _queues = new();
    private readonly Lane _exchanges = new();

    public async ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var properties = AmqpProperties.Write(envelope);
        if (delays.Find(destination) is { } delayed)
        {
            // RabbitMQ before 4.0 drops a message whose account of an earlier way makes it look as if it went round in circles.
            AmqpProperties.RemoveBookkeeping(properties);
            await PublishAsync(properties, envelope.Body, delayed.Destination, delayed.Queues, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await PublishAsync(properties, envelope.Body, destination, [], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Publishes a message at once, whatever its destination says of its time.</summary>
    /// <inheritdoc cref="IPublisher.PublishAsync" />
    public ValueTask PublishAsync(BasicProperties properties, ReadOnlyMemory<byte> body, Destination destination, CancellationToken cancellationToken)
        => PublishAsync(properties, body, destination, [], cancellationToken);

    /// <summary>Makes the next publish that wants the queue declared do so.</summary>
    public void ForgetDeclared(string queue)
    {
        foreach (var link in Links())
        {
            AmqpDelays.ForgetDeclared(link, queue);
        }
    }

    private async ValueTask PublishAsync(
        BasicProperties properties, ReadOnlyMemory<byte> body, Destination destination, IReadOnlyList<QueueSpec> delayed, CancellationToken cancellationToken)
    {
        AmqpProperties.CheckShortText("an exchange's name", destination.Exchange);
        AmqpProperties.CheckShortText("a routing key", destination.RoutingKey);
        try
        {
            await SendAsync(properties, body, destination, delayed, cancellationToken).ConfigureAwait(false);
        }
        catch (PublishReturnedException error) when (destination is { Declare: null, DeclareExchange: null } && delayed.Count == 0)
        {
            throw new PublishException(error.Message, error);
        }
        catch (PublishReturnedException)
        {
            // What takes it was declared on this connection and deleted since. The message came back, so it is safe to send it again.
            await SendAgainAsync(properties, body, destination, delayed, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SendAgainAsync(
        BasicProperties properties, ReadOnlyMemory<byte> body, Destination destination, IReadOnlyList<QueueSpec> delayed, CancellationToken cancellationToken)
    {
        foreach (var link in Links())
        {
            Forget(link, destination, delayed);
        }

        try
        {
            await SendAsync(properties, body, destination, delayed, cancellationToken).ConfigureAwait(false);
        }
        catch (PublishReturnedException error)
        {
            throw new PublishException(error.Message, error);
        }
    }

    private IEnumerable<AmqpLink> Links() => new[] { _queues.Channel?.Link, _exchanges.Channel?.Link }.OfType<AmqpLink>().Distinct();

    private static void Forget(AmqpLink link, Destination destination, IReadOnlyList<QueueSpec> delayed)
    {
        if (destination.Declare is { } queue)
        {
            AmqpDelays.ForgetDeclared(link, queue.Name);
        }

        if (destination.DeclareExchange is { } exchange)
        {
            link.ForgetDeclared(exchange);
        }

        if (delayed.Count > 0)
        {
            AmqpDelays.ForgetDeclared(link, delayed);
        }
    }

    private async Task SendAsync(
        BasicProperties properties, ReadOnlyMemory<byte> body, Destination destination, IReadOnlyList<QueueSpec> delayed, CancellationToken cancellationToken)
    {
        var message = new PendingPublish(properties, body, destination);
        AmqpLink? link = null;
        try
        {
            do
            {
                link = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
                await link.WhenUnblockedAsync(cancellationToken).ConfigureAwait(false);
                if (destination.Declare is { } queue)
                {
                    await link.DeclareOnceAsync(queue, cancellationToken).ConfigureAwait(false);
                }

                if (destination.DeclareExchange is { } exchange)
                {
                    await link.DeclareOnceAsync(exchange, cancellationToken).ConfigureAwait(false);
                }

                if (delayed.Count > 0)
                {
                    await delays.DeclareOnceAsync(link, delayed, cancellationToken).ConfigureAwait(false);
                }
            }
            while (!await TrySendAsync(link, message, cancellationToken).ConfigureAwait(false));
        }
        catch (AmqpRefusedException error)
        {
            throw new PublishException(error.Message, error);
        }
        catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(
                link?.BlockedReason is { } reason
                    ? $"{link.Url} does not take messages at the moment ({reason}); a message for {message.Describe()} was not sent."
                    : $"A message for {message.Describe()} could not be sent within the given time.",
                error);
        }
        catch (Exception error) when (AmqpErrors.IsTrouble(error))
        {
            throw new BrokerUnavailableException($"A message for {message.Describe()} was not sent: {AmqpErrors.Describe(error)}", error);
        }

        await message.WhenConfirmedAsync(link, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> TrySendAsync(AmqpLink link, PendingPublish message, CancellationToken cancellationToken)
    {
        var lane = message.Destination.Exchange.Length == 0 ? _queues : _exchanges;
        var channel = lane.Channel is { IsOpen: true } open && open.Link == link
            ? open
            : await lane.OpenAsync(link, cancellationToken).ConfigureAwait(false);
        return await channel.TrySendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A channel that is replaced when it is lost.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle is not used holds nothing to be disposed.
    private sealed class Lane
#pragma warning restore CA1001
    {
        private readonly SemaphoreSlim _opening = new(1, 1);
        private AmqpConfirmChannel? _channel;

        public AmqpConfirmChannel? Channel => Volatile.Read(ref _channel);

        public async Task<AmqpConfirmChannel> OpenAsync(AmqpLink link, CancellationToken cancellationToken)
        {
            await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_channel is { IsOpen: true } open && open.Link == link)
                {
                    return open;
                }

                if (_channel is { } lost)
                {
                    await lost.DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                var channel = await AmqpConfirmChannel.OpenAsync(link, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _channel, channel);
                return channel;
            }
            finally
            {
                _opening.Release();
            }
        }
    }
}
