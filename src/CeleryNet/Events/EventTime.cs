namespace CeleryNet.Events;

/// <summary>Times as events have them. celery/utils/time.py utcoffset, adjust_timestamp</summary>
internal static class EventTime
{
    /// <summary>The seconds since 1970, to the microsecond as Python has them.</summary>
    public static double ToSeconds(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond / 1e6;

    /// <summary>The instant; null for one that there is not.</summary>
    public static DateTimeOffset? FromSeconds(double seconds)
        => Math.Abs(seconds) < 1e11 ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * 1e6) * TimeSpan.TicksPerMicrosecond) : null;

    /// <summary>How many whole hours a zone is behind UTC; -2 where the clock shows two hours more, -6 where it shows five and a half.</summary>
    public static int HoursWest(TimeSpan utcOffset) => (int)Math.Floor(-utcOffset.TotalHours);
}
