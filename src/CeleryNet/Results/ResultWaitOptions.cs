namespace CeleryNet;

/// <summary>How a result is waited for.</summary>
/// <remarks>Mirrors the arguments of <c>AsyncResult.get</c>.</remarks>
public sealed record ResultWaitOptions
{
    /// <summary>The longest wait.</summary>
    /// <value>The default is null: the time results are kept (<see cref="CeleryOptions.ResultExpires"/>).</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Whether the wait ends with the failure of a step before the task, too: <see cref="AsyncResult.Parent"/>, and its parents in turn. A task behind a step
    /// that failed is not run, and may never get a state of its own. When both have failed, it is the earliest step's failure that is thrown.
    /// </summary>
    /// <value>The default is true, as that of <c>follow_parents</c>.</value>
    public bool FollowParents { get; init; } = true;
}
