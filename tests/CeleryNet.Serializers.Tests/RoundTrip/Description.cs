using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests.RoundTrip;

/// <summary>
/// A text with one look for each value and type, which python/roundtrip.py writes too: two values are the same on both sides when their texts are.
/// Maps are sorted; a decimal has its plain look, whatever exponent it came with.
/// </summary>
internal static class Description
{
    /// <param name="value">An object as <see cref="WireJson"/> gives it.</param>
    public static string Of(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        long or int or BigInteger => string.Create(CultureInfo.InvariantCulture, $"int {value}"),
        double number => $"float {Float(number)}",
        string text => Text(text),
        byte[] bytes => $"bytes {Convert.ToHexStringLower(bytes)}",
        DateTimeOffset instant => $"datetime {instant.DateTime.ToString(Seconds, CultureInfo.InvariantCulture)}{Fraction(instant.Ticks)}{instant.ToString("zzz", CultureInfo.InvariantCulture)}",
        DateTime time => $"datetime {time.ToString(Seconds, CultureInfo.InvariantCulture)}{Fraction(time.Ticks)}",
        DateOnly date => $"date {date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}",
        TimeOnly time => $"time {time.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}{Fraction(time.Ticks)}",
        TimeSpan span => Span(span),
        decimal number => string.Create(CultureInfo.InvariantCulture, $"decimal {number}"),
        Guid id => $"uuid {id}",
        Complex number => $"complex {Float(number.Real)} {Float(number.Imaginary)}",
        TaggedText { Type: "decimal" } tagged when decimal.TryParse(tagged.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => Of(number),
        TaggedText tagged => $"{tagged.Type} {tagged.Text}",
        OrderedDictionary<string, object?> map
            => $"{{{string.Join(", ", map.Select(entry => $"{Text(entry.Key)}: {Of(entry.Value)}").Order(StringComparer.Ordinal))}}}",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Of))}]",
        _ => throw new ArgumentException($"{value.GetType()} is no type of the wire.", nameof(value)),
    };

    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss";

    private static string Float(double value) => double.IsNaN(value) ? "nan" : BitConverter.DoubleToUInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private static string Fraction(long ticks) => (ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond) is var microseconds and not 0
        ? microseconds.ToString("'.'000000", CultureInfo.InvariantCulture)
        : "";

    private static string Span(TimeSpan span)
    {
        var days = (long)Math.Floor((decimal)span.Ticks / TimeSpan.TicksPerDay);
        var rest = span.Ticks - (days * TimeSpan.TicksPerDay);
        return string.Create(CultureInfo.InvariantCulture, $"timedelta {days} {rest / TimeSpan.TicksPerSecond} {rest % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond}");
    }

    private static string Text(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c is >= ' ' and <= '~' and not ('"' or '\\') ? text.Append(c) : text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return text.Append('"').ToString();
    }
}
