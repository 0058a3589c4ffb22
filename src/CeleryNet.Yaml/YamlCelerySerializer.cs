using CeleryNet.Yaml;

namespace CeleryNet.Extensibility;

/// <summary>Reads and writes YAML 1.1: Celery's serializer <c>yaml</c>, content type <c>application/x-yaml</c>.</summary>
/// <remarks>
/// Reads what Python's <c>yaml.safe_load</c> reads, and as that does: <c>yes</c> is true and <c>012</c> is ten. Sets become lists. Writes strings in quotes,
/// so that they stay strings; what YAML has no type for is sent as the text that kombu's JSON had for it before 5.3: times, decimals, UUIDs. Spans of time
/// and complex numbers cannot be sent. Mirrors kombu's <c>register_yaml</c>.
/// </remarks>
public sealed class YamlCelerySerializer : CelerySerializer
{
    /// <summary>Creates the serializer.</summary>
    public YamlCelerySerializer()
        : base("yaml", "application/x-yaml", "utf-8")
    {
    }

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json) => YamlBodyWriter.Write(WireJson.ToObject(json.Span));

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentEncoding, ContentLimits limits)
        => WireJson.FromObject(YamlBodyReader.Read(YamlText.Decode(body.Span, contentEncoding), limits), limits);
}
