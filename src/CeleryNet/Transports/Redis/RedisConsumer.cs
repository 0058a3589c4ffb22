using System.Threading.Channels;
using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Consumes lists: a loop that claims, one that renews what is held, one that restores what others have left. All of them go on after an outage.
/// </summary>
internal sealed class RedisConsumer : IConsumer
{
    private static readonly TimeSpan _requeueTimeout = TimeSpan.FromSeconds(5);

    private readonly UnackedStore _store;
    private readonly QueueWatch _watch;
    private readonly PrefetchWindow _window;
    private readonly LeaseTable _leases;

    // Bounded by the window: nothing is taken that it has no room for.
    private readonly Channel<IDelivery> _deliveries = Channel.CreateUnbounded<IDelivery>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopTaking = new();
    private readonly CancellationTokenSource _stopKeeping = new();
    private readonly Task _taking;
    private readonly Task _keeping;
    private readonly Lock _gate = new();
    private Task? _stopped;
    private Task? _disposed;

    private RedisConsumer(RedisConnection connection, RedisKeys keys, ConsumerRequest request, TransportOptions options, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _store = new UnackedStore(connection, keys, time);
        _watch = new QueueWatch(connection, options.ConnectTimeout, time, logger);
        _window = new PrefetchWindow(request.Prefetch);
        _leases = new LeaseTable(_window);
        Deliveries = new RedisDeliveryReader(_deliveries.Reader);

        var order = new ClaimOrder(keys, request.Queues.Select(queue => queue.Name));
        if (request.NoAck)
        {
            var loop = new NoAckLoop(_store, order, _window, _watch, _deliveries.Writer, time, logger);
            _taking = loop.RunAsync(_stopTaking.Token);
            _keeping = Task.CompletedTask;
        }
        else
        {
            var loop = new ClaimLoop(_store, order, _window, _leases, _watch, _deliveries.Writer, options.DeadLetterSuffix, time, logger);
            var renewal = new LeaseRenewal(_store, _leases, options.VisibilityTimeout, time, logger);
            var restorer = new UnackedRestorer(connection, keys, options, time, logger);
            _taking = loop.RunAsync(_stopTaking.Token);
            _keeping = Task.WhenAll(renewal.RunAsync(_stopKeeping.Token), restorer.RunAsync(_stopKeeping.Token));
        }
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
        try
        {
            foreach (var queue in request.Queues)
            {
                await declarations.DeclareAsync(queue, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) || error is OperationCanceledException)
        {
            throw connection.Unavailable(error);
        }

        return new RedisConsumer(connection, keys, request, options, time, logger);
    }

    public void SetPrefetch(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ConsumerRequest.LargestPrefetch);
        _window.Resize(count);
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

    private async Task StopTakingAsync()
    {
        await _stopTaking.CancelAsync().ConfigureAwait(false);
        await _taking.ConfigureAwait(false);
        _deliveries.Writer.TryComplete();
        var unread = new List<IDelivery>();
        while (_deliveries.Reader.TryRead(out var delivery))
        {
            unread.Add(delivery);
        }

        await ReturnAsync(unread).ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        await ReturnAsync(_leases.Snapshot()).ConfigureAwait(false);
        await _stopKeeping.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
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
