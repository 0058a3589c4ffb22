using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Listens to fanout exchanges, which are pub/sub channels: nothing is kept for who does not listen, nothing can be settled, and what is not read in time
/// is dropped. kombu/transport/redis.py Channel._subscribe, Channel._receive_one
/// </summary>
internal sealed class RedisFanoutConsumer : IConsumer
{
    private const int SmallestBuffer = 1000;

    private static readonly TimeSpan _forgetTimeout = TimeSpan.FromSeconds(2);

    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly RedisDeclarations _declarations;
    private readonly IReadOnlyList<QueueSpec> _queues;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PrefetchWindow _window;
    private readonly Channel<IDelivery> _deliveries = Channel.CreateUnbounded<IDelivery>();
    private readonly Channel<bool> _resubscribe = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _keeping;
    private ISubscriber _subscriber;
    private long _dropped;

    private RedisFanoutConsumer(
        RedisConnection connection,
        RedisKeys keys,
        RedisDeclarations declarations,
        ConsumerRequest request,
        ISubscriber subscriber,
        TimeProvider time,
        ILogger logger)
    {
        _connection = connection;
        _keys = keys;
        _declarations = declarations;
        _queues = request.Queues;
        _subscriber = subscriber;
        _time = time;
        _logger = logger;
        _window = new PrefetchWindow(Math.Max(request.Prefetch, SmallestBuffer));
        Deliveries = new RedisDeliveryReader(_deliveries.Reader);
        connection.Restored += Resubscribe;
        _keeping = KeepAsync();
    }

    public ChannelReader<IDelivery> Deliveries { get; }

    /// <summary>Subscribes and starts.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached or refuses us.</exception>
    public static async Task<RedisFanoutConsumer> StartAsync(
        RedisConnection connection,
        RedisKeys keys,
        RedisDeclarations declarations,
        ConsumerRequest request,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // kombu binds such queues too, so that tools which look at the bindings find them; delivery does not use it.
            foreach (var queue in request.Queues)
            {
                await declarations.DeclareAsync(queue, cancellationToken).ConfigureAwait(false);
            }

            var subscriber = await connection.GetSubscriberAsync(cancellationToken).ConfigureAwait(false);
            var consumer = new RedisFanoutConsumer(connection, keys, declarations, request, subscriber, time, logger);
            try
            {
                await consumer.SubscribeAsync(subscriber).WaitAsync(cancellationToken).ConfigureAwait(false);
                return consumer;
            }
            catch
            {
                await consumer.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) || error is OperationCanceledException)
        {
            throw connection.Unavailable(error);
        }
    }

    // Nothing keeps what is broadcast: holding it back would lose it.
    public void SetPrefetch(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ConsumerRequest.LargestPrefetch);
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        if (!_deliveries.Writer.TryComplete())
        {
            return;
        }

        _connection.Restored -= Resubscribe;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _keeping.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var queue in _queues)
            {
                await _subscriber.UnsubscribeAsync(ChannelOf(queue), OnMessage).WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            await ForgetBindingsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.IsClientError(error))
        {
            // A connection that is gone delivers nothing any more.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _stopping.Dispose();
    }

    // kombu deletes such queues with their channel; the names of those who are gone would pile up otherwise. virtual/base.py Channel.close
    private async Task ForgetBindingsAsync(CancellationToken cancellationToken)
    {
        if (!_connection.IsConnected)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(_forgetTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            foreach (var queue in _queues.Where(queue => queue.AutoDelete))
            {
                await _declarations.RemoveAsync(queue, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing but a name is left behind.
        }
    }

    private void Resubscribe() => _resubscribe.Writer.TryWrite(true);

    private async Task SubscribeAsync(ISubscriber subscriber)
    {
        foreach (var queue in _queues)
        {
            await subscriber.SubscribeAsync(ChannelOf(queue), OnMessage).ConfigureAwait(false);
        }
    }

    // The client subscribes again by itself after a reconnect, but not at another server that has taken the place of the first.
    private async Task KeepAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _resubscribe.Reader.ReadAsync(_stopping.Token).ConfigureAwait(false);
                var subscriber = await _connection.GetSubscriberAsync(_stopping.Token).ConfigureAwait(false);
                if (subscriber.Multiplexer != _subscriber.Multiplexer)
                {
                    await SubscribeAsync(subscriber).ConfigureAwait(false);
                    _subscriber = subscriber;
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (RedisErrors.IsClientError(error) || error is BrokerUnavailableException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Resubscribe();
            }
        }
    }

    // An empty key listens to the bare exchange; a topic's # is a glob's *. Channel._get_subscribe_topic, exchange.py prepare_bind
    private RedisChannel ChannelOf(QueueSpec queue)
    {
        var key = queue.RoutingKey.Replace('#', '*');
        var channel = _keys.FanoutChannel(queue.Exchange.Name, key);
        return key.AsSpan().ContainsAny('*', '?', '[') ? RedisChannel.Pattern(channel) : RedisChannel.Literal(channel);
    }

    private void OnMessage(RedisChannel channel, RedisValue message)
    {
        var raw = (ReadOnlyMemory<byte>)message;
        if (raw.IsEmpty)
        {
            return;
        }

        var name = channel.ToString();
        var queue = _queues.FirstOrDefault(queue => IsOf(queue, name)) ?? _queues[0];
        if (_window.TryEnter() && _deliveries.Writer.TryWrite(Read(queue, raw)))
        {
            return;
        }

        // Told at each power of two: a flood of broadcasts must not become a flood of log lines.
        var dropped = Interlocked.Increment(ref _dropped);
        if (long.IsPow2(dropped) && !_stopping.IsCancellationRequested)
        {
            _logger.FanoutDropped(dropped, queue.Exchange.Name);
        }
    }

    private bool IsOf(QueueSpec queue, string channel)
    {
        var own = _keys.FanoutChannel(queue.Exchange.Name, "");
        return channel.StartsWith(own, StringComparison.Ordinal) && (channel.Length == own.Length || channel[own.Length] == '/');
    }

    private NoAckDelivery Read(QueueSpec queue, ReadOnlyMemory<byte> raw)
    {
        RedisEnvelope? message = null;
        string? unreadable = null;
        try
        {
            message = RedisEnvelopeReader.Read(raw.Span);
        }
        catch (MalformedMessageException error)
        {
            unreadable = error.Message;
        }

        return new NoAckDelivery
        {
            Window = _window,
            Raw = raw,
            Envelope = message?.Envelope,
            Unreadable = unreadable,
            Queue = queue.Name,
            Exchange = message?.Exchange ?? queue.Exchange.Name,
            RoutingKey = message?.RoutingKey ?? "",
            Redelivered = false,
        };
    }
}
