using System.Text.Encodings.Web;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>
/// The objects <c>{"__type__": …, "__value__": …}</c> that say what JSON has no word for. Those of kombu 5.3 and later are on the wire; the others are
/// of this library's own making, stand only in the JSON it works with, and never leave it as JSON. kombu/utils/json.py
/// </summary>
internal static class TypeTag
{
    public const string DateTime = "datetime";
    public const string Date = "date";
    public const string Time = "time";
    public const string Decimal = "decimal";
    public const string Uuid = "uuid";
    public const string Bytes = "bytes";
    public const string Base64 = "base64";

    /// <summary>NaN and the infinities: <c>nan</c>, <c>inf</c>, <c>-inf</c>.</summary>
    public const string Float = "float";

    /// <summary>A span as Python keeps it: <c>[days, seconds, microseconds]</c>.</summary>
    public const string TimeDelta = "timedelta";

    /// <summary><c>[real, imaginary]</c>, as texts.</summary>
    public const string Complex = "complex";

    public static ReadOnlySpan<byte> TypeKey => "__type__"u8;

    public static ReadOnlySpan<byte> ValueKey => "__value__"u8;

    /// <summary>Escapes no more than JSON needs: the default also escapes the plus signs of offsets and base64.</summary>
    public static JsonEncodedText Encode(string value) => JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    public static void Write(Utf8JsonWriter writer, string type, string value)
    {
        writer.WriteStartObject();
        writer.WriteString(TypeKey, type);
        writer.WritePropertyName(ValueKey);
        if (PythonString.HasLoneSurrogate(value))
        {
            PythonString.Write(writer, value);
        }
        else
        {
            writer.WriteStringValue(Encode(value));
        }

        writer.WriteEndObject();
    }

    /// <summary>
    /// Looks whether the object the reader stands at is a tag: exactly the two keys, the type a string. If so the reader is at its value, and
    /// <see cref="End"/> takes it to the object's end; if not it has not moved.
    /// </summary>
    public static bool TryEnter(ref Utf8JsonReader reader, out string type)
    {
        type = "";
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var ahead = reader;
        string? found = null;
        Utf8JsonReader value = default;
        var hasValue = false;
        for (var i = 0; i < 2; i++)
        {
            if (!ahead.Read() || ahead.TokenType != JsonTokenType.PropertyName)
            {
                return false;
            }

            var isType = PythonString.Is(ref ahead, TypeKey);
            if (!isType && !PythonString.Is(ref ahead, ValueKey))
            {
                return false;
            }

            ahead.Read();
            if (isType)
            {
                if (ahead.TokenType != JsonTokenType.String || ahead.HasValueSequence)
                {
                    return false;
                }

                found = PythonString.Read(ref ahead);
            }
            else
            {
                value = ahead;
                hasValue = true;
                ahead.Skip();
            }
        }

        if (found is null || !hasValue || !ahead.Read() || ahead.TokenType != JsonTokenType.EndObject)
        {
            return false;
        }

        type = found;
        reader = value;
        return true;
    }

    /// <summary>From the value of a tag, or from its end when the value is a list or map that was read, to the end of the tag.</summary>
    public static void End(ref Utf8JsonReader reader, int depth)
    {
        while (reader.TokenType != JsonTokenType.EndObject || reader.CurrentDepth != depth)
        {
            reader.Read();
        }
    }
}
