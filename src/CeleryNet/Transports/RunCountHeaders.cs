namespace CeleryNet.Transports;

/// <summary>
/// What the copy of a message says that was published to carry the count of its runs, where the broker cannot change a message that it has delivered. These
/// headers tell of the delivery and are none of the message's.
/// </summary>
internal static class RunCountHeaders
{
    public const string Count = "x-celerynet-delivery-count";

    /// <summary>The exchange of the message that the copy stands for, which itself comes through the default exchange.</summary>
    public const string Exchange = "x-celerynet-exchange";

    /// <inheritdoc cref="Exchange" />
    public const string RoutingKey = "x-celerynet-routing-key";

    public static bool IsOne(string name) => name is Count or Exchange or RoutingKey;
}
