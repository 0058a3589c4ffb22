namespace CeleryNet.Extensibility;

/// <summary>How the waits of automatic retries grow. celery/utils/time.py get_exponential_backoff_interval</summary>
public sealed record RetryBackoff
{
    /// <summary>See <see cref="CeleryTaskAttribute.RetryBackoffFactor"/>, in seconds.</summary>
    /// <value>The default is 1.</value>
    public int Factor
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Factor must be 1 or more.");
    } = 1;

    /// <summary>See <see cref="CeleryTaskAttribute.RetryBackoffMax"/>.</summary>
    /// <value>The default is 600 s.</value>
    public TimeSpan Maximum
    {
        get;
        init => field = value >= TimeSpan.FromSeconds(1) && value.Ticks % TimeSpan.TicksPerSecond == 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Maximum must be whole seconds, 1 or more.");
    } = TimeSpan.FromSeconds(600);

    /// <summary>See <see cref="CeleryTaskAttribute.RetryJitter"/>.</summary>
    /// <value>The default is true.</value>
    public bool Jitter { get; init; } = true;

    /// <summary>The wait before the next run.</summary>
    /// <param name="retries">How many retries there were before.</param>
    /// <param name="random">Where the jitter comes from.</param>
    internal TimeSpan WaitAfter(int retries, Random random)
    {
        // A double is exact as long as it is below the maximum; beyond, only that it is larger counts.
        var seconds = (long)Math.Min(Maximum.TotalSeconds, Factor * Math.Pow(2, retries));
        return TimeSpan.FromSeconds(Jitter ? random.NextInt64(seconds + 1) : seconds);
    }
}
