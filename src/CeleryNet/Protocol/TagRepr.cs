using System.Globalization;
using System.Numerics;
using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>The look Python's <c>repr</c> gives to what JSON has only tags for.</summary>
internal static class TagRepr
{
    /// <summary>The look of a value as <see cref="WireJson"/> gives it; null for what is no tag.</summary>
    public static string? Of(object? value) => value switch
    {
        double number => PythonFloat.Repr(number),
        decimal number => $"Decimal('{number.ToString(CultureInfo.InvariantCulture)}')",
        TaggedText { Type: TypeTag.Decimal } tagged => $"Decimal('{tagged.Text}')",
        TaggedText tagged => $"'{tagged.Text}'",
        Guid id => $"UUID('{id:D}')",
        DateOnly date => string.Create(CultureInfo.InvariantCulture, $"datetime.date({date.Year}, {date.Month}, {date.Day})"),
        TimeOnly time => $"datetime.time({Clock(time.Hour, time.Minute, time.Ticks)})",
        DateTime time => $"datetime.datetime({Day(time)}, {Clock(time.Hour, time.Minute, time.Ticks)})",
        DateTimeOffset time => $"datetime.datetime({Day(time.DateTime)}, {Clock(time.Hour, time.Minute, time.Ticks)}, tzinfo={Zone(time.Offset)})",
        TimeSpan span => $"datetime.timedelta({Span(span)})",
        Complex number => $"({PythonFloat.Repr(number.Real)}{(number.Imaginary < 0 ? "" : "+")}{PythonFloat.Repr(number.Imaginary)}j)",
        byte[] bytes => $"b'{Bytes(bytes)}'",
        _ => null,
    };

    private static string Day(DateTime time) => string.Create(CultureInfo.InvariantCulture, $"{time.Year}, {time.Month}, {time.Day}");

    // Seconds and microseconds are left out from the right while they are zero.
    private static string Clock(int hour, int minute, long ticks)
    {
        var second = ticks / TimeSpan.TicksPerSecond % 60;
        var microsecond = ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond;
        var rest = (second, microsecond) switch
        {
            (0, 0) => "",
            (_, 0) => $", {second}",
            _ => $", {second}, {microsecond}",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{hour}, {minute}{rest}");
    }

    private static string Zone(TimeSpan offset)
        => offset == TimeSpan.Zero ? "datetime.timezone.utc" : $"datetime.timezone(datetime.timedelta({Span(offset)}))";

    private static string Span(TimeSpan span)
    {
        var days = (long)Math.Floor(span.TotalDays);
        var rest = span - TimeSpan.FromDays(days);
        string[] parts =
        [
            Part("days", days),
            Part("seconds", rest.Ticks / TimeSpan.TicksPerSecond),
            Part("microseconds", rest.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond),
        ];
        var shown = string.Join(", ", parts.Where(part => part.Length > 0));
        return shown.Length == 0 ? "0" : shown;
    }

    private static string Part(string name, long value) => value == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{name}={value}");

    // Celery shows bytes as text where they are UTF-8, else as hex digits. celery/utils/saferepr.py _repr_binary_bytes
    private static string Bytes(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Convert.ToHexStringLower(bytes);
}
