using CeleryNet.MessagePack;

namespace CeleryNet.Extensibility;

/// <summary>Reads and writes MessagePack: Celery's serializer <c>msgpack</c>, content type <c>application/x-msgpack</c>.</summary>
/// <remarks>
/// What Python's MessagePack has no type for, it is sent as the text that kombu's JSON had for it before 5.3: dates and times in ISO 8601, decimals and
/// UUIDs. Spans of time, complex numbers and integers beyond 64 bits cannot be sent. Mirrors kombu's <c>register_msgpack</c>.
/// </remarks>
public sealed class MessagePackCelerySerializer : CelerySerializer
{
    /// <summary>Creates the serializer.</summary>
    public MessagePackCelerySerializer()
        : base("msgpack", "application/x-msgpack", "binary")
    {
    }

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json) => MessagePackBodyWriter.Write(WireJson.ToObject(json.Span));

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentEncoding, ContentLimits limits)
        => WireJson.FromObject(MessagePackBodyReader.Read(body, limits), limits);
}
