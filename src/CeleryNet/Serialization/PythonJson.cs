using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>
/// The difference between the JSON that Python writes and the strict JSON with type tags that this library works with: the words <c>NaN</c>,
/// <c>Infinity</c> and <c>-Infinity</c>, and the tags that have no place on the wire. Most texts have neither and are not copied.
/// </summary>
internal static class PythonJson
{
    private const int MaxDepth = 1024;

    private static readonly SearchValues<byte> _notable = SearchValues.Create("\"NI"u8);

    /// <summary>Whether Python's words may be in a text, be it inside of a string.</summary>
    public static bool HasWords(ReadOnlySpan<byte> json) => json.IndexOf("NaN"u8) >= 0 || json.IndexOf("Infinity"u8) >= 0;

    /// <summary>Python's word for a float that is no number.</summary>
    public static string Word(double value) => value switch
    {
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        _ => "NaN",
    };

    /// <summary>Turns Python's words into tags. What is wrong in other ways stays so.</summary>
    public static ReadOnlyMemory<byte> ToWireJson(ReadOnlyMemory<byte> json)
    {
        var text = json.Span;
        if (!HasWords(text))
        {
            return json;
        }

        var output = new ArrayBufferWriter<byte>(text.Length + 256);
        var copied = 0;
        var position = 0;
        while (true)
        {
            var next = text[position..].IndexOfAny(_notable);
            if (next < 0)
            {
                break;
            }

            position += next;
            if (text[position] == '"')
            {
                position = EndOfString(text, position);
                continue;
            }

            var (start, length, value) = Word(text, position);
            if (length == 0)
            {
                position++;
                continue;
            }

            output.Write(text[copied..start]);
            Tag(output, value);
            position = copied = position + length;
        }

        output.Write(text[copied..]);
        return output.WrittenMemory;
    }

    /// <summary>Writes tags as the receiver reads them: kombu 5.3's own as they are or as plain texts, the others as Python's words or plain texts.</summary>
    /// <exception cref="CelerySerializationException">A value has no form in JSON.</exception>
    public static ReadOnlyMemory<byte> FromWireJson(ReadOnlyMemory<byte> json, bool typeTags)
    {
        var text = json.Span;
        if (text.IndexOf(TypeTag.TypeKey) < 0)
        {
            return json;
        }

        var output = new ArrayBufferWriter<byte>(text.Length);
        var copied = 0;
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
            while (reader.Read())
            {
                var start = (int)reader.TokenStartIndex;
                var depth = reader.CurrentDepth;
                if (!TypeTag.TryEnter(ref reader, out var type))
                {
                    continue;
                }

                if (Plain(ref reader, type, typeTags) is { } plain)
                {
                    output.Write(text[copied..start]);
                    Encoding.UTF8.GetBytes(plain, output);
                    TypeTag.End(ref reader, depth);
                    copied = (int)reader.BytesConsumed;
                }
                else
                {
                    TypeTag.End(ref reader, depth);
                }
            }
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new CelerySerializationException($"A value cannot be written as JSON: {error.Message}", error);
        }

        output.Write(text[copied..]);
        return output.WrittenMemory;
    }

    // JSON text to put in place of a tag; null to leave the tag. The texts are those of kombu before 5.3, but that a date is a date here and not its midnight.
    private static string? Plain(ref Utf8JsonReader reader, string type, bool typeTags)
    {
        switch (type)
        {
            case TypeTag.Float:
                return Word(TagValues.ReadFloat(ref reader));
            case TypeTag.TimeDelta:
                return $"\"{TagValues.ReadTimeSpan(ref reader):c}\"";
            case TypeTag.Complex:
                throw new FormatException("a complex number has no form that Python's JSON reads; send its parts");
            case TypeTag.DateTime or TypeTag.Date or TypeTag.Time or TypeTag.Decimal or TypeTag.Uuid or TypeTag.Bytes or TypeTag.Base64 when typeTags:
                return null;
            case TypeTag.DateTime:
                var instant = PythonString.Read(ref reader);
                return Quote(instant.EndsWith("+00:00", StringComparison.Ordinal) ? instant[..^6] + "Z" : instant);
            case TypeTag.Date or TypeTag.Time or TypeTag.Decimal or TypeTag.Base64:
                return Quote(PythonString.Read(ref reader));
            case TypeTag.Bytes:
                return Quote(Convert.ToBase64String(Encoding.UTF8.GetBytes(PythonString.Read(ref reader))));
            case TypeTag.Uuid:
                return $"\"{TagValues.ReadGuid(ref reader):D}\"";
            default:
                return null;
        }
    }

    private static string Quote(string value) => $"\"{TypeTag.Encode(value)}\"";

    private static int EndOfString(ReadOnlySpan<byte> text, int quote)
    {
        var position = quote + 1;
        while (position < text.Length)
        {
            var next = text[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                return text.Length;
            }

            position += next;
            if (text[position] == '"')
            {
                return position + 1;
            }

            position += 2;
        }

        return text.Length;
    }

    private static (int Start, int Length, string Value) Word(ReadOnlySpan<byte> text, int position)
    {
        var rest = text[position..];
        if (rest.StartsWith("NaN"u8))
        {
            return (position, 3, "nan");
        }

        if (!rest.StartsWith("Infinity"u8))
        {
            return default;
        }

        return position > 0 && text[position - 1] == '-' ? (position - 1, 8, "-inf") : (position, 8, "inf");
    }

    private static void Tag(ArrayBufferWriter<byte> output, string value)
    {
        using var writer = new Utf8JsonWriter(output);
        TypeTag.Write(writer, TypeTag.Float, value);
    }
}
