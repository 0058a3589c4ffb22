using System.Globalization;

namespace CeleryNet.Protocol;

/// <summary>
/// Instants as Python's <c>datetime.isoformat()</c> writes them: <c>YYYY-MM-DDTHH:MM:SS[.ffffff][+HH:MM]</c>. Celery 5.2 reads the fraction as a whole
/// number of microseconds, so we write none or exactly six digits. celery/utils/iso8601.py parse_iso8601
/// </summary>
internal static class IsoTimestamp
{
    private static readonly string[] _formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd",
    ];

    /// <summary>Writes an instant with its offset.</summary>
    public static string Format(DateTimeOffset instant)
        => instant.ToString(
            instant.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond == 0 ? "yyyy-MM-dd'T'HH:mm:sszzz" : "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz",
            CultureInfo.InvariantCulture);

    /// <summary>Reads an instant; one without an offset is taken in <paramref name="zone"/>.</summary>
    public static bool TryParse(string text, TimeZoneInfo zone, out DateTimeOffset instant)
    {
        // RoundtripKind keeps "no offset" apart from "offset of this machine".
        if (!DateTime.TryParseExact(text, _formats, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
        {
            instant = default;
            return false;
        }

        if (time.Kind == DateTimeKind.Unspecified)
        {
            var offset = zone.GetUtcOffset(time);
            var utcTicks = time.Ticks - offset.Ticks;
            var isInRange = utcTicks >= DateTime.MinValue.Ticks && utcTicks <= DateTime.MaxValue.Ticks;
            instant = isInRange ? new DateTimeOffset(time, offset) : default;
            return isInRange;
        }

        return DateTimeOffset.TryParseExact(text, _formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out instant);
    }
}
