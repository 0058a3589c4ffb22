namespace CeleryNet;

/// <summary>How a running task learns that it shall end, and why.</summary>
internal interface ITaskCancellation
{
    /// <summary>Fires when it shall end.</summary>
    CancellationToken Token { get; }

    /// <summary>Why; <see cref="CancellationReason.None"/> while it did not fire.</summary>
    CancellationReason Reason { get; }
}
