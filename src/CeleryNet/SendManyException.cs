namespace CeleryNet;

/// <summary>Not all of many calls were sent: some failed, and <see cref="SendOutcomes.ThrowIfAnyFailed"/> was asked, or the source of the calls ended with an exception.</summary>
public sealed class SendManyException : CeleryException
{
    internal SendManyException(string message, IReadOnlyList<SendOutcome> outcomes, Exception? innerException)
        : base(message, innerException) => Outcomes = outcomes;

    /// <summary>What became of the calls that were read from the source, in their order. Those after them were neither read nor sent.</summary>
    public IReadOnlyList<SendOutcome> Outcomes { get; }
}

/// <summary>Sending many calls was cancelled before all of them were read from their source.</summary>
public sealed class SendManyCanceledException : OperationCanceledException
{
    internal SendManyCanceledException(string message, IReadOnlyList<SendOutcome> outcomes, CancellationToken cancellationToken)
        : base(message, cancellationToken) => Outcomes = outcomes;

    /// <summary>What became of the calls that were read from the source, in their order. Those after them were neither read nor sent.</summary>
    public IReadOnlyList<SendOutcome> Outcomes { get; }
}
