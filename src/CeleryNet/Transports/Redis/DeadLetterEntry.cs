using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CeleryNet.Protocol;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// What the dead-letter list keeps of a message: <c>{"reason", "time", "queue", "task", "id", "message"}</c>, the message as the text of the list element
/// it came in, or <c>"message_base64"</c> where that is not UTF-8.
/// </summary>
internal static class DeadLetterEntry
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(string reason, DateTimeOffset time, string queue, MessageHeaders? headers, ReadOnlySpan<byte> message)
    {
        var output = new ArrayBufferWriter<byte>(message.Length + 512);
        using var writer = new Utf8JsonWriter(output, _options);
        writer.WriteStartObject();
        writer.WriteString("reason"u8, reason);
        writer.WriteString("time"u8, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture));
        writer.WriteString("queue"u8, queue);
        writer.WriteString("task"u8, headers?.GetString("task"));
        writer.WriteString("id"u8, headers?.GetString("id"));
        if (Utf8.IsValid(message))
        {
            writer.WriteString("message"u8, message);
        }
        else
        {
            writer.WriteBase64String("message_base64"u8, message);
        }

        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }
}
