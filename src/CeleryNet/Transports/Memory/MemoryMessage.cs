using CeleryNet.Protocol;

namespace CeleryNet.Transports.Memory;

/// <summary>A message in a queue, or out of it on its way to being settled.</summary>
/// <param name="Envelope">What was published; this queue's own copy.</param>
/// <param name="Exchange">The exchange it was published to.</param>
/// <param name="RoutingKey">The key it was published with.</param>
/// <param name="Number">Counts up over all messages: the order among those of one priority, kept when a message comes back.</param>
/// <param name="ExpiresAt">When it is dropped unless it was delivered before; null for never.</param>
internal sealed record MemoryMessage(Envelope Envelope, string Exchange, string RoutingKey, long Number, DateTimeOffset? ExpiresAt)
{
    /// <summary>Whether it was in a consumer's hands and came back. Guarded by the broker's lock.</summary>
    public bool Redelivered { get; set; }

    /// <summary>How many runs of it were begun. Guarded by the broker's lock.</summary>
    public int DeliveryCount { get; set; }

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}
