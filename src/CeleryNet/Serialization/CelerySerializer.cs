namespace CeleryNet.Extensibility;

/// <summary>
/// One of the ways to write the body of a message: <c>json</c>, <c>pickle</c>, … A serializer turns bodies into the JSON this library works with, and
/// that JSON into bodies.
/// </summary>
/// <remarks>
/// That JSON is strict (RFC 8259), with the type tags of kombu for what JSON has no word for: <c>{"__type__": "datetime", "__value__": "2026-01-02T03:04:05+00:00"}</c>.
/// <see cref="WireJson"/> turns it into objects and back. A serializer keeps nothing of a message and is safe for concurrent use. Mirrors an entry of kombu's
/// serialization registry.
/// </remarks>
public abstract class CelerySerializer
{
    /// <summary>Names a serializer.</summary>
    /// <param name="name">What options and Celery's settings call it, such as <c>msgpack</c>.</param>
    /// <param name="contentType">The content type of its messages, such as <c>application/x-msgpack</c>; compared exactly, as kombu does.</param>
    /// <param name="contentEncoding"><c>utf-8</c> for text, <c>binary</c> otherwise.</param>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    protected CelerySerializer(string name, string contentType, string contentEncoding)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        ArgumentException.ThrowIfNullOrEmpty(contentEncoding);
        Name = name;
        ContentType = contentType;
        ContentEncoding = contentEncoding;
    }

    /// <summary>What options and Celery's settings call it.</summary>
    public string Name { get; }

    /// <summary>The content type of its messages.</summary>
    public string ContentType { get; }

    /// <summary>The content encoding of its messages.</summary>
    public string ContentEncoding { get; }

    /// <summary>Writes a body.</summary>
    /// <param name="json">What to write, as one JSON text; its memory may be returned as it is, and is not changed afterwards.</param>
    /// <exception cref="CelerySerializationException">The format has no way to say something in it.</exception>
    public abstract ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json);

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body, no longer than <see cref="ContentLimits.MaxSize"/>; its memory may be returned as it is.</param>
    /// <param name="contentEncoding">The message's content encoding; null when it has none.</param>
    /// <param name="limits">What must not be exceeded, whatever the body says.</param>
    /// <returns>One JSON text.</returns>
    /// <exception cref="MalformedMessageException">The body is not of this format, or exceeds a limit.</exception>
    public abstract ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentEncoding, ContentLimits limits);
}
