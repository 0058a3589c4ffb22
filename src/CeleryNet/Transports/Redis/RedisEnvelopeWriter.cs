using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Serialization;

namespace CeleryNet.Transports.Redis;

/// <summary>Writes a list element in the order kombu writes it; the grammar is at <see cref="RedisEnvelopeReader"/>.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class RedisEnvelopeWriter
{
    private const int Persistent = 2;
    private const int Transient = 1;

    private static readonly JsonWriterOptions _options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = CeleryJson.MaxDepth,
        SkipValidation = true,
    };

    // Unique as a whole with the number behind it; a random one for each message would cost more than all else that is written.
    private readonly string _tagPrefix = TaskId.New().Value + ".";
    private readonly JsonBuffers _buffers = new(_options);
    private long _lastTag;

    /// <summary>Writes an element with a delivery tag of its own. It is nobody else's: a command whose caller has given up may still wait to be sent.</summary>
    /// <exception cref="CelerySerializationException">A header has a value JSON cannot carry.</exception>
    public byte[] Write(Envelope envelope, Destination destination)
        => _buffers.Write((Writer: this, Envelope: envelope, Destination: destination), static (buffer, each) => each.Writer.Write(buffer.Writer, each.Envelope, each.Destination));

    private void Write(Utf8JsonWriter writer, Envelope envelope, Destination destination)
    {
        writer.WriteStartObject();
        writer.WriteBase64String("body"u8, envelope.Body.Span);
        writer.WriteString("content-encoding"u8, envelope.ContentEncoding);
        writer.WriteString("content-type"u8, envelope.ContentType);
        writer.WriteStartObject("headers"u8);
        foreach (var (name, value) in envelope.Headers)
        {
            writer.WritePropertyName(name);
            WriteValue(writer, name, value);
        }

        writer.WriteEndObject();
        WriteProperties(writer, envelope, destination);
        writer.WriteEndObject();
    }

    private void WriteProperties(Utf8JsonWriter writer, Envelope envelope, Destination destination)
    {
        writer.WriteStartObject("properties"u8);
        WriteIfAny(writer, "correlation_id"u8, envelope.CorrelationId);
        WriteIfAny(writer, "reply_to"u8, envelope.ReplyTo);
        WriteIfAny(writer, "expiration"u8, envelope.Expiration);
        writer.WriteNumber("delivery_mode"u8, envelope.Persistent ? Persistent : Transient);
        writer.WriteStartObject("delivery_info"u8);
        writer.WriteString("exchange"u8, destination.Exchange);
        writer.WriteString("routing_key"u8, destination.RoutingKey);
        writer.WriteEndObject();
        writer.WriteNumber("priority"u8, envelope.Priority ?? 0);
        writer.WriteString("body_encoding"u8, "base64"u8);

        // The tag is the field in the hash of unsettled messages: two copies with one tag would overwrite each other there.
        writer.WriteString("delivery_tag"u8, string.Create(CultureInfo.InvariantCulture, $"{_tagPrefix}{Interlocked.Increment(ref _lastTag)}"));
        writer.WriteEndObject();
    }

    private static void WriteIfAny(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, string header, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                PythonString.Write(writer, text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int integer:
                writer.WriteNumberValue(integer);
                break;
            case long integer:
                writer.WriteNumberValue(integer);
                break;
            case double number when !double.IsFinite(number):
                writer.WriteRawValue(PythonJson.Word(number), skipInputValidation: true);
                break;
            case double number:
                PythonFloat.Write(writer, number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case BigInteger integer:
                writer.WriteRawValue(integer.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
                break;
            case byte[] bytes:
                writer.WriteStringValue(ReadUtf8(header, bytes));
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture));
                break;
            case object?[] list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    WriteValue(writer, header, item);
                }

                writer.WriteEndArray();
                break;
            case Dictionary<string, object?> map:
                writer.WriteStartObject();
                foreach (var (key, item) in map)
                {
                    PythonString.WriteName(writer, key);
                    WriteValue(writer, header, item);
                }

                writer.WriteEndObject();
                break;
            default:
                throw new CelerySerializationException(
                    $"The header '{header}' has a value of type {value.GetType()}, which a message cannot carry; text, numbers, booleans, lists and maps of these would work.");
        }
    }

    // kombu's JSON has no bytes before version 5.3, but what AMQP calls bytes is mostly text.
    private static string ReadUtf8(string header, byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new CelerySerializationException($"The header '{header}' holds bytes that are not UTF-8; a message on Redis carries text only.", error);
        }
    }
}
