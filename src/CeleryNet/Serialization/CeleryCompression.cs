namespace CeleryNet.Extensibility;

/// <summary>One of the ways to compress the body of a message. Keeps nothing of a message and is safe for concurrent use.</summary>
/// <remarks>Mirrors an entry of kombu's compression registry.</remarks>
public abstract class CeleryCompression
{
    /// <summary>Names a compression.</summary>
    /// <param name="contentType">The value of the header <c>compression</c>, such as <c>application/x-gzip</c>.</param>
    /// <param name="names">What options and Celery's settings call it, such as <c>gzip</c>; the header may have any of them too.</param>
    /// <exception cref="ArgumentException">The content type is empty, or there is no name.</exception>
    protected CeleryCompression(string contentType, params IReadOnlyList<string> names)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        ArgumentOutOfRangeException.ThrowIfZero(names.Count, nameof(names));
        ContentType = contentType;
        Names = names;
    }

    /// <summary>The value of the header <c>compression</c>.</summary>
    public string ContentType { get; }

    /// <summary>What options and Celery's settings call it.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Compresses a body.</summary>
    /// <param name="body">The body.</param>
    public abstract ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body);

    /// <summary>Opens a compressed body. The caller reads no more than its limits allow; what cannot be read may show as any exception.</summary>
    /// <param name="body">The compressed body; the returned stream owns it.</param>
    public abstract Stream Decompress(Stream body);
}
