using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Reads a list element: <c>{"body", "content-encoding", "content-type", "headers": {…}, "properties": {"correlation_id", "reply_to", "expiration",
/// "delivery_mode", "delivery_info": {"exchange", "routing_key", "redelivered", "delivery_count"}, "priority", "body_encoding", "delivery_tag"}}</c>. Whatever is missing has
/// a default, whatever is unknown is passed over. The count is ours; kombu keeps it as it keeps everything that it does not know. kombu/transport/virtual/base.py Message, Channel.prepare_message
/// </summary>
internal static class RedisEnvelopeReader
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = CeleryJson.MaxDepth };
    private static readonly object _true = true;
    private static readonly object _false = false;

    /// <summary>Reads an element.</summary>
    /// <param name="json">The element.</param>
    /// <param name="strings">Texts that come again and again; null to make each anew.</param>
    /// <exception cref="MalformedMessageException">It is no such object.</exception>
    public static RedisEnvelope Read(ReadOnlySpan<byte> json, RecentStrings? strings = null)
    {
        try
        {
            return ReadStrict(json, strings);
        }
        catch (JsonException) when (PythonJson.HasWords(json))
        {
            return ReadAgain(json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new MalformedMessageException($"The queue's entry cannot be read as a message of kombu: {error.Message}", error);
        }
    }

    // A header may be a NaN; few are.
    private static RedisEnvelope ReadAgain(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadStrict(PythonJson.ToWireJson(json.ToArray()).Span, null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new MalformedMessageException($"The queue's entry cannot be read as a message of kombu: {error.Message}", error);
        }
    }

    private static RedisEnvelope ReadStrict(ReadOnlySpan<byte> json, RecentStrings? strings)
    {
        var reader = new Utf8JsonReader(json, _options);
        reader.Read();
        return ReadEnvelope(ref reader, strings);
    }

    private static RedisEnvelope ReadEnvelope(ref Utf8JsonReader reader, RecentStrings? strings)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"a JSON object was expected, found {reader.TokenType}.");
        }

        string? contentType = null, contentEncoding = null;
        var body = default(Utf8JsonReader);
        MessageHeaders? headers = null;
        var properties = new Properties();
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("body"u8))
            {
                // How it is to be read stands further on, in the properties.
                reader.Read();
                body = reader;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("content-type"u8))
            {
                contentType = ReadText(ref reader, strings);
            }
            else if (reader.ValueTextEquals("content-encoding"u8))
            {
                contentEncoding = ReadText(ref reader, strings);
            }
            else if (reader.ValueTextEquals("headers"u8))
            {
                headers = ReadHeaders(ref reader, strings);
            }
            else if (reader.ValueTextEquals("properties"u8))
            {
                ReadProperties(ref reader, ref properties, headers, strings);
            }
            else
            {
                reader.Skip();
            }
        }

        if (reader.Read())
        {
            throw new JsonException("something follows the message's object.");
        }

        headers ??= new MessageHeaders();
        var envelope = new Envelope
        {
            Body = ReadBody(body, properties.BodyEncoding),
            ContentType = contentType,
            ContentEncoding = contentEncoding,
            Headers = headers,
            CorrelationId = properties.CorrelationId,
            ReplyTo = properties.ReplyTo,
            Expiration = properties.Expiration,
            Priority = properties.Priority,
            Persistent = properties.DeliveryMode != 1,
        };
        var redelivered = properties.Redelivered || headers["redelivered"] is true;
        return new RedisEnvelope(envelope, properties.Exchange, properties.RoutingKey, redelivered, properties.DeliveryCount);
    }

    private static void ReadProperties(ref Utf8JsonReader reader, ref Properties properties, MessageHeaders? headers, RecentStrings? strings)
    {
        if (!StartsObject(ref reader))
        {
            return;
        }

        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("correlation_id"u8))
            {
                properties.CorrelationId = ReadText(ref reader, headers: headers);
            }
            else if (reader.ValueTextEquals("reply_to"u8))
            {
                properties.ReplyTo = ReadText(ref reader, strings);
            }
            else if (reader.ValueTextEquals("expiration"u8))
            {
                properties.Expiration = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("delivery_mode"u8))
            {
                properties.DeliveryMode = ReadInteger(ref reader);
            }
            else if (reader.ValueTextEquals("priority"u8))
            {
                properties.Priority = ReadInteger(ref reader);
            }
            else if (reader.ValueTextEquals("body_encoding"u8))
            {
                properties.BodyEncoding = ReadText(ref reader, strings);
            }
            else if (reader.ValueTextEquals("delivery_info"u8))
            {
                ReadDeliveryInfo(ref reader, ref properties, strings);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadDeliveryInfo(ref Utf8JsonReader reader, ref Properties properties, RecentStrings? strings)
    {
        if (!StartsObject(ref reader))
        {
            return;
        }

        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("exchange"u8))
            {
                properties.Exchange = ReadText(ref reader, strings);
            }
            else if (reader.ValueTextEquals("routing_key"u8))
            {
                properties.RoutingKey = ReadText(ref reader, strings);
            }
            else if (reader.ValueTextEquals("redelivered"u8))
            {
                reader.Read();
                properties.Redelivered = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("delivery_count"u8))
            {
                properties.DeliveryCount = ReadInteger(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static MessageHeaders ReadHeaders(ref Utf8JsonReader reader, RecentStrings? strings)
    {
        if (!StartsObject(ref reader))
        {
            return new MessageHeaders();
        }

        var headers = strings is null ? new MessageHeaders() : new MessageHeaders(strings.Names);
        while (Next(ref reader))
        {
            var name = ReadString(ref reader, strings);
            reader.Read();
            headers.Add(name, reader.TokenType == JsonTokenType.String ? ReadHeader(ref reader, name, headers, strings) : ReadValue(ref reader));
        }

        if (strings is not null)
        {
            headers.ShareNames(strings.Names);
        }

        return headers;
    }

    // Most messages of a queue have these in common, and a message by itself has its id in two or three places.
    private static string ReadHeader(ref Utf8JsonReader reader, string name, MessageHeaders headers, RecentStrings? strings) => name switch
    {
        HeaderNames.Task or HeaderNames.Lang or HeaderNames.Origin or HeaderNames.KwargsRepr => ReadString(ref reader, strings),
        HeaderNames.RootId => ReadSameAsId(ref reader, headers) ?? PythonString.Read(ref reader),
        _ => PythonString.Read(ref reader),
    };

    private static string ReadString(ref Utf8JsonReader reader, RecentStrings? strings)
        => strings is null || reader.ValueIsEscaped ? PythonString.Read(ref reader) : strings.Get(reader.ValueSpan);

    private static string? ReadSameAsId(ref Utf8JsonReader reader, MessageHeaders? headers)
        => !reader.ValueIsEscaped && headers?.GetString(HeaderNames.Id) is { } id && reader.ValueTextEquals(id) ? id : null;

    private static object? ReadValue(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => PythonString.Read(ref reader),
        JsonTokenType.True => _true,
        JsonTokenType.False => _false,
        JsonTokenType.Number => ReadNumber(ref reader),
        JsonTokenType.StartArray => ReadList(ref reader),
        JsonTokenType.StartObject => ReadTag(ref reader) ?? ReadMap(ref reader),
        _ => null,
    };

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer))
        {
            return integer;
        }

        return PythonInteger.IsFloat(reader.ValueSpan) ? reader.GetDouble() : PythonInteger.Parse(reader.ValueSpan);
    }

    // kombu 5.3 and later write headers with the same type tags as bodies.
    private static object? ReadTag(ref Utf8JsonReader reader) => WireJsonReader.ReadTag(ref reader) switch
    {
        null => null,
        DateTime time => PythonTime.Format(time),
        DateOnly date => PythonTime.Format(date),
        TimeOnly time => PythonTime.Format(time),
        Guid id => id.ToString(),
        TaggedText tagged => tagged.Text,
        var value and (double or decimal or byte[] or DateTimeOffset) => value,
        var value => value.ToString(),
    };

    // Every message has a list of two, its time limits.
    private static object?[] ReadList(ref Utf8JsonReader reader)
    {
        if (!TryReadItem(ref reader, out var first))
        {
            return [];
        }

        if (!TryReadItem(ref reader, out var second))
        {
            return [first];
        }

        if (!TryReadItem(ref reader, out var item))
        {
            return [first, second];
        }

        List<object?> items = [first, second, item];
        while (TryReadItem(ref reader, out item))
        {
            items.Add(item);
        }

        return [.. items];
    }

    private static bool TryReadItem(ref Utf8JsonReader reader, out object? item)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            item = null;
            return false;
        }

        item = ReadValue(ref reader);
        return true;
    }

    private static Dictionary<string, object?> ReadMap(ref Utf8JsonReader reader)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        while (Next(ref reader))
        {
            var name = PythonString.Read(ref reader);
            reader.Read();
            map[name] = ReadValue(ref reader);
        }

        return map;
    }

    // body_encoding "base64" as kombu has it by default; without it, or with any other name, the text itself is the body.
    private static byte[] ReadBody(Utf8JsonReader body, string? encoding)
    {
        if (body.TokenType != JsonTokenType.String)
        {
            return [];
        }

        if (encoding == "base64")
        {
            return body.ValueIsEscaped ? body.GetBytesFromBase64() : DecodeBase64(body.ValueSpan);
        }

        return Encoding.UTF8.GetBytes(PythonString.Read(ref body));
    }

    private static byte[] DecodeBase64(ReadOnlySpan<byte> text)
    {
        var padding = text switch
        {
            [.., (byte)'=', (byte)'='] => 2,
            [.., (byte)'='] => 1,
            _ => 0,
        };
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length) - padding];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) != OperationStatus.Done)
        {
            throw new FormatException("the body is not base64, though body_encoding says so.");
        }

        return written == bytes.Length ? bytes : bytes[..written];
    }

    private static bool Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static bool StartsObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return true;
        }

        reader.Skip();
        return false;
    }

    private static string? ReadText(ref Utf8JsonReader reader, RecentStrings? strings = null, MessageHeaders? headers = null)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return ReadSameAsId(ref reader, headers) ?? ReadString(ref reader, strings);
        }

        // An id or an expiration may stand as a number.
        var text = reader.TokenType == JsonTokenType.Number ? Encoding.ASCII.GetString(reader.ValueSpan) : null;
        reader.Skip();
        return text;
    }

    private static int? ReadInteger(ref Utf8JsonReader reader)
    {
        reader.Read();
        int? integer = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value : null;
        reader.Skip();
        return integer;
    }

    private struct Properties
    {
        public string? CorrelationId;
        public string? ReplyTo;
        public string? Expiration;
        public int? DeliveryMode;
        public int? Priority;
        public string? BodyEncoding;
        public string? Exchange;
        public string? RoutingKey;
        public bool Redelivered;
        public int? DeliveryCount;
    }
}
