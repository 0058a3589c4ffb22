namespace CeleryNet;

/// <summary>How often and how fast storing a result is tried again while the backend does not take it. Immutable; the defaults are Celery's for Redis.</summary>
/// <remarks>Mirrors <c>retry_policy</c> of <c>result_backend_transport_options</c>.</remarks>
public sealed record ResultRetryPolicy
{
    /// <summary>How many times it is tried again after the first attempt (<c>max_retries</c>); null for as long as the worker runs.</summary>
    /// <value>The default is 20; 0 or more.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int? MaxRetries
    {
        get;
        init => field = RetryPauses.CheckedCount(nameof(MaxRetries), value);
    } = 20;

    /// <summary>The pause before the first retry (<c>interval_start</c>).</summary>
    /// <value>The default is zero; at most 1 h.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public TimeSpan IntervalStart
    {
        get;
        init => field = RetryPauses.Checked(nameof(IntervalStart), value);
    }

    /// <summary>By how much each pause is longer than the one before (<c>interval_step</c>).</summary>
    /// <value>The default is 1 s; at most 1 h.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public TimeSpan IntervalStep
    {
        get;
        init => field = RetryPauses.Checked(nameof(IntervalStep), value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause (<c>interval_max</c>).</summary>
    /// <value>The default is 1 s; at most 1 h.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public TimeSpan IntervalMax
    {
        get;
        init => field = RetryPauses.Checked(nameof(IntervalMax), value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>After what time, from the first failure, no further attempt is begun (<c>timeout</c>); null for no such bound.</summary>
    /// <value>The default is null; zero to 1 h.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public TimeSpan? Timeout
    {
        get;
        init => field = value is { } timeout ? RetryPauses.Checked(nameof(Timeout), timeout) : null;
    }

    /// <summary>The pause before a retry.</summary>
    /// <param name="retry">Its number, from 0.</param>
    internal TimeSpan PauseBefore(int retry) => RetryPauses.Before(IntervalStart, IntervalStep, IntervalMax, retry);
}
