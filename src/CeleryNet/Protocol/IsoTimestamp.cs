using System.Globalization;

namespace CeleryNet.Protocol;

/// <summary>
/// Instants as Python's <c>datetime.isoformat()</c> writes them: <c>YYYY-MM-DDTHH:MM:SS[.ffffff][+HH:MM]</c>. Celery 5.2 reads the fraction as a whole
/// number of microseconds, so we write none or exactly six digits. celery/utils/iso8601.py parse_iso8601
/// </summary>
internal static class IsoTimestamp
{
    private const int Digits = 7;

    private static readonly string[] _formats =
    [
        "yyyy-M-dTHH:mm:ss.FFFFFFF",
        "yyyy-M-d HH:mm:ss.FFFFFFF",
        "yyyy-M-dTHH:mm",
        "yyyy-M-d HH:mm",
        "yyyy-M-d",
    ];

    private static readonly string[] _offsets = ["hh\\:mm", "hhmm", "hh"];

    /// <summary>Writes an instant with its offset.</summary>
    public static string Format(DateTimeOffset instant)
        => instant.ToString(
            instant.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond == 0 ? "yyyy-MM-dd'T'HH:mm:sszzz" : "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz",
            CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads an instant. One without an offset is UTC's, whatever zone its sender and its reader are set to: that is how Celery's workers take it. One that its
    /// offset puts before the first or after the last that there is, such as the last second of the year 9999 in New York, is taken for that one.
    /// celery/utils/time.py maybe_make_aware
    /// </summary>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        if (!TrySplitOffset(text, out var local, out var offset)
            || !DateTime.TryParseExact(Shorten(local), _formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return false;
        }

        var ticks = Math.Clamp(time.Ticks - offset.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        instant = new DateTimeOffset(ticks, TimeSpan.Zero);
        if (ticks + offset.Ticks >= DateTime.MinValue.Ticks && ticks + offset.Ticks <= DateTime.MaxValue.Ticks)
        {
            instant = instant.ToOffset(offset);
        }

        return true;
    }

    private static bool TrySplitOffset(string text, out ReadOnlySpan<char> local, out TimeSpan offset)
    {
        local = text;
        offset = TimeSpan.Zero;
        if (text.EndsWith('Z') || text.EndsWith('z'))
        {
            local = local[..^1];
            return true;
        }

        // The hyphens before the time are the date's.
        var time = text.IndexOf(':', StringComparison.Ordinal);
        var sign = time < 0 ? -1 : text.AsSpan(time).IndexOfAny('+', '-');
        if (sign < 0)
        {
            return true;
        }

        local = local[..(time + sign)];
        var isRead = TimeSpan.TryParseExact(text.AsSpan(time + sign + 1), _offsets, CultureInfo.InvariantCulture, out offset) && offset.TotalHours <= 14;
        offset = text[time + sign] == '-' ? -offset : offset;
        return isRead;
    }

    // Others than Python write nanoseconds.
    private static ReadOnlySpan<char> Shorten(ReadOnlySpan<char> local)
    {
        var dot = local.IndexOf('.');
        return dot < 0 || local.Length - dot - 1 <= Digits || local[(dot + 1)..].ContainsAnyExceptInRange('0', '9') ? local : local[..(dot + 1 + Digits)];
    }
}
