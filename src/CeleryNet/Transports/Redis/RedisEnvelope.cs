using CeleryNet.Protocol;

namespace CeleryNet.Transports.Redis;

/// <summary>What a list element says: the envelope and what kombu keeps of its delivery inside it.</summary>
/// <param name="Envelope">The envelope.</param>
/// <param name="Exchange">The exchange it was published to; null when it does not say.</param>
/// <param name="RoutingKey">The key it was published with; null when it does not say.</param>
/// <param name="Redelivered">Whether it was restored before.</param>
/// <param name="CountedRuns">How many of its runs were counted; null when it does not say, as where only Python workers had it.</param>
internal readonly record struct RedisEnvelope(Envelope Envelope, string? Exchange, string? RoutingKey, bool Redelivered, int? CountedRuns)
{
    /// <inheritdoc cref="IDelivery.DeliveryCount" />
    public int DeliveryCount => CountedRuns ?? (Redelivered ? 1 : 0);
}
