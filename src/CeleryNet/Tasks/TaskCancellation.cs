using System.Diagnostics.CodeAnalysis;

namespace CeleryNet.Tasks;

/// <summary>Ends one request, whoever wants it: the first reason is the one that counts. Safe for concurrent use.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A cancellation source without a timer holds nothing that would need to be released.")]
internal sealed class TaskCancellation : ITaskCancellation
{
    private int _reason;
    private CancellationTokenSource? _source;

    /// <summary>Why it was ended; <see cref="CancellationReason.None"/> while it was not.</summary>
    public CancellationReason Reason => (CancellationReason)Volatile.Read(ref _reason);

    public bool IsRequested => Reason != CancellationReason.None;

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

    /// <summary>Ends it for a reason; false when it was ended before.</summary>
    public bool TryCancel(CancellationReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)CancellationReason.None) != (int)CancellationReason.None)
        {
            return false;
        }

        // Who waits for the token runs on threads of its own: what ends a task does not wait for the task.
        _ = Volatile.Read(ref _source)?.CancelAsync();
        return true;
    }
}
