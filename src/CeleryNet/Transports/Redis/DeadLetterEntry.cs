using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CeleryNet.Protocol;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// What the dead-letter list keeps of a message: <c>{"reason", "time", "queue", "task", "id", "message"}</c>, the message as the text of the list element
/// it came in, or <c>"message_base64"</c> where that is not UTF-8.
/// </summary>
/// <param name="Reason">Why it is kept; empty when the element does not say.</param>
/// <param name="Time">Since when; null when the element does not say.</param>
/// <param name="Message">The list element that the message was.</param>
internal sealed record DeadLetterEntry(string Reason, DateTimeOffset? Time, ReadOnlyMemory<byte> Message)
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the element says as a message; null when it cannot be read as one.</summary>
    public Envelope? Envelope { get; } = ReadEnvelope(Message.Span);

    /// <summary>Reads an element. One that is no such object was put there by somebody else, and counts as the message itself.</summary>
    public static DeadLetterEntry Read(byte[] element)
    {
        try
        {
            using var document = JsonDocument.Parse(element);
            var entry = document.RootElement;
            if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("reason"u8, out var reason) && ReadMessage(entry) is { } message)
            {
                var time = entry.TryGetProperty("time"u8, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
                return new DeadLetterEntry(reason.GetString() ?? "", DeadLetterFactory.ReadTime(time), message);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // Not of our making: it is shown and moved as it is.
        }

        return new DeadLetterEntry("", null, element);
    }

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

    private static byte[]? ReadMessage(JsonElement entry)
        => entry.TryGetProperty("message"u8, out var text) ? Encoding.UTF8.GetBytes(text.GetString() ?? "")
            : entry.TryGetProperty("message_base64"u8, out var bytes) ? bytes.GetBytesFromBase64()
            : null;

    private static Envelope? ReadEnvelope(ReadOnlySpan<byte> message)
    {
        try
        {
            return RedisEnvelopeReader.Read(message).Envelope;
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }
}
