using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>A value as Python's <c>repr()</c> and <c>str()</c> show it, whole: for texts that a person reads once, unlike <c>argsrepr</c>, which is cut.</summary>
internal static class PythonRepr
{
    /// <summary><c>repr(value)</c>.</summary>
    public static string Repr(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, ToObject(value));
        return text.ToString();
    }

    /// <summary><c>str(value)</c>: of a string the string itself, of most other values their repr.</summary>
    public static string Str(JsonElement value) => ToObject(value) switch
    {
        string text => text,
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        Guid guid => guid.ToString("D"),
        DateTimeOffset time => PythonTime.Format(time).Replace('T', ' '),
        DateTime time => PythonTime.Format(time).Replace('T', ' '),
        DateOnly date => PythonTime.Format(date),
        TimeOnly time => PythonTime.Format(time),
        TimeSpan span => Str(span),
        TaggedText tagged => tagged.Text,
        _ => Repr(value),
    };

    /// <summary><c>repr(tuple(values))</c>.</summary>
    public static string Tuple(IReadOnlyList<JsonElement> values)
        => values.Count == 1 ? $"({Repr(values[0])},)" : $"({string.Join(", ", values.Select(Repr))})";

    /// <summary><c>repr(value)</c> of what JSON has only tags for; null for what is no tag.</summary>
    /// <param name="value">A value as <see cref="WireJson"/> gives it.</param>
    public static string? OfTag(object? value)
    {
        if (value is not (double or decimal or Guid or DateOnly or TimeOnly or DateTime or DateTimeOffset or TimeSpan or Complex or TaggedText or byte[]))
        {
            return null;
        }

        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static object? ToObject(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            return null;
        }

        try
        {
            return WireJson.ToObject(JsonMarshal.GetRawUtf8Value(value));
        }
        catch (CelerySerializationException)
        {
            // A tag whose value does not fit it, or an integer beyond measure: its JSON says more than nothing.
            return value.GetRawText();
        }
    }

    private static void Append(StringBuilder text, object? value)
    {
        _ = value switch
        {
            null => text.Append("None"),
            bool flag => text.Append(flag ? "True" : "False"),
            string characters => AppendQuoted(text, characters),
            double number => text.Append(PythonFloat.Repr(number)),
            long or BigInteger => text.Append(CultureInfo.InvariantCulture, $"{value}"),
            IDictionary map => AppendMap(text, map),
            byte[] bytes => AppendBytes(text, bytes),
            IList list => AppendList(text, list),
            decimal number => text.Append(CultureInfo.InvariantCulture, $"Decimal('{number}')"),
            Guid guid => text.Append(CultureInfo.InvariantCulture, $"UUID('{guid:D}')"),
            DateTimeOffset time => AppendTime(text, time.DateTime).Append(CultureInfo.InvariantCulture, $", tzinfo={Zone(time.Offset)})"),
            DateTime time => AppendTime(text, time).Append(time.Kind == DateTimeKind.Utc ? ", tzinfo=datetime.timezone.utc)" : ")"),
            DateOnly date => text.Append(CultureInfo.InvariantCulture, $"datetime.date({date.Year}, {date.Month}, {date.Day})"),
            TimeOnly time => AppendClock(text.Append(CultureInfo.InvariantCulture, $"datetime.time({time.Hour}, {time.Minute}"), time).Append(')'),
            TimeSpan span => text.Append(Repr(span)),
            Complex complex => text.Append(Repr(complex)),
            TaggedText { Type: TypeTag.Decimal } tagged => text.Append(CultureInfo.InvariantCulture, $"Decimal('{tagged.Text}')"),
            TaggedText tagged => AppendQuoted(text, tagged.Text),
            _ => throw new InvalidOperationException($"No look is defined for {value.GetType()}."),
        };
    }

    private static StringBuilder AppendList(StringBuilder text, IList list)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Append(text, list[i]);
        }

        return text.Append(']');
    }

    private static StringBuilder AppendMap(StringBuilder text, IDictionary map)
    {
        text.Append('{');
        var isFirst = true;
        foreach (DictionaryEntry entry in map)
        {
            text.Append(isFirst ? "" : ", ");
            isFirst = false;
            AppendQuoted(text, (string)entry.Key);
            text.Append(": ");
            Append(text, entry.Value);
        }

        return text.Append('}');
    }

    // Objects/unicodeobject.c unicode_repr: double quotes only around a text that has single ones and no double ones.
    private static StringBuilder AppendQuoted(StringBuilder text, string value)
    {
        var quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        text.Append(quote);
        for (var i = 0; i < value.Length; i++)
        {
            if (!Rune.TryGetRuneAt(value, i, out var rune))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)value[i]:x4}");
                continue;
            }

            i += rune.Utf16SequenceLength - 1;
            _ = rune.Value switch
            {
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '\r' => text.Append(@"\r"),
                '\t' => text.Append(@"\t"),
                _ when rune.Value == quote => text.Append('\\').Append(quote),
                _ when IsPrintable(rune) => text.Append(rune.ToString()),
                <= 0xff => text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                <= 0xffff => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return text.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static StringBuilder AppendBytes(StringBuilder text, byte[] bytes)
    {
        var quote = bytes.AsSpan().Contains((byte)'\'') && !bytes.AsSpan().Contains((byte)'"') ? '"' : '\'';
        text.Append('b').Append(quote);
        foreach (var each in bytes)
        {
            _ = each switch
            {
                (byte)'\\' => text.Append(@"\\"),
                (byte)'\n' => text.Append(@"\n"),
                (byte)'\r' => text.Append(@"\r"),
                (byte)'\t' => text.Append(@"\t"),
                _ when each == quote => text.Append('\\').Append(quote),
                >= 0x20 and < 0x7f => text.Append((char)each),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\x{each:x2}"),
            };
        }

        return text.Append(quote);
    }

    // Without its closing parenthesis: a time zone may follow.
    private static StringBuilder AppendTime(StringBuilder text, DateTime time)
        => AppendClock(
            text.Append(CultureInfo.InvariantCulture, $"datetime.datetime({time.Year}, {time.Month}, {time.Day}, {time.Hour}, {time.Minute}"),
            TimeOnly.FromDateTime(time));

    private static StringBuilder AppendClock(StringBuilder text, TimeOnly time)
    {
        var microseconds = time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond;
        return (time.Second, microseconds) switch
        {
            (0, 0) => text,
            (_, 0) => text.Append(CultureInfo.InvariantCulture, $", {time.Second}"),
            _ => text.Append(CultureInfo.InvariantCulture, $", {time.Second}, {microseconds}"),
        };
    }

    private static string Zone(TimeSpan offset) => offset == TimeSpan.Zero ? "datetime.timezone.utc" : $"datetime.timezone({Repr(offset)})";

    private static string Repr(TimeSpan span)
    {
        var (days, seconds, microseconds) = Split(span);
        var parts = new (string Name, long Value)[] { ("days", days), ("seconds", seconds), ("microseconds", microseconds) }
            .Where(part => part.Value != 0)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Name}={part.Value}"));
        var inner = string.Join(", ", parts);
        return $"datetime.timedelta({(inner.Length == 0 ? "0" : inner)})";
    }

    private static string Str(TimeSpan span)
    {
        var (days, seconds, microseconds) = Split(span);
        var prefix = days == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{days} day{(Math.Abs(days) == 1 ? "" : "s")}, ");
        var fraction = microseconds == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".{microseconds:000000}");
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}{fraction}");
    }

    // As Python keeps a timedelta: only the days are negative.
    private static (long Days, long Seconds, long Microseconds) Split(TimeSpan span)
    {
        var days = (long)Math.Floor(span.TotalDays);
        var rest = span - TimeSpan.FromDays(days);
        return (days, rest.Ticks / TimeSpan.TicksPerSecond, rest.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
    }

    private static string Repr(Complex value)
    {
        var imaginary = Part(value.Imaginary);
        return value.Real == 0 && !double.IsNegative(value.Real)
            ? imaginary + "j"
            : $"({Part(value.Real)}{(imaginary[0] is '-' ? "" : "+")}{imaginary}j)";
    }

    // The parts of a complex number lose the .0 of a float.
    private static string Part(double value)
    {
        var text = PythonFloat.Repr(value);
        return text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;
    }
}
