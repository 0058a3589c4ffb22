using System.Text.Json;

namespace CeleryNet.Control;

/// <summary>What a command answers: any JSON. Scripts look whether it is a map with <c>ok</c> or with <c>error</c>. celery/worker/control.py ok, nok</summary>
/// <param name="Write">Writes the value.</param>
internal sealed record ControlReply(Action<Utf8JsonWriter> Write)
{
    /// <summary>Of commands that have nothing to tell.</summary>
    public static ControlReply None { get; } = new(static writer => writer.WriteNullValue());

    public static ControlReply Ok(string text) => Map("ok", text);

    public static ControlReply Error(string text) => Map("error", text);

    private static ControlReply Map(string name, string text) => new(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString(name, text);
        writer.WriteEndObject();
    });
}
