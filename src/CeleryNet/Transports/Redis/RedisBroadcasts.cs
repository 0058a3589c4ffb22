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
internal sealed class RedisBroadcasts : IAsyncDisposable
{
    private const int SmallestBuffer = 1000;

    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);

    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly DeliveryQueue _deliveries;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PrefetchWindow _window;
    private readonly Channel<bool> _resubscribe = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Task _keeping;
    private IReadOnlyList<Subscription> _subscriptions = [];
    private ISubscriber? _subscriber;
    private long _dropped;

    /// <param name="connection">The connection.</param>
    /// <param name="keys">The names of keys and channels.</param>
    /// <param name="prefetch">How many messages may wait to be read, if that is more than usual.</param>
    /// <param name="deliveries">Where messages go.</param>
    /// <param name="time">The clock for pauses.</param>
    /// <param name="logger">Told of dropped messages.</param>
    public RedisBroadcasts(RedisConnection connection, RedisKeys keys, int prefetch, DeliveryQueue deliveries, TimeProvider time, ILogger logger)
    {
        _window = new PrefetchWindow(Math.Max(prefetch, SmallestBuffer));
        _connection = connection;
        _keys = keys;
        _deliveries = deliveries;
        _time = time;
        _logger = logger;
        connection.Restored += Resubscribe;
        _keeping = KeepAsync();
    }

    public bool Contains(string queue) => Volatile.Read(ref _subscriptions).Any(subscription => subscription.Queue.Name == queue);

    /// <summary>Listens to the exchange of another queue.</summary>
    public async Task AddAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cancellationToken);
        await _changing.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            _subscriber ??= await _connection.GetSubscriberAsync(either.Token).ConfigureAwait(false);
            var subscription = new Subscription(queue, ChannelOf(queue), (_, message) => OnMessage(queue, message));
            await _subscriber.SubscribeAsync(subscription.Channel, subscription.Handler).WaitAsync(either.Token).ConfigureAwait(false);
            Volatile.Write(ref _subscriptions, [.. _subscriptions, subscription]);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Listens for a queue no longer.</summary>
    public async Task RemoveAsync(string queue, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cancellationToken);
        await _changing.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            var leaving = _subscriptions.Where(subscription => subscription.Queue.Name == queue).ToArray();
            Volatile.Write(ref _subscriptions, [.. _subscriptions.Except(leaving)]);
            await UnsubscribeAsync(leaving, either.Token).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Ends the listening.</summary>
    public async ValueTask DisposeAsync()
    {
        _connection.Restored -= Resubscribe;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        await _changing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        await UnsubscribeAsync(_subscriptions, CancellationToken.None).ConfigureAwait(false);
        _changing.Release();
    }

    private void Resubscribe() => _resubscribe.Writer.TryWrite(true);

    private async Task UnsubscribeAsync(IEnumerable<Subscription> subscriptions, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var subscription in subscriptions)
            {
                await _subscriber!.UnsubscribeAsync(subscription.Channel, subscription.Handler).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (RedisErrors.IsClientError(error))
        {
            // A connection that is gone delivers nothing any more.
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
                await MoveAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (RedisErrors.IsClientError(error) || error is BrokerUnavailableException)
            {
                await Task.Delay(_retryDelay, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Resubscribe();
            }
        }
    }

    private async Task MoveAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_subscriber is not { } before)
            {
                return;
            }

            var subscriber = await _connection.GetSubscriberAsync(cancellationToken).ConfigureAwait(false);
            if (subscriber.Multiplexer != before.Multiplexer)
            {
                foreach (var subscription in _subscriptions)
                {
                    await subscriber.SubscribeAsync(subscription.Channel, subscription.Handler).ConfigureAwait(false);
                }

                _subscriber = subscriber;
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    // An empty key listens to the bare exchange; a topic's # is a glob's *. Channel._get_subscribe_topic, exchange.py prepare_bind
    private RedisChannel ChannelOf(QueueSpec queue)
    {
        var key = queue.RoutingKey.Replace('#', '*');
        var channel = _keys.FanoutChannel(queue.Exchange.Name, key);
        return _keys.HasFanoutPatterns && key.AsSpan().ContainsAny('*', '?', '[') ? RedisChannel.Pattern(channel) : RedisChannel.Literal(channel);
    }

    private void OnMessage(QueueSpec queue, RedisValue message)
    {
        var raw = (ReadOnlyMemory<byte>)message;
        if (raw.IsEmpty || (_window.TryEnter() && _deliveries.TryAdd(Read(queue, raw))))
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

    private sealed record Subscription(QueueSpec Queue, RedisChannel Channel, Action<RedisChannel, RedisValue> Handler);
}
