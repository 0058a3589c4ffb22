using System.Diagnostics.CodeAnalysis;

namespace CeleryNet.Tasks;

/// <summary>
/// Ends one request, whoever wants it. The first reason is the one that counts, but for a soft time limit, which is a warning: any other may follow it and
/// counts from then on. Safe for concurrent use.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A cancellation source without a timer holds nothing that would need to be released.")]
internal sealed class TaskCancellation : ITaskCancellation
{
    private int _reason;
    private CancellationTokenSource? _source;

    /// <summary>Why it was ended; <see cref="CancellationReason.None"/> while it was not.</summary>
    public CancellationReason Reason => (CancellationReason)Volatile.Read(ref _reason);

    public bool IsRequested => Reason != CancellationReason.None;

    /// <summary>Whether somebody has asked for the token, and may learn of the end.</summary>
    public bool IsHeard => Volatile.Read(ref _source) is not null;

    /// <summary>Fires when it is ended. Made when somebody first asks: most tasks never do.</summary>
    public CancellationToken Token
    {
        get
        {
            var source = LazyInitializer.EnsureInitialized(ref _source);
            if (IsRequested)
            {
                source.Cancel();
            }

            return source.Token;
        }
    }

    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public void ThrowIfRequested()
    {
        if (IsRequested)
        {
            throw new OperationCanceledException(Token);
        }
    }

    /// <summary>Ends it for a reason; false when it was ended before, for one that cannot be followed.</summary>
    public bool TryCancel(CancellationReason reason)
    {
        var isFirst = TryReplace(CancellationReason.None, reason);
        if (!isFirst && (reason == CancellationReason.SoftTimeLimit || !TryReplace(CancellationReason.SoftTimeLimit, reason)))
        {
            return false;
        }

        // Who waits for the token runs on threads of its own: what ends a task does not wait for the task.
        _ = Volatile.Read(ref _source)?.CancelAsync();
        return true;
    }

    private bool TryReplace(CancellationReason before, CancellationReason reason)
        => Interlocked.CompareExchange(ref _reason, (int)reason, (int)before) == (int)before;
}
