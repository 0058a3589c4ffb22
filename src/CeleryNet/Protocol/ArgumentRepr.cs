using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using CeleryNet.Serialization;

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

    /// <summary>A value, such as a result.</summary>
    public static string Value(ReadOnlySpan<byte> json) => Write(json, isTuple: false);

    private static string Write(ReadOnlySpan<byte> json, bool isTuple)
    {
        var text = new Text();
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            WriteValue(ref text, ref reader, 0, isTuple);
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            // A serializer of the application's own may write what is no JSON; what comes after it is not shown.
            text.Literal("...");
        }

        return text.ToString();
    }

    private static void WriteValue(ref Text text, ref Utf8JsonReader reader, int level, bool isTuple)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                WriteItems(ref text, ref reader, level, isTuple ? "(" : "[", isTuple ? HasOneItem(reader) ? ",)" : ")" : "]");
                break;
            case JsonTokenType.StartObject when WriteTagged(ref text, ref reader):
                break;
            case JsonTokenType.StartObject:
                WriteItems(ref text, ref reader, level, "{", "}");
                break;
            case JsonTokenType.String:
                text.Quoted(GetString(ref reader));
                break;
            case JsonTokenType.True:
                text.Plain("True");
                break;
            case JsonTokenType.False:
                text.Plain("False");
                break;
            case JsonTokenType.Null:
                text.Plain("None");
                break;
            default:
                text.Plain(Number(reader.ValueSpan));
                break;
        }
    }

    private static bool WriteTagged(ref Text text, ref Utf8JsonReader reader)
    {
        var end = reader;
        if (!TypeTag.TryEnter(ref end, out _) || WireJsonReader.ReadTag(ref reader) is not { } value || TagRepr.Of(value) is not { } shown)
        {
            return false;
        }

        text.Plain(shown);
        return true;
    }

    private static void WriteItems(ref Text text, ref Utf8JsonReader reader, int level, string open, string close)
    {
        if (text.IsFull)
        {
            // What was not opened is not closed.
            reader.Skip();
            return;
        }

        if (level >= MaxLevels)
        {
            text.Plain($"{open}...{close}");
            reader.Skip();
            return;
        }

        text.Literal(open);
        var isFirst = true;
        while (!text.IsFull && reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            if (!isFirst)
            {
                text.Literal(", ");
            }

            isFirst = false;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                text.Quoted(GetString(ref reader));
                text.Literal(": ");
                reader.Read();
            }

            WriteValue(ref text, ref reader, level + 1, isTuple: false);
        }

        text.Close(close);
    }

    // Python marks a tuple of one by a comma. The reader is a copy.
    private static bool HasOneItem(Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        reader.Skip();
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray;
    }

    private static string Number(ReadOnlySpan<byte> number)
        => number.IndexOfAny(".eE"u8) >= 0 && Utf8Parser.TryParse(number, out double value, out _)
            ? PythonFloat.Repr(value)
            : Encoding.UTF8.GetString(number);

    // A text that will be cut is not decoded to its end.
    private static string GetString(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, (MaxLength + 1) * 4)]);
        }

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

    /// <summary>The text so far and how much may still come. Once it is full, only the ends of what is open are added.</summary>
    private struct Text()
    {
        private readonly StringBuilder _text = new();
        private int _left = MaxLength;

        public bool IsFull { get; private set; }

        public void Literal(string value)
        {
            if (TryGoOn())
            {
                Add(value);
            }
        }

        public void Plain(string value)
        {
            if (TryGoOn())
            {
                Add(Cut(value));
            }
        }

        public void Quoted(string value)
        {
            if (TryGoOn())
            {
                Add($"'{Cut(value).Replace("'", "\\'", StringComparison.Ordinal)}'");
            }
        }

        // The end that would have been the first too much is left out, as Celery does it.
        public void Close(string value)
        {
            if (IsFull)
            {
                _text.Append(value);
            }
            else
            {
                Literal(value);
            }
        }

        public override readonly string ToString() => _text.ToString();

        private bool TryGoOn()
        {
            if (!IsFull && _left <= 0)
            {
                _text.Append(", ...");
                IsFull = true;
            }

            return !IsFull;
        }

        private void Add(string value)
        {
            _text.Append(value);
            _left -= value.Length;
        }

        // At the last space, if there is one. celery/utils/text.py truncate
        private readonly string Cut(string value)
        {
            if (value.Length < _left)
            {
                return value;
            }

            var kept = value[.._left];
            var space = kept.LastIndexOf(' ');
            return (space < 0 ? kept : kept[..space]) + "...";
        }
    }
}
