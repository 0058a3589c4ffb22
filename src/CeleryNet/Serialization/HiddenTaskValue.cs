using System.Text.Json;

namespace CeleryNet.Extensibility;

/// <summary>A value of which <c>***</c> is shown, whatever it says of itself.</summary>
internal sealed class HiddenTaskValue(TaskValue value) : TaskValue(isSensitive: true)
{
    public override object? AsObject() => value.AsObject();

    public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options) => value.Write(writer, options);
}
