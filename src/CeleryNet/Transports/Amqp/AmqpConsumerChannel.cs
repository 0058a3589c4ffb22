using System.Threading.Channels;
using CeleryNet.Serialization;
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
    private readonly AmqpSubscriptions _subscriptions;
    private readonly RecentStrings _strings = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private AmqpConsumerChannel(
        IChannel channel, ChannelWriter<AmqpDelivery> deliveries, Action onRoom, AmqpDeadLetters deadLetters, AmqpRunCount runCount, ILogger logger)
    {
        _channel = channel;
        _subscriptions = new AmqpSubscriptions(channel, _ended.Task, this, onRoom);
        _deliveries = deliveries;
        DeadLetters = deadLetters;
        RunCount = runCount;
        Logger = logger;
        Acks = new AmqpAckBatcher(channel, End);
        // Raised at once when the channel is closed already.
        channel.ChannelShutdownAsync += OnShutdownAsync;
    }

    public IChannel Channel => _channel;

    public AmqpAckBatcher Acks { get; }

    public AmqpDeadLetters DeadLetters { get; }

    public AmqpRunCount RunCount { get; }

    public ILogger Logger { get; }

    /// <summary>Fires when the broker may give this channel's deliveries to others.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Completes when the channel is of no more use, with the reason.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Opens a channel and consumes the queues.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="intake">What to consume.</param>
    /// <param name="deliveries">Where deliveries go.</param>
    /// <param name="onRoom">Called when <see cref="AdjustAsync"/> may find room that it did not find before.</param>
    /// <param name="deadLetters">Keeps what is to be kept.</param>
    /// <param name="runCount">Counts runs.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<AmqpConsumerChannel> OpenAsync(
        AmqpLink link,
        AmqpIntake intake,
        ChannelWriter<AmqpDelivery> deliveries,
        Action onRoom,
        AmqpDeadLetters deadLetters,
        AmqpRunCount runCount,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var opened = new AmqpConsumerChannel(
            await link.CreateChannelAsync(null, cancellationToken).ConfigureAwait(false), deliveries, onRoom, deadLetters, runCount, logger);
        try
        {
            await opened.AdjustAsync(intake, cancellationToken).ConfigureAwait(false);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Consumes what is to be consumed from now on. Not to be called twice at a time.</summary>
    /// <returns>Whether anything had to be done.</returns>
    public Task<bool> AdjustAsync(AmqpIntake intake, CancellationToken cancellationToken) => _subscriptions.AdjustAsync(intake, cancellationToken);

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
    public Task CancelAsync(CancellationToken cancellationToken) => _subscriptions.CancelAllAsync(cancellationToken);

    /// <summary>Gives the channel up: whoever waits for <see cref="Ended"/> opens another.</summary>
    public void End(string reason)
    {
        if (_ended.TrySetResult(reason))
        {
            // Callbacks run elsewhere: the client's loops wait for this.
            _ = _lost.CancelAsync();
        }
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
        if (_subscriptions.Find(consumerTag) is not { } subscription)
        {
            // The channel has ended: the entry of a consumer lives until the broker has said that no more will come.
            return;
        }

        var envelope = AmqpProperties.Read(properties, body.ToArray(), _strings);
        (exchange, routingKey) = AmqpDelays.Origin(subscription.Spec, exchange, routingKey);
        var delivery = new AmqpDelivery(this, subscription, deliveryTag, exchange, routingKey, redelivered, properties, envelope);
        Acks.Track(delivery);
        // Only a consumer that has stopped takes no more.
        if (!_deliveries.TryWrite(delivery))
        {
            await delivery.SettleAsync(Settlement.Requeue, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _subscriptions.Find(consumerTag)?.OnCancelled();
        return Task.CompletedTask;
    }

    // The broker does not deliver from the queue any more: it was deleted, or its node failed.
    public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        if (_subscriptions.Find(consumerTag) is { } subscription)
        {
            subscription.OnCancelled();
            if (!subscription.IsRetired)
            {
                End($"queue '{subscription.Queue}' was deleted or moved to another node");
            }
        }

        return Task.CompletedTask;
    }

    public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason) => Task.CompletedTask;

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        End(AmqpErrors.Describe(reason));
        return Task.CompletedTask;
    }
}
