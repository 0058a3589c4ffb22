namespace CeleryNet.Transports;

/// <summary>What a dead letter says in its headers in addition to the message it was, where it has no other place to say it.</summary>
internal static class DeadLetterHeaders
{
    public const string Reason = "x-celerynet-reason";
    public const string Time = "x-celerynet-time";
    public const string Queue = "x-celerynet-queue";

    /// <summary>The message's expiration, which must not apply to its dead letter.</summary>
    public const string Expiration = "x-celerynet-expiration";

    /// <summary>How often a quorum queue has delivered the message.</summary>
    public const string DeliveryCount = "x-delivery-count";

    private const string AcquiredCount = "x-acquired-count";

    /// <summary>Whether a header tells of the dead letter, or of what brokers did with it, and not of the message it was.</summary>
    public static bool IsAdded(string name)
        => name is Reason or Time or Queue or Expiration or "x-death"
            || IsCounter(name)
            || RunCountHeaders.IsOne(name)
            || name.StartsWith("x-first-death-", StringComparison.Ordinal)
            || name.StartsWith("x-last-death-", StringComparison.Ordinal);

    /// <summary>Whether a header changes from delivery to delivery.</summary>
    public static bool IsCounter(string name) => name is DeliveryCount or AcquiredCount;
}
