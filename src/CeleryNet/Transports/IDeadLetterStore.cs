using CeleryNet.Routing;

namespace CeleryNet.Transports;

/// <summary>The dead letters of a broker's queues. Safe for concurrent use. An <see cref="OperationCanceledException"/> says that the step's token fired.</summary>
internal interface IDeadLetterStore
{
    /// <summary>How many there are.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be asked.</exception>
    ValueTask<long> CountAsync(string queue, StepDeadline step);

    /// <summary>The oldest ones, which stay where they are.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be asked.</exception>
    ValueTask<IReadOnlyList<DeadLetter>> ListAsync(string queue, int limit, StepDeadline step);

    /// <summary>Takes dead letters away, the oldest first, each only when its message is back in its queue if that is wanted.</summary>
    /// <returns>How many were taken.</returns>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached; some may have been taken, and one may be in both places.</exception>
    /// <exception cref="PublishException">The broker refuses the message; its dead letter is still there, those before it are taken.</exception>
    ValueTask<int> TakeAsync(DeadLetterRequest request, StepDeadline step);
}

/// <summary>Which dead letters to take and what becomes of them.</summary>
/// <param name="Queue">The queue they came from.</param>
/// <param name="IsWanted">Chooses them. It may be called for one that is not there any more, and throw: then nothing happens to that one.</param>
internal sealed record DeadLetterRequest(string Queue, Func<DeadLetter, bool> IsWanted)
{
    public int AtMost { get; init; } = int.MaxValue;

    /// <summary>Whether the messages go back to the end of their queue; else they are gone.</summary>
    public bool Replay { get; init; }

    /// <summary>How the queue is declared if it is not there any more; null when it is not to be.</summary>
    public QueueSpec? Declare { get; init; }
}
