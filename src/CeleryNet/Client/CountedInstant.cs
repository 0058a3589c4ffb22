namespace CeleryNet.Client;

/// <summary>Instants that are so long from now, in the zone that Celery writes them in. celery/app/amqp.py as_task_v2</summary>
internal static class CountedInstant
{
    /// <summary>The instant; the last one there is for a wait that leads beyond it, and likewise the first.</summary>
    public static DateTimeOffset After(DateTimeOffset now, TimeSpan wait, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(Shift(now, wait), zone);

    private static DateTimeOffset Shift(DateTimeOffset now, TimeSpan wait)
        => wait > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue
            : wait < DateTimeOffset.MinValue - now ? DateTimeOffset.MinValue
            : now + wait;
}
