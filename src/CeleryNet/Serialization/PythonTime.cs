using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CeleryNet.Serialization;

/// <summary>
/// Dates and times as Python's <c>isoformat()</c> writes them: a fraction of six digits, or none when it is zero. Celery 5.2 and Python before 3.11 read
/// no other number of digits and no <c>Z</c>.
/// </summary>
internal static class PythonTime
{
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss";
    private const string Microseconds = "yyyy-MM-dd'T'HH:mm:ss.ffffff";
    private const long TicksOfMicrosecond = TimeSpan.TicksPerMicrosecond;

    private static readonly string[] _times = ["HH:mm:ss.FFFFFFF", "HH:mm", "HH"];

    public static string Format(DateTimeOffset value)
        => value.ToString(HasFraction(value.Ticks) ? Microseconds + "zzz" : Seconds + "zzz", CultureInfo.InvariantCulture);

    /// <summary>A time of unspecified kind has no offset; one of the other kinds has.</summary>
    public static string Format(DateTime value) => value.Kind == DateTimeKind.Unspecified
        ? value.ToString(HasFraction(value.Ticks) ? Microseconds : Seconds, CultureInfo.InvariantCulture)
        : Format(new DateTimeOffset(value));

    public static string Format(DateOnly value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Format(TimeOnly value)
        => value.ToString(HasFraction(value.Ticks) ? "HH:mm:ss.ffffff" : "HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Reads an instant; one without an offset is UTC's, as Celery's times are.</summary>
    public static bool TryParse(string text, out DateTimeOffset value) => DateTimeOffset.TryParse(
        Shorten(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value) && IsIso(text);

    /// <summary>Reads a time: without an offset of unspecified kind, with one UTC's.</summary>
    public static bool TryParse(string text, out DateTime value) => DateTime.TryParse(
        Shorten(text), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out value) && IsIso(text);

    /// <summary>Reads a date; of a date and time, as kombu before 5.3 writes a date, the date.</summary>
    public static bool TryParse(string text, out DateOnly value)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out value))
        {
            return true;
        }

        var isTime = TryParse(text, out DateTime time);
        value = DateOnly.FromDateTime(time);
        return isTime;
    }

    public static bool TryParse(string text, out TimeOnly value)
        => TimeOnly.TryParseExact(Shorten(text), _times, CultureInfo.InvariantCulture, DateTimeStyles.None, out value);

    /// <summary>Whether a text has an offset or a <c>Z</c>.</summary>
    public static bool HasOffset(string text)
        => text.EndsWith('Z') || (text.Length > 10 && text.AsSpan(10).IndexOfAny('+', '-') >= 0);

    private static bool HasFraction(long ticks) => ticks % TimeSpan.TicksPerSecond / TicksOfMicrosecond != 0;

    // "2026-…": .NET would also read 1/2/26.
    private static bool IsIso(string text) => text.Length >= 10 && text[4] == '-' && text[7] == '-';

    // Digits beyond what .NET keeps are cut, as dateutil cuts them.
    [return: NotNullIfNotNull(nameof(text))]
    private static string? Shorten(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return text;
        }

        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - dot - 1 <= 7 ? text : string.Concat(text.AsSpan(0, dot + 8), text.AsSpan(end));
    }
}
