using System.Diagnostics.CodeAnalysis;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;

namespace CeleryNet.Transports.Redis;

/// <summary>A message recorded as unsettled under a tag of ours, and its lease.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A cancellation source without a timer holds nothing that would need to be released.")]
internal sealed class RedisDelivery(ClaimTag tag, ReadOnlyMemory<byte> raw, DeliveryOwner owner) : IDelivery
{
    private const int Open = 0;
    private const int Settling = 1;
    private const int Closed = 2;

    private ItemLinks<RedisDelivery> _leaseLinks;
    private int _state;

    // The settlement that is under way, or was when the broker could not be told. Written and read only while settling.
    private Settlement _settlement;
    private volatile bool _isPending;
    private volatile bool _isLost;
    private CancellationTokenSource? _lost;

    // Null until the count of runs has grown.
    private volatile Content? _counted;

    /// <summary>The field in the hash of unsettled messages.</summary>
    public ClaimTag Tag => tag;

    /// <summary>Its neighbours among those that are held.</summary>
    public ref ItemLinks<RedisDelivery> LeaseLinks => ref _leaseLinks;

    /// <summary>The list element as it came, with the count of its runs if that has grown.</summary>
    public ReadOnlyMemory<byte> Raw => _counted is { } counted ? counted.Raw : raw;

    /// <summary>The list it came from.</summary>
    public required string List { get; init; }

    public string DeadLetterQueue => Queue + owner.DeadLetterSuffix;

    public Envelope? Envelope { get; init; }

    public string? Unreadable { get; init; }

    public required string Queue { get; init; }

    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    public bool Redelivered { get; init; }

    public int DeliveryCount { get; init; }

    /// <summary>How many runs of the message are counted, by this delivery and those before.</summary>
    public int CountedRuns => _counted?.Runs ?? DeliveryCount;

    /// <summary>Whether the broker could not be told of its settlement, which is tried again with the renewal of the lease.</summary>
    public bool IsPending => _isPending;

    public bool IsLost => _isLost;

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
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryBegin() ? SettleOnceAsync(settlement, cancellationToken) : ValueTask.CompletedTask;
    }

    public async ValueTask<bool> CountAsync(CancellationToken cancellationToken)
    {
        var counted = DeliveryMarks.Count(Raw, DeliveryCount + 1);
        try
        {
            if (!await owner.Store.ReplaceAsync(this, counted, cancellationToken).ConfigureAwait(false))
            {
                MarkLost();
                return false;
            }
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) && !owner.Store.Connection.IsDisposed)
        {
            throw owner.Store.Connection.Unavailable(error);
        }

        _counted = new Content(counted, DeliveryCount + 1);
        return true;
    }

    public async ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken)
    {
        try
        {
            await owner.Store.KeepCopyAsync(this, reason, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) && !owner.Store.Connection.IsDisposed)
        {
            throw owner.Store.Connection.Unavailable(error);
        }

        owner.Logger.DeadLettered(Queue, DeadLetterQueue, reason);
    }

    /// <summary>Settles it as it was to be when the broker could not be told.</summary>
    public async ValueTask SettlePendingAsync(CancellationToken cancellationToken)
    {
        if (!TryBegin())
        {
            return;
        }

        if (_isPending)
        {
            await SettleOnceAsync(_settlement, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Volatile.Write(ref _state, Open);
        }
    }

    /// <summary>Puts it back at the end of its consumer, or settles it as it was to be: it is not ours afterwards, whatever the broker says.</summary>
    public async ValueTask ReturnAsync(CancellationToken cancellationToken)
    {
        if (!TryBegin())
        {
            return;
        }

        try
        {
            await SettleOnceAsync(_isPending ? _settlement : Settlement.Requeue, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            FireLost();
        }
    }

    /// <summary>Called when the record of it is gone although it was not settled: somebody else has put it back.</summary>
    public void MarkLost()
    {
        if (Interlocked.CompareExchange(ref _state, Closed, Open) == Open)
        {
            Close(held: false);
            Window.TellOfRoom();
        }
    }

    /// <summary>The room it takes. Who waits for room is not told by a settlement in a burst, but by the burst.</summary>
    public PrefetchWindow Window => owner.Leases.Window;

    /// <summary>The broker has carried out the settlement that is under way.</summary>
    /// <param name="wasHeld">Whether the message was still ours, without which nothing has happened.</param>
    internal void Settled(bool wasHeld)
    {
        Volatile.Write(ref _state, Closed);
        if (wasHeld && _settlement.Kind == SettlementKind.DeadLetter)
        {
            owner.Logger.DeadLettered(Queue, DeadLetterQueue, _settlement.Reason ?? "");
        }

        Close(wasHeld);
    }

    /// <summary>It is not known whether the broker has carried out the settlement that is under way.</summary>
    /// <param name="error">Why.</param>
    /// <returns>What to tell whoever waits for it.</returns>
    internal Exception NotSettled(Exception error)
    {
        if (!RedisErrors.IsClientError(error) && error is not (BrokerUnavailableException or OperationCanceledException))
        {
            return error;
        }

        _isPending = true;
        Volatile.Write(ref _state, Open);
        return error is OperationCanceledException ? error : owner.Store.Connection.Unavailable(error);
    }

    private bool TryBegin() => Interlocked.CompareExchange(ref _state, Settling, Open) == Open;

    private ValueTask SettleOnceAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        _settlement = settlement;
        return settlement.Kind is SettlementKind.Ack or SettlementKind.Reject ? owner.Store.ForgetAsync(this, cancellationToken) : MoveAsync(cancellationToken);
    }

    private async ValueTask MoveAsync(CancellationToken cancellationToken)
    {
        bool wasHeld;
        try
        {
            wasHeld = await owner.Store.MoveAsync(this, _settlement, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            var told = NotSettled(error);
            if (ReferenceEquals(told, error))
            {
                throw;
            }

            throw told;
        }

        Settled(wasHeld);
        Window.TellOfRoom();
    }

    private void Close(bool held)
    {
        owner.Leases.Remove(this);

        // After a settlement without an answer a missing record may as well mean that it was carried out.
        if (held || _isPending)
        {
            return;
        }

        owner.Logger.LeaseLost(Queue);
        FireLost();
    }

    private void FireLost()
    {
        _isLost = true;
        Interlocked.MemoryBarrier();

        // Who waits for the token runs on threads of its own: the renewal of other leases does not wait for it.
        _ = Volatile.Read(ref _lost)?.CancelAsync();
    }

    private sealed record Content(ReadOnlyMemory<byte> Raw, int Runs);
}
