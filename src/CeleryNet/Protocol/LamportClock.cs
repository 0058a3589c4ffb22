namespace CeleryNet.Protocol;

/// <summary>The logical clock by which programs order what they tell each other. One for each application; safe for concurrent use. kombu/clocks.py LamportClock</summary>
internal sealed class LamportClock
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    /// <summary>The time of what is sent now.</summary>
    public long Forward() => Interlocked.Increment(ref _value);

    /// <summary>Takes notice of the time of something that came in.</summary>
    public long Adjust(long other)
    {
        while (true)
        {
            var own = Value;
            var next = Math.Max(own, Math.Clamp(other, 0, long.MaxValue - 1)) + 1;
            if (Interlocked.CompareExchange(ref _value, next, own) == own)
            {
                return next;
            }
        }
    }
}
