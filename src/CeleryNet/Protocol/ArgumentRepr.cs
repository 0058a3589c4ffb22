using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>
/// The look Python gives to arguments, made from their JSON: <c>(2, 'it\'s', None)</c>, <c>{'y': 3}</c>. For people and monitors only.
/// celery/utils/saferepr.py saferepr
/// </summary>
internal static class ArgumentRepr
{
    private const int MaxLength = 1024;
    private const int MaxLevels = 3;

    /// <summary>The positional arguments as a tuple.</summary>
    public static string Args(ReadOnlySpan<byte> json) => json.SequenceEqual("[]"u8) ? "()" : Write(json, isTuple: true);

    /// <summary>The keyword arguments as a dictionary.</summary>
    public static string Kwargs(ReadOnlySpan<byte> json) => json.SequenceEqual("{}"u8) ? "{}" : Write(json, isTuple: false);

    private static string Write(ReadOnlySpan<byte> json, bool isTuple)
    {
        var text = new StringBuilder();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = true });
        try
        {
            reader.Read();
            WriteValue(text, ref reader, 0, isTuple);
        }
        catch (JsonException)
        {
            // Python's NaN and Infinity are not JSON; what comes after one is not shown.
            text.Append("...");
        }

        return text.ToString();
    }

    private static void WriteValue(StringBuilder text, ref Utf8JsonReader reader, int level, bool isTuple)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                WriteItems(text, ref reader, level, isTuple ? '(' : '[', isTuple ? ')' : ']');
                break;
            case JsonTokenType.StartObject:
                WriteItems(text, ref reader, level, '{', '}');
                break;
            case JsonTokenType.String:
                WriteString(text, ref reader);
                break;
            case JsonTokenType.True:
                text.Append("True");
                break;
            case JsonTokenType.False:
                text.Append("False");
                break;
            case JsonTokenType.Null:
                text.Append("None");
                break;
            default:
                WriteNumber(text, reader.ValueSpan);
                break;
        }
    }

    private static void WriteNumber(StringBuilder text, ReadOnlySpan<byte> number)
    {
        if (number.IndexOfAny(".eE"u8) >= 0 && Utf8Parser.TryParse(number, out double value, out _))
        {
            text.Append(PythonFloat.Repr(value));
        }
        else
        {
            text.Append(Encoding.UTF8.GetString(number));
        }
    }

    private static void WriteItems(StringBuilder text, ref Utf8JsonReader reader, int level, char open, char close)
    {
        text.Append(open);
        if (level >= MaxLevels)
        {
            text.Append("...").Append(close);
            reader.Skip();
            return;
        }

        var end = open == '{' ? JsonTokenType.EndObject : JsonTokenType.EndArray;
        var count = 0;
        while (reader.Read() && reader.TokenType != end)
        {
            if (count > 0)
            {
                text.Append(", ");
            }

            if (text.Length >= MaxLength)
            {
                text.Append("...");
                SkipToEnd(ref reader, end);
                break;
            }

            if (end == JsonTokenType.EndObject)
            {
                WriteString(text, ref reader);
                text.Append(": ");
                reader.Read();
            }

            WriteValue(text, ref reader, level + 1, isTuple: false);
            count++;
        }

        // Python marks a tuple of one by a comma.
        text.Append(open == '(' && count == 1 ? "," : "").Append(close);
    }

    private static void SkipToEnd(ref Utf8JsonReader reader, JsonTokenType end)
    {
        do
        {
            reader.Skip();
        }
        while (reader.Read() && reader.TokenType != end);
    }

    private static void WriteString(StringBuilder text, ref Utf8JsonReader reader)
    {
        var budget = Math.Max(MaxLength - text.Length, 0);
        var value = reader.ValueSpan.Length > budget * 6 + 64
            ? Encoding.UTF8.GetString(reader.ValueSpan[..(budget + 1)])
            : GetString(ref reader);
        text.Append('\'');
        if (value.Length > budget)
        {
            text.Append(value, 0, budget).Append("...");
        }
        else
        {
            text.Append(value);
        }

        text.Replace("'", "\\'", text.Length - Math.Min(value.Length, budget) - (value.Length > budget ? 3 : 0), Math.Min(value.Length, budget));
        text.Append('\'');
    }

    private static string GetString(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate cannot become a string; its escape is shown instead.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
