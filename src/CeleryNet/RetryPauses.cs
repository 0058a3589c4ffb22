namespace CeleryNet;

/// <summary>What retry policies of Celery's kind have in common. kombu/utils/functional.py retry_over_time</summary>
internal static class RetryPauses
{
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1);

    /// <summary>The pause before a retry.</summary>
    /// <param name="start">Before the first.</param>
    /// <param name="step">By how much each is longer than the one before.</param>
    /// <param name="max">The longest.</param>
    /// <param name="retry">The retry's number, from 0.</param>
    public static TimeSpan Before(TimeSpan start, TimeSpan step, TimeSpan max, int retry)
    {
        var pause = start + (step * retry);
        return pause < max ? pause : max;
    }

    /// <summary>A count of retries that may be.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static int? CheckedCount(string name, int? value) => value is null or >= 0
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be 0 or more, or null for no bound, was {value}.");

    /// <summary>A pause that may be.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or longer than an hour.</exception>
    public static TimeSpan Checked(string name, TimeSpan value) => value >= TimeSpan.Zero && value <= _longest
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be 00:00:00 to {_longest}, was {value}.");
}
