using System.Globalization;
using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>Reads JSON with type tags into objects.</summary>
internal static class WireJsonReader
{
    // The library wrote it, with the depth its serializer options allow.
    private const int MaxDepth = 1024;

    public static object? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            return ReadValue(ref reader);
        }
        catch (Exception error) when (error is JsonException or FormatException or OverflowException or InvalidOperationException)
        {
            throw new CelerySerializationException($"A value cannot be written: {error.Message}", error);
        }
    }

    private static object? ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.String:
                return PythonString.Read(ref reader);
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.StartArray:
                return ReadList(ref reader);
            default:
                return ReadTag(ref reader, out var tagged) ? tagged : ReadMap(ref reader);
        }
    }

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer) && !PythonInteger.IsFloat(reader.ValueSpan))
        {
            return integer;
        }

        return PythonInteger.IsFloat(reader.ValueSpan) ? reader.GetDouble() : PythonInteger.Parse(reader.ValueSpan);
    }

    private static List<object?> ReadList(ref Utf8JsonReader reader)
    {
        var list = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            list.Add(ReadValue(ref reader));
        }

        return list;
    }

    private static OrderedDictionary<string, object?> ReadMap(ref Utf8JsonReader reader)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = PythonString.Read(ref reader);
            reader.Read();
            map[name] = ReadValue(ref reader);
        }

        return map;
    }

    /// <summary>The value of the tag the reader stands at, which it then has read; null, and the reader where it was, when it is no known tag.</summary>
    /// <exception cref="FormatException">The value does not fit the tag.</exception>
    public static object? ReadTag(ref Utf8JsonReader reader) => ReadTag(ref reader, out var value) ? value : null;

    private static bool ReadTag(ref Utf8JsonReader reader, out object? value)
    {
        var start = reader;
        var depth = reader.CurrentDepth;
        if (!TypeTag.TryEnter(ref reader, out var type))
        {
            value = null;
            return false;
        }

        value = type switch
        {
            TypeTag.DateTime => ReadDateTime(Text(ref reader, type)),
            TypeTag.Date => PythonTime.TryParse(Text(ref reader, type), out DateOnly date) ? date : throw Unfit(type),
            TypeTag.Time => Text(ref reader, type) is var text && PythonTime.TryParse(text, out TimeOnly time) ? time : new TaggedText(type, text),
            TypeTag.Decimal => ReadDecimal(Text(ref reader, type)),
            TypeTag.Uuid => TagValues.ReadGuid(ref reader),
            TypeTag.Bytes => System.Text.Encoding.UTF8.GetBytes(Text(ref reader, type)),
            TypeTag.Base64 => Convert.FromBase64String(Text(ref reader, type)),
            TypeTag.Float => TagValues.ReadFloat(ref reader),
            TypeTag.TimeDelta => TagValues.ReadTimeSpan(ref reader),
            TypeTag.Complex => TagValues.ReadComplex(ref reader),
            _ => null,
        };
        if (value is null)
        {
            reader = start;
            return false;
        }

        TypeTag.End(ref reader, depth);
        return true;
    }

    private static string Text(ref Utf8JsonReader reader, string type)
        => reader.TokenType == JsonTokenType.String ? PythonString.Read(ref reader) : throw Unfit(type);

    private static object ReadDateTime(string text)
    {
        if (PythonTime.HasOffset(text))
        {
            // An offset with seconds is a TaggedText.
            return PythonTime.TryParse(text, out DateTimeOffset instant) ? instant : new TaggedText(TypeTag.DateTime, text);
        }

        return PythonTime.TryParse(text, out DateTime time) ? time : throw Unfit(TypeTag.DateTime);
    }

    // A text that comes back changed has more digits than decimal keeps.
    private static object ReadDecimal(string text)
        => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value.ToString(CultureInfo.InvariantCulture) == text
                ? value
                : new TaggedText(TypeTag.Decimal, text);

    private static FormatException Unfit(string type) => new($"the value of a '{type}' tag is no {type}");
}
