using System.Threading.Channels;
using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Keeps the leases of a consumer's deliveries young, one call for all of them, so that no peer takes a long task or one that waits for its time; and
/// settles again what could not be settled. It runs beside the slots of tasks and depends on none.
/// </summary>
internal sealed class LeaseRenewal(UnackedStore store, LeaseTable leases, TimeSpan visibilityTimeout, TimeProvider time, ILogger logger)
{
    // How many tags one script takes: others wait for the server meanwhile.
    private const int Chunk = 500;

    // A peer may have a shorter visibility timeout than ours, and what restores is the shortest of all: renew at least once a minute.
    private static readonly TimeSpan _longestInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _shortestInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _settleTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _hurry = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TimeSpan _interval = Clamp(visibilityTimeout / 4);

    /// <summary>Runs until told to stop; outages only interrupt it.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        store.Connection.Restored += Hurry;
        try
        {
            var delay = _interval;
            while (!stopping.IsCancellationRequested)
            {
                await PauseAsync(delay, stopping).ConfigureAwait(false);
                delay = await TryRenewAsync(stopping).ConfigureAwait(false) ? _interval : Shorter(_retryDelay, _interval);
            }
        }
        finally
        {
            store.Connection.Restored -= Hurry;
        }
    }

    private void Hurry() => _hurry.Writer.TryWrite(true);

    private async Task PauseAsync(TimeSpan delay, CancellationToken stopping)
    {
        using var due = new CancellationTokenSource(delay, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stopping);
        try
        {
            await _hurry.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Due, or stopping: the loop sees which.
        }
    }

    private async Task<bool> TryRenewAsync(CancellationToken stopping)
    {
        try
        {
            var held = leases.Snapshot();
            await SettlePendingAsync(held, stopping).ConfigureAwait(false);
            foreach (var chunk in held.Where(delivery => !delivery.IsPending).Chunk(Chunk))
            {
                var tags = Array.ConvertAll(chunk, delivery => (RedisValue)delivery.Tag.ToString());
                foreach (var missing in await store.RenewAsync(tags, stopping).ConfigureAwait(false))
                {
                    chunk[missing].MarkLost();
                }
            }

            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return true;
        }
#pragma warning disable CA1031 // Whatever stops one renewal must not stop the next, which comes soon.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (error is not BrokerUnavailableException && !RedisErrors.IsConnectionFailure(error))
            {
                logger.BackgroundLoopFailed(error, "Renewing leases");
            }

            return false;
        }
    }

    private async Task SettlePendingAsync(RedisDelivery[] held, CancellationToken stopping)
    {
        foreach (var delivery in held.Where(delivery => delivery.IsPending))
        {
            using var deadline = new CancellationTokenSource(_settleTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
            await delivery.SettlePendingAsync(either.Token).ConfigureAwait(false);
        }
    }

    private static TimeSpan Clamp(TimeSpan interval)
        => interval < _shortestInterval ? _shortestInterval : Shorter(interval, _longestInterval);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
