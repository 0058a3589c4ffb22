using System.Globalization;
using System.Threading.Channels;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace CeleryNet.Transports.Amqp;

/// <summary>One channel of a consumer, from its opening to its end, with the deliveries that came on it.</summary>
internal sealed class AmqpConsumerChannel : IAsyncBasicConsumer, IAsyncDisposable
{
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromSeconds(3);

    private readonly IChannel _channel;
    private readonly ChannelWriter<AmqpDelivery> _deliveries;
    private readonly IReadOnlyList<QueueSpec> _queues;
    private readonly CancellationTokenSource _lost = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _cancelledQueues;
    private int _disposed;

    private AmqpConsumerChannel(
        IChannel channel, IReadOnlyList<QueueSpec> queues, ChannelWriter<AmqpDelivery> deliveries, AmqpDeadLetters deadLetters, ILogger logger)
    {
        _channel = channel;
        _queues = queues;
        _deliveries = deliveries;
        DeadLetters = deadLetters;
        Logger = logger;
        Acks = new AmqpAckBatcher(channel, End);
        // Raised at once when the channel is closed already.
        channel.ChannelShutdownAsync += OnShutdownAsync;
    }

    public IChannel Channel => _channel;

    public AmqpAckBatcher Acks { get; }

    public AmqpDeadLetters DeadLetters { get; }

    public ILogger Logger { get; }

    /// <summary>Fires when the broker may give this channel's deliveries to others.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Completes when the channel is of no more use, with the reason.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Opens a channel and consumes the queues.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="queues">The queues, which exist.</param>
    /// <param name="prefetch">How many deliveries may be unsettled.</param>
    /// <param name="shared">Whether the broker can bound all queues together; else each gets its part.</param>
    /// <param name="deliveries">Where deliveries go.</param>
    /// <param name="deadLetters">Keeps what cannot be run.</param>
    /// <param name="logger">Gets failed settlements.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<AmqpConsumerChannel> OpenAsync(
        AmqpLink link,
        IReadOnlyList<QueueSpec> queues,
        int prefetch,
        bool shared,
        ChannelWriter<AmqpDelivery> deliveries,
        AmqpDeadLetters deadLetters,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var opened = new AmqpConsumerChannel(
            await link.CreateChannelAsync(null, cancellationToken).ConfigureAwait(false), queues, deliveries, deadLetters, logger);
        try
        {
            await opened.ConsumeAsync(prefetch, shared, cancellationToken).ConfigureAwait(false);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tells the broker that a delivery was not dealt with.</summary>
    /// <exception cref="BrokerUnavailableException">It could not be told before the token fired.</exception>
    public async ValueTask RejectAsync(AmqpDelivery delivery, bool requeue, CancellationToken cancellationToken)
    {
        try
        {
            await _channel.BasicRejectAsync(delivery.Tag, requeue, cancellationToken).ConfigureAwait(false);
            Acks.Forget(delivery);
        }
        catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested)
        {
            throw new BrokerUnavailableException($"A message from queue '{delivery.Queue}' could not be settled within the given time.", error);
        }
        catch (Exception error) when (AmqpErrors.IsTrouble(error))
        {
            // The channel is gone, and with it the delivery: the broker has it back.
            End(error.Message);
        }
    }

    /// <summary>Makes the broker stop sending, and returns when all it had sent has come in.</summary>
    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _queues.Count; i++)
        {
            await _channel.BasicCancelAsync(Tag(i), noWait: false, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        await Task.WhenAny(_cancelled.Task, Ended).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends what is acknowledged and closes the channel; the broker takes the rest back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        try
        {
            if (_channel.IsOpen)
            {
                await Acks.WhenFlushedAsync().WaitAsync(_closeTimeout).ConfigureAwait(false);
                await _channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true, CancellationToken.None).WaitAsync(_closeTimeout).ConfigureAwait(false);
            }

            await _channel.DisposeAsync().AsTask().WaitAsync(_closeTimeout).ConfigureAwait(false);
        }
        catch (Exception error) when (AmqpErrors.IsTrouble(error))
        {
            // The broker does not answer; it takes the deliveries back when it notices that we are gone.
        }

        End("closed by this side");
    }

    public async Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        var queue = _queues[int.Parse(consumerTag, CultureInfo.InvariantCulture)];
        var envelope = AmqpProperties.Read(properties, body.ToArray());
        (exchange, routingKey) = AmqpDelays.Origin(queue, exchange, routingKey);
        var delivery = new AmqpDelivery(this, deliveryTag, queue.Name, exchange, routingKey, redelivered, properties, envelope);
        Acks.Track(delivery);
        // There is room for as many as may be unsettled. Only a consumer that has stopped takes no more.
        if (!_deliveries.TryWrite(delivery))
        {
            await delivery.SettleAsync(Settlement.Requeue, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Increment(ref _cancelledQueues) == _queues.Count)
        {
            _cancelled.TrySetResult();
        }

        return Task.CompletedTask;
    }

    // The broker does not deliver from the queue any more: it was deleted, or its node failed.
    public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        End($"queue '{_queues[int.Parse(consumerTag, CultureInfo.InvariantCulture)].Name}' was deleted or moved to another node");
        return Task.CompletedTask;
    }

    public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason) => Task.CompletedTask;

    private static string Tag(int queue) => queue.ToString(CultureInfo.InvariantCulture);

    // Also where nothing is settled messages are acknowledged, by the act of taking them: it is the only brake that AMQP has.
    private async Task ConsumeAsync(int prefetch, bool shared, CancellationToken cancellationToken)
    {
        var together = shared && _queues.Count > 1;
        if (together)
        {
            await SetPrefetchAsync(prefetch, global: true, cancellationToken).ConfigureAwait(false);
        }

        for (var i = 0; i < _queues.Count; i++)
        {
            if (!together)
            {
                var part = (prefetch / _queues.Count) + (i < prefetch % _queues.Count ? 1 : 0);
                await SetPrefetchAsync(Math.Max(1, part), global: false, cancellationToken).ConfigureAwait(false);
            }

            await _channel.BasicConsumeAsync(_queues[i].Name, autoAck: false, Tag(i), noLocal: false, exclusive: false, null, this, cancellationToken)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // 0 would be no bound at all.
    private Task SetPrefetchAsync(int count, bool global, CancellationToken cancellationToken)
        => _channel.BasicQosAsync(0, (ushort)Math.Clamp(count, 1, ushort.MaxValue), global, cancellationToken).WaitAsync(cancellationToken);

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        End(AmqpErrors.Describe(reason));
        return Task.CompletedTask;
    }

    private void End(string reason)
    {
        if (_ended.TrySetResult(reason))
        {
            // Callbacks run elsewhere: the client's loops wait for this.
            _ = _lost.CancelAsync();
        }
    }
}
