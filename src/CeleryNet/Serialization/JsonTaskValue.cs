using System.Text.Json;

namespace CeleryNet.Extensibility;

/// <summary>A value as a message brought it: it goes on as it came.</summary>
internal sealed class JsonTaskValue(ReadOnlyMemory<byte> json) : TaskValue
{
    public ReadOnlyMemory<byte> Json => json;

    public override object? AsObject()
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options) => writer.WriteRawValue(json.Span, skipInputValidation: true);
}
