namespace CeleryNet;

/// <summary>
/// How often and how fast a send is tried again while the broker cannot be reached. <c>PublishTimeout</c> bounds all of it. Immutable; the defaults are Celery's.
/// </summary>
/// <remarks>Mirrors <c>retry_policy</c> and <c>task_publish_retry_policy</c>.</remarks>
public sealed record PublishRetryPolicy
{
    /// <summary>One attempt only (<c>retry=False</c>).</summary>
    internal static PublishRetryPolicy None { get; } = new() { MaxRetries = 0 };

    /// <summary>How many times it is tried again after the first attempt (<c>max_retries</c>); null for as often as the publish deadline allows.</summary>
    /// <value>The default is 3; 0 or more.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int? MaxRetries
    {
        get;
        init => field = RetryPauses.CheckedCount(nameof(MaxRetries), value);
    } = 3;

    /// <summary>The pause before the first retry (<c>interval_start</c>).</summary>
    /// <value>The default is zero; at most 1 h.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public TimeSpan IntervalStart
    {
        get;
        init => field = RetryPauses.Checked(nameof(IntervalStart), value);
    }

    /// <summary>By how much each pause is longer than the one before (<c>interval_step</c>).</summary>
    /// <value>The default is 0.2 s; at most 1 h.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public TimeSpan IntervalStep
    {
        get;
        init => field = RetryPauses.Checked(nameof(IntervalStep), value);
    } = TimeSpan.FromSeconds(0.2);

    /// <summary>The longest pause (<c>interval_max</c>).</summary>
    /// <value>The default is 1 s; at most 1 h.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public TimeSpan IntervalMax
    {
        get;
        init => field = RetryPauses.Checked(nameof(IntervalMax), value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>The pause before a retry.</summary>
    /// <param name="retry">Its number, from 0.</param>
    internal TimeSpan PauseBefore(int retry) => RetryPauses.Before(IntervalStart, IntervalStep, IntervalMax, retry);
}
