using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>Puts <c>***</c> in the place of arguments that nobody but the task shall see.</summary>
internal static class ArgumentMask
{
    /// <summary>What is shown in the place of a value.</summary>
    public const string Shown = "***";

    /// <summary>The positional arguments as JSON, those that are to be hidden replaced.</summary>
    /// <param name="args">A JSON list.</param>
    /// <param name="isHidden">Whether the argument at this place is to be hidden.</param>
    public static byte[] Args(ReadOnlyMemory<byte> args, Func<int, bool> isHidden) => Write(args, "[\"***\"]"u8, (list, writer) =>
    {
        writer.WriteStartArray();
        var place = 0;
        foreach (var value in list.EnumerateArray())
        {
            WriteValue(writer, value, isHidden(place++));
        }

        writer.WriteEndArray();
    });

    /// <summary>The keyword arguments as JSON, those that are to be hidden replaced.</summary>
    /// <param name="kwargs">A JSON object.</param>
    /// <param name="isHidden">Whether the argument of this name is to be hidden.</param>
    public static byte[] Kwargs(ReadOnlyMemory<byte> kwargs, Func<string, bool> isHidden) => Write(kwargs, "{\"***\":\"***\"}"u8, (map, writer) =>
    {
        writer.WriteStartObject();
        foreach (var member in map.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            WriteValue(writer, member.Value, isHidden(member.Name));
        }

        writer.WriteEndObject();
    });

    private static byte[] Write(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> whenUnreadable, Action<JsonElement, Utf8JsonWriter> write)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var buffer = new ArrayBufferWriter<byte>(json.Length);
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
            write(document.RootElement, writer);
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Where the one to be hidden cannot be told from the others, all are hidden.
            return whenUnreadable.ToArray();
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, JsonElement value, bool isHidden)
    {
        if (isHidden)
        {
            writer.WriteStringValue(Shown);
        }
        else
        {
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
        }
    }
}
