using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Redis;

/// <summary>What the deliveries of one consumer have in common.</summary>
/// <param name="Store">The record they are in.</param>
/// <param name="Leases">Those that are held.</param>
/// <param name="DeadLetterSuffix">What follows a queue's name in that of its dead letters.</param>
/// <param name="Logger">Told of what becomes of them.</param>
internal sealed record DeliveryOwner(UnackedStore Store, LeaseTable Leases, string DeadLetterSuffix, ILogger Logger);
