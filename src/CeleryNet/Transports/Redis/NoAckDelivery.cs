using CeleryNet.Protocol;

namespace CeleryNet.Transports.Redis;

/// <summary>A message that counted as acknowledged when it was delivered.</summary>
internal sealed class NoAckDelivery : IDelivery
{
    /// <summary>What it takes a place of until it is read.</summary>
    public required PrefetchWindow Window { get; init; }

    /// <summary>The list element as it came, and the list.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    public string? List { get; init; }

    public Envelope? Envelope { get; init; }

    public string? Unreadable { get; init; }

    public required string Queue { get; init; }

    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    public bool Redelivered { get; init; }

    public CancellationToken Lost => CancellationToken.None;

    /// <summary>Replies and events are not for the dead letters.</summary>
    public ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken)
        => ValueTask.FromException(new NotSupportedException("A message that counted as acknowledged when it was delivered is not kept."));

    public ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
