using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>
/// A value as a text that is the same for the same meaning: keys in order, floats and integers kept apart, the types of tags named. So what a message says
/// can be compared with what was called, whatever the serializer.
/// </summary>
internal static class Meaning
{
    /// <summary>Of the library's JSON.</summary>
    public static string Of(ReadOnlyMemory<byte> json) => json.IsEmpty ? "null" : Of(WireJson.ToObject(json.Span));

    /// <summary>Of JSON as a test writes it.</summary>
    public static string OfJson(string json) => Of(WireJson.ToObject(Encoding.UTF8.GetBytes(json)));

    public static string Of(JsonElement json) => OfJson(json.GetRawText());

    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null: text.Append("null"); break;
            case bool flag: text.Append(flag ? "true" : "false"); break;
            case int or long or ulong or BigInteger: text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)); break;
            case double number: text.Append(PythonFloat.Repr(number)); break;
            case string word: text.Append(Quote(word)); break;
            case byte[] bytes: text.Append("bytes:").Append(Convert.ToHexString(bytes)); break;
            case DateTimeOffset instant: text.Append("datetime:").Append(instant.ToString("O", CultureInfo.InvariantCulture)); break;
            case DateTime time: text.Append("datetime:").Append(time.ToString("O", CultureInfo.InvariantCulture)); break;
            case DateOnly date: text.Append("date:").Append(date.ToString("O", CultureInfo.InvariantCulture)); break;
            case TimeOnly time: text.Append("time:").Append(time.ToString("O", CultureInfo.InvariantCulture)); break;
            case TimeSpan span: text.Append("timedelta:").Append(span.ToString("c", CultureInfo.InvariantCulture)); break;
            case decimal number: text.Append("decimal:").Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case Guid id: text.Append("uuid:").Append(id); break;
            case Complex number: text.Append("complex:").Append(PythonFloat.Repr(number.Real)).Append('+').Append(PythonFloat.Repr(number.Imaginary)); break;
            case IDictionary map: WriteMap(text, map); break;
            case IEnumerable list: WriteList(text, list); break;
            default: throw new ArgumentException($"A value of type {value.GetType()} has no meaning here.");
        }
    }

    private static void WriteMap(StringBuilder text, IDictionary map)
    {
        text.Append('{');
        foreach (var key in map.Keys.Cast<string>().Order(StringComparer.Ordinal))
        {
            text.Append(Quote(key)).Append(": ");
            Write(text, map[key]);
            text.Append(", ");
        }

        text.Append('}');
    }

    private static void WriteList(StringBuilder text, IEnumerable list)
    {
        text.Append('[');
        foreach (var item in list)
        {
            Write(text, item);
            text.Append(", ");
        }

        text.Append(']');
    }

    private static string Quote(string word) => $"\"{JsonEncodedText.Encode(word)}\"";
}
