namespace CeleryNet.Resilience;

/// <summary>What the options say of the default strategies.</summary>
internal sealed record ResilienceSettings
{
    /// <summary>How often a connection that cannot be made is tried again; null for as long as it is wanted.</summary>
    public int? ConnectRetries { get; init; }

    /// <summary>How often a result that was not stored is tried again; null for as long as the worker may wait.</summary>
    public int? StoreRetries { get; init; }

    /// <summary>The first pause between attempts to store a result; each is twice as long as the one before.</summary>
    public TimeSpan StoreRetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest of them.</summary>
    public TimeSpan StoreRetryMaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How storing a result is tried again in place of these; null for them.</summary>
    public ResultRetryPolicy? StorePolicy { get; init; }

    public static ResilienceSettings Of(CeleryOptions options) => new()
    {
        ConnectRetries = !options.ConnectRetry ? 0 : options.ConnectMaxRetries is 0 ? null : options.ConnectMaxRetries,
        StoreRetries = !options.ResultStoreRetry ? 0 : options.ResultStoreRetryPolicy is { } policy ? policy.MaxRetries : options.ResultStoreMaxRetries,
        StoreRetryDelay = options.ResultStoreRetryDelay,
        StoreRetryMaxDelay = options.ResultStoreRetryMaxDelay,
        StorePolicy = options.ResultStoreRetryPolicy,
    };
}
