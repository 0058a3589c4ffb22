namespace CeleryNet.Extensibility;

/// <summary>What the content of a message must not exceed, whatever the message says of itself.</summary>
public sealed record ContentLimits
{
    /// <summary>The largest body in bytes: as it comes, decompressed, and as JSON.</summary>
    /// <value>The default is 64 MiB.</value>
    public int MaxSize { get; init; } = 64 * 1024 * 1024;

    /// <summary>How deep lists and maps may be nested.</summary>
    /// <value>The default is 64.</value>
    public int MaxDepth { get; init; } = 64;

    /// <summary>How many times its compressed size a body may have once it has more than 1 MiB.</summary>
    /// <value>The default is 1000.</value>
    public int MaxCompressionRatio { get; init; } = 1000;
}
