using System.Diagnostics.CodeAnalysis;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>A message recorded as unsettled under a tag of ours, and its lease.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A cancellation source without a timer holds nothing that would need to be released.")]
internal sealed class RedisDelivery(string tag, long sequence, ReadOnlyMemory<byte> raw, UnackedStore store, LeaseTable leases, ILogger logger) : IDelivery
{
    private const int Open = 0;
    private const int Settling = 1;
    private const int Closed = 2;

    private int _state;
    private volatile bool _isLost;
    private CancellationTokenSource? _lost;

    /// <summary>The field in the hash of unsettled messages.</summary>
    public string Tag => tag;

    /// <summary>Grows from delivery to delivery.</summary>
    public long Sequence => sequence;

    /// <summary>The list element as it came.</summary>
    public ReadOnlyMemory<byte> Raw => raw;

    /// <summary>The list it came from.</summary>
    public required string List { get; init; }

    public required string DeadLetterQueue { get; init; }

    public Envelope? Envelope { get; init; }

    public string? Unreadable { get; init; }

    public required string Queue { get; init; }

    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    public bool Redelivered { get; init; }

    /// <summary>What it was to be settled with when the broker could not be told; null otherwise. It is tried again with the renewal of the lease.</summary>
    public Settlement? Pending { get; private set; }

    public CancellationToken Lost
    {
        get
        {
            if (_isLost)
            {
                return new CancellationToken(canceled: true);
            }

            var source = LazyInitializer.EnsureInitialized(ref _lost);
            if (_isLost)
            {
                source.Cancel();
            }

            return source.Token;
        }
    }

    public ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken)
        => Interlocked.CompareExchange(ref _state, Settling, Open) == Open ? SettleOnceAsync(settlement, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Called when the record of it is gone although it was not settled: somebody else has put it back.</summary>
    public void MarkLost()
    {
        if (Interlocked.CompareExchange(ref _state, Closed, Open) == Open)
        {
            Close(held: false);
        }
    }

    private async ValueTask SettleOnceAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        bool held;
        try
        {
            held = await store.SettleAsync(this, settlement, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RedisException or BrokerUnavailableException or ObjectDisposedException or OperationCanceledException)
        {
            Pending = settlement;
            Volatile.Write(ref _state, Open);
            if (error is OperationCanceledException)
            {
                throw;
            }

            throw store.Connection.Unavailable(error);
        }

        Volatile.Write(ref _state, Closed);
        if (held && settlement.Kind == SettlementKind.DeadLetter)
        {
            logger.DeadLettered(Queue, DeadLetterQueue, settlement.Reason ?? "");
        }

        Close(held);
    }

    private void Close(bool held)
    {
        leases.Remove(this);

        // After a settlement without an answer a missing record may as well mean that it was carried out.
        if (held || Pending is not null)
        {
            return;
        }

        logger.LeaseLost(Queue);
        _isLost = true;
        Interlocked.MemoryBarrier();

        // Who waits for the token runs on threads of its own: the renewal of other leases does not wait for it.
        _ = Volatile.Read(ref _lost)?.CancelAsync();
    }
}
