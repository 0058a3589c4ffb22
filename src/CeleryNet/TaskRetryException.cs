using System.Globalization;

namespace CeleryNet;

/// <summary>Ends a run that is to be repeated later. Made by <see cref="TaskContext.Retry"/> and thrown by the task; the worker sends the message again.</summary>
/// <remarks>
/// A task that catches all exceptions has to let this one pass. Mirrors <c>celery.exceptions.Retry</c>. What is stored while the task waits is the state RETRY
/// with the <see cref="Exception.InnerException"/>, the reason of the retry, if it was given.
/// </remarks>
public sealed class TaskRetryException : CeleryException
{
    internal TaskRetryException(TimeSpan? countdown, DateTimeOffset? eta, Exception? cause)
        : base(Describe(countdown, eta, cause), cause)
    {
        Countdown = countdown;
        Eta = eta;
    }

    /// <summary>How long after the end of this run the next one begins at the earliest; null when <see cref="Eta"/> says it.</summary>
    public TimeSpan? Countdown { get; }

    /// <summary>When the next run begins at the earliest; null when <see cref="Countdown"/> says it.</summary>
    public DateTimeOffset? Eta { get; }

    /// <summary>How many retries this one allows; null for as many as the task's declaration does.</summary>
    internal int? MaxRetries { get; init; }

    /// <summary>The positional arguments of the next run; null for the same ones.</summary>
    internal IReadOnlyList<object?>? Args { get; init; }

    /// <summary>The keyword arguments of the next run; null for the same ones.</summary>
    internal IReadOnlyDictionary<string, object?>? Kwargs { get; init; }

    internal SendOptions Options { get; init; } = SendOptions.Default;

    // celery/exceptions.py Retry.__str__
    private static string Describe(TimeSpan? countdown, DateTimeOffset? eta, Exception? cause)
    {
        var when = eta is { } instant
            ? string.Create(CultureInfo.InvariantCulture, $"Retry at {instant:O}")
            : string.Create(CultureInfo.InvariantCulture, $"Retry in {countdown.GetValueOrDefault().TotalSeconds}s");
        return cause is null ? when : $"{when}: {cause.GetType().Name}: {cause.Message}";
    }
}
