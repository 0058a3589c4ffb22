using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Events;

/// <summary>How events become messages.</summary>
/// <param name="Content">How large they may be.</param>
/// <param name="Serializer">How they are written (<c>event_serializer</c>).</param>
internal sealed record EventFormat(ContentCodec Content, CelerySerializer Serializer)
{
    private const string HostnameHeader = "hostname";

    /// <summary>Writes a message. Brokers keep none: what is not heard at once is old.</summary>
    /// <exception cref="CelerySerializationException">The serializer has no way to say something in it, or it gets too large.</exception>
    public Envelope Write(ReadOnlyMemory<byte> json, string hostname)
    {
        var content = Content.Encode(json, Serializer, null);
        var headers = new MessageHeaders();
        headers.Add(HostnameHeader, hostname);
        return new Envelope
        {
            Body = content.Body,
            ContentType = content.ContentType,
            ContentEncoding = content.ContentEncoding,
            Headers = headers,
            Priority = 0,
            Persistent = false,
        };
    }
}
