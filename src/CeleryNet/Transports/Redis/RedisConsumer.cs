using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Consumes lists: a loop that claims, one that renews what is held, one that restores what others have left. All of them go on after an outage. What is
/// broadcast comes another way, and beside them.
/// </summary>
internal sealed class RedisConsumer : IConsumer
{
    private static readonly TimeSpan _requeueTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _forgetTimeout = TimeSpan.FromSeconds(2);

    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly RedisDeclarations _declarations;
    private readonly bool _noAck;
    private readonly TransportOptions _options;
    private readonly UnackedStore _store;
    private readonly QueueWatch _watch;
    private readonly PrefetchWindow _window;
    private readonly LeaseTable _leases;
    private readonly ConsumedQueues _lists = new([]);
    private readonly RedisBroadcasts _broadcasts;
    private readonly List<QueueSpec> _temporary = [];

    // Bounded by the windows: nothing is taken that they have no room for.
    private readonly DeliveryQueue _deliveries = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopTaking = new();
    private readonly CancellationTokenSource _stopKeeping = new();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Lock _gate = new();
    private Task? _taking;
    private Task? _keeping;
    private Task? _stopped;
    private Task? _disposed;

    private RedisConsumer(
        RedisConnection connection,
        RedisKeys keys,
        RedisDeclarations declarations,
        ConsumerRequest request,
        TransportOptions options,
        TimeProvider time,
        ILogger logger)
    {
        _connection = connection;
        _keys = keys;
        _declarations = declarations;
        _noAck = request.NoAck;
        _options = options;
        _time = time;
        _logger = logger;
        _store = new UnackedStore(connection, keys, time);
        _watch = new QueueWatch(connection, options.ConnectTimeout, time, logger);
        _window = new PrefetchWindow(request.Prefetch);
        _leases = new LeaseTable(_window);
        _broadcasts = new RedisBroadcasts(connection, keys, request.Prefetch, _deliveries, time, logger);
        Deliveries = _deliveries;
    }

    public ChannelReader<IDelivery> Deliveries { get; }

    /// <summary>Declares the queues and starts.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached or refuses us.</exception>
    public static async Task<RedisConsumer> StartAsync(
        RedisConnection connection,
        RedisKeys keys,
        RedisDeclarations declarations,
        ConsumerRequest request,
        TransportOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var consumer = new RedisConsumer(connection, keys, declarations, request, options, time, logger);
        try
        {
            // None is taken from before all are there.
            foreach (var queue in request.Queues)
            {
                await consumer.AddAsync(queue, cancellationToken).ConfigureAwait(false);
            }

            consumer.StartTaking();
            return consumer;
        }
        catch
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void SetPrefetch(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ConsumerRequest.LargestPrefetch);
        _window.Resize(count);
    }

    public async ValueTask AddQueueAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfStopped();
        await AddAsync(queue, cancellationToken).ConfigureAwait(false);
        StartTaking();
    }

    public async ValueTask<bool> RemoveQueueAsync(string name, CancellationToken cancellationToken)
    {
        ThrowIfStopped();
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_lists.Contains(name))
            {
                await _lists.RemoveAsync(name, cancellationToken).ConfigureAwait(false);
                return true;
            }

            if (_broadcasts.Contains(name))
            {
                await _broadcasts.RemoveAsync(name, cancellationToken).ConfigureAwait(false);
                return true;
            }

            return false;
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        Task stopped;
        lock (_gate)
        {
            stopped = _stopped ??= StopTakingAsync();
        }

        await stopped.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Task disposed;
        lock (_gate)
        {
            disposed = _disposed ??= CloseAsync();
        }

        await disposed.ConfigureAwait(false);
    }

    private void ThrowIfStopped()
    {
        if (_stopTaking.IsCancellationRequested)
        {
            throw new BrokerUnavailableException("The consumer has stopped.");
        }
    }

    private async Task AddAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        try
        {
            await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_lists.Contains(queue.Name) || _broadcasts.Contains(queue.Name))
                {
                    return;
                }

                // kombu binds queues of broadcasts too, so that tools which look at the bindings find them; delivery does not use it.
                await _declarations.DeclareAsync(queue, cancellationToken).ConfigureAwait(false);
                if (RedisExchanges.IsFanout(queue.Exchange))
                {
                    await _broadcasts.AddAsync(queue, cancellationToken).ConfigureAwait(false);
                    if (queue.AutoDelete)
                    {
                        _temporary.Add(queue);
                    }
                }
                else
                {
                    _lists.Add(queue.Name);
                }
            }
            finally
            {
                _changing.Release();
            }
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) || error is OperationCanceledException)
        {
            throw _connection.Unavailable(error);
        }
    }

    // Who only listens to broadcasts leaves the record of unsettled messages alone.
    private void StartTaking()
    {
        lock (_gate)
        {
            if (_taking is not null || _stopTaking.IsCancellationRequested || _lists.Current.Names.Count == 0)
            {
                return;
            }

            var order = new ClaimOrder(_keys, []);
            if (_noAck)
            {
                var loop = new NoAckLoop(_store, order, _lists, _window, _watch, _deliveries, _time, _logger);
                _taking = loop.RunAsync(_stopTaking.Token);
            }
            else
            {
                var loop = new ClaimLoop(_store, order, _lists, _window, _leases, _watch, _deliveries, _options.DeadLetterSuffix, _time, _logger);
                var renewal = new LeaseRenewal(_store, _leases, _options.VisibilityTimeout, _time, _logger);
                var restorer = new UnackedRestorer(_connection, _keys, _options, _time, _logger);
                _taking = loop.RunAsync(_stopTaking.Token);
                _keeping = Task.WhenAll(renewal.RunAsync(_stopKeeping.Token), restorer.RunAsync(_stopKeeping.Token));
            }
        }
    }

    private async Task StopTakingAsync()
    {
        await _stopTaking.CancelAsync().ConfigureAwait(false);
        await _broadcasts.DisposeAsync().ConfigureAwait(false);
        await TakingAsync().ConfigureAwait(false);
        await ForgetTemporaryAsync().ConfigureAwait(false);
        _deliveries.Complete();
        var unread = new List<IDelivery>();
        while (_deliveries.TryRead(out var delivery))
        {
            unread.Add(delivery);
        }

        await ReturnAsync(unread).ConfigureAwait(false);
    }

    // kombu deletes such queues with their channel; the names of listeners that are gone would pile up otherwise. kombu/transport/virtual/base.py Channel.close
    private async Task ForgetTemporaryAsync()
    {
        if (_temporary.Count == 0 || !_connection.IsConnected)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(_forgetTimeout, _time);
        try
        {
            foreach (var queue in _temporary)
            {
                await _declarations.RemoveAsync(queue, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) || error is BrokerUnavailableException or OperationCanceledException)
        {
            // Nothing but a name is left behind.
        }
    }

    private Task TakingAsync()
    {
        lock (_gate)
        {
            return _taking ?? Task.CompletedTask;
        }
    }

    private async Task CloseAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        await ReturnAsync(_leases.Snapshot()).ConfigureAwait(false);
        await _stopKeeping.CancelAsync().ConfigureAwait(false);
        await (_keeping ?? Task.CompletedTask).ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
        _lists.Dispose();
        _stopTaking.Dispose();
        _stopKeeping.Dispose();
    }

    // The youngest first, so that the oldest lies rightmost and is delivered next.
    private async Task ReturnAsync(IReadOnlyList<IDelivery> deliveries)
    {
        using var deadline = new CancellationTokenSource(_requeueTimeout, _time);
        foreach (var delivery in deliveries.Reverse())
        {
            try
            {
                if (delivery is RedisDelivery recorded)
                {
                    await recorded.ReturnAsync(deadline.Token).ConfigureAwait(false);
                }
                else if (delivery is NoAckDelivery { List: { } list } unrecorded)
                {
                    await _store.PushBackAsync(list, unrecorded.Raw, deadline.Token).ConfigureAwait(false);
                }
            }
            catch (Exception error) when (RedisErrors.IsClientError(error) || error is BrokerUnavailableException or OperationCanceledException)
            {
                // It comes back when its lease has run out. The deadline is one for all, so the rest cannot take long either.
                _logger.SettlementFailed(error, delivery.Queue, nameof(SettlementKind.Requeue));
            }
        }
    }
}
