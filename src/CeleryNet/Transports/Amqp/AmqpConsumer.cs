using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Resilience;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;
using Polly;

namespace CeleryNet.Transports.Amqp;

/// <summary>Consumes queues on one channel after another: when one is lost the queues are declared and consumed again on the next.</summary>
internal sealed class AmqpConsumer : IConsumer, IRetryWatcher
{
    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(5);

    private readonly AmqpConnection _connection;
    private readonly AmqpDeadLetters _deadLetters;
    private readonly ConsumerRequest _request;
    private readonly string[] _queues;
    private readonly string _names;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<AmqpConsumer> _onDisposed;
    private readonly Channel<AmqpDelivery> _deliveries;
    private readonly OperationPipeline _untilConsuming;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _ending = new(1, 1);
    private AmqpConsumerChannel? _channel;
    private Task _loop = Task.CompletedTask;
    private bool _sharesPrefetch;
    private bool _stopped;

    public AmqpConsumer(
        AmqpConnection connection,
        AmqpDeadLetters deadLetters,
        ConsumerRequest request,
        OperationPipeline untilConsuming,
        TimeProvider time,
        ILogger logger,
        Action<AmqpConsumer> onDisposed)
    {
        _connection = connection;
        _deadLetters = deadLetters;
        _request = request;
        _queues = [.. request.Queues.Select(queue => queue.Name)];
        _names = string.Join(", ", _queues);
        _time = time;
        _logger = logger;
        _onDisposed = onDisposed;
        _sharesPrefetch = !request.Queues.Any(queue => QueueArguments.IsReplicated(queue.Arguments));
        _deliveries = Channel.CreateBounded<AmqpDelivery>(new BoundedChannelOptions(Math.Max(request.Prefetch, _queues.Length)) { SingleWriter = true });
        Deliveries = new AmqpDeliveryReader(_deliveries.Reader, request.NoAck);
        _untilConsuming = untilConsuming;
    }

    public ChannelReader<IDelivery> Deliveries { get; }

    /// <summary>Consumes for the first time, and from then on.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached before the token fires, or refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">A queue exists with other arguments.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _channel = await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AmqpRefusedException error) when (error.Code == AmqpErrors.PreconditionFailed)
        {
            throw new CeleryConfigurationException(error.Message, error);
        }
        catch (Exception error) when (error is AmqpRefusedException || AmqpErrors.IsTrouble(error))
        {
            throw new BrokerUnavailableException($"Cannot consume from {_names}: {AmqpErrors.Describe(error)}", error);
        }

        _loop = Task.Run(StayConsumingAsync, CancellationToken.None);
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        await _ending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _loop.ConfigureAwait(false);
            try
            {
                await CancelAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _deliveries.Writer.TryComplete();
                await ReturnUnreadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _ending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(_stopTimeout, _time);
        try
        {
            await StopAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Closing the channel returns to the queues what stopping could not.
        }

        if (_channel is { } channel)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }

        _onDisposed(this);
    }

    public void OnRetry(Exception error, TimeSpan delay) => _logger.ConsumeFailed(_names, error.Message, delay);

    private async Task StayConsumingAsync()
    {
        var stopping = _stopping.Token;
        try
        {
            while (true)
            {
                var channel = _channel!;
                var reason = await channel.Ended.WaitAsync(stopping).ConfigureAwait(false);
                _logger.ConsumeInterrupted(_names, reason);
                await channel.DisposeAsync().ConfigureAwait(false);
                DropLost();
                // A channel that is lost as soon as it is open must not be opened without a pause.
                await Task.Delay(_shortestPause, _time, stopping).ConfigureAwait(false);
                _channel = await OpenAgainAsync(stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped.
        }
#pragma warning disable CA1031 // Whoever reads the deliveries has to learn that there will be no more, whatever ended the attempts.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _deliveries.Writer.TryComplete(
                error as CeleryException ?? new BrokerUnavailableException($"Cannot consume from {_names} again: {AmqpErrors.Describe(error)}", error));
        }
    }

    private async Task<AmqpConsumerChannel> OpenAgainAsync(CancellationToken stopping)
    {
        var context = _untilConsuming.Begin(this, stopping);
        try
        {
            return await _untilConsuming.Pipeline.ExecuteAsync(
                static async (attempt, self) => await self.OpenAsync(attempt.CancellationToken).ConfigureAwait(false), context, this).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<AmqpConsumerChannel> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var link = await _connection.GetAsync(cancellationToken).ConfigureAwait(false);
            await AmqpTopology.DeclareAsync(link, _request.Queues, cancellationToken).ConfigureAwait(false);
            try
            {
                return await OpenAsync(link, _sharesPrefetch && link.SharesPrefetch, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (AmqpErrors.RefusalIn(error) is { Code: AmqpErrors.NotImplemented } && _sharesPrefetch)
            {
                // A policy or the virtual host's default made it a quorum queue, which a shared bound does not work for.
                _sharesPrefetch = false;
                return await OpenAsync(link, shared: false, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (AmqpErrors.RefusalIn(error) is { } refusal)
        {
            throw refusal;
        }
    }

    private Task<AmqpConsumerChannel> OpenAsync(AmqpLink link, bool shared, CancellationToken cancellationToken)
        => AmqpConsumerChannel.OpenAsync(link, _queues, _request.Prefetch, shared, _deliveries.Writer, _deadLetters, _logger, cancellationToken);

    // Nobody but the next channel writes, and it is not open yet: afterwards there is room for all that it may bring.
    private void DropLost()
    {
        while (_deliveries.Reader.TryPeek(out var delivery) && delivery.Lost.IsCancellationRequested)
        {
            _deliveries.Reader.TryRead(out _);
        }
    }

    private async Task CancelAsync(CancellationToken cancellationToken)
    {
        if (_channel is not { Ended.IsCompleted: false } channel)
        {
            return;
        }

        try
        {
            await channel.CancelAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (AmqpErrors.IsTrouble(error) && !cancellationToken.IsCancellationRequested)
        {
            // The channel is lost or does not answer. What comes in nevertheless is refused by the completed channel of deliveries.
        }
    }

    private async Task ReturnUnreadAsync(CancellationToken cancellationToken)
    {
        while (_deliveries.Reader.TryRead(out var delivery))
        {
            try
            {
                await delivery.SettleAsync(Settlement.Requeue, cancellationToken).ConfigureAwait(false);
            }
            catch (BrokerUnavailableException)
            {
                // It goes back when the channel is closed.
            }
        }
    }
}
