namespace CeleryNet.Client;

/// <summary>The calls of one bulk that are on their way, in order: no more of them than its size. Not safe for concurrent use.</summary>
/// <typeparam name="TSignature">The calls.</typeparam>
/// <typeparam name="TOutcome">What becomes of them.</typeparam>
internal sealed class SendWindow<TSignature, TOutcome> : IAsyncDisposable
    where TOutcome : SendOutcome
{
    /// <summary>How long what is on its way when the sender cancels may take to come to a known end.</summary>
    public static readonly TimeSpan GraceAfterCancel = TimeSpan.FromSeconds(1);

    private readonly int _size;
    private readonly Func<TSignature, CancellationToken, Task<TOutcome>> _sendAsync;
    private readonly TaskContext? _parent;
    private readonly Queue<Task<TOutcome>> _sending = new();
    private readonly CancellationTokenSource? _giveUp;
    private readonly CancellationTokenRegistration _cancelled;

    /// <param name="size">How many may be on their way.</param>
    /// <param name="sendAsync">Sends a call; it never fails.</param>
    /// <param name="time">The clock.</param>
    /// <param name="parent">The task that gets what was sent as its children; null for none.</param>
    /// <param name="cancellationToken">The sender's.</param>
    public SendWindow(
        int size, Func<TSignature, CancellationToken, Task<TOutcome>> sendAsync, TimeProvider time, TaskContext? parent, CancellationToken cancellationToken)
    {
        _parent = parent;
        _size = size;
        _sendAsync = sendAsync;
        if (cancellationToken.CanBeCanceled)
        {
            _giveUp = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            _cancelled = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelAfter(GraceAfterCancel), _giveUp);
        }
    }

    public bool IsFull => _sending.Count >= _size;

    public bool IsEmpty => _sending.Count == 0;

    /// <summary>The call that was begun first, of those that were not taken.</summary>
    public Task<TOutcome> Oldest => _sending.Peek();

    /// <summary>Begins to send a call.</summary>
    public void Begin(TSignature signature) => _sending.Enqueue(_sendAsync(signature, _giveUp?.Token ?? CancellationToken.None));

    /// <summary>Waits for the oldest call and takes it out.</summary>
    public async ValueTask<TOutcome> TakeAsync()
    {
        var outcome = await _sending.Peek().ConfigureAwait(false);
        _ = _sending.Dequeue();
        if (outcome.IsSent)
        {
            _parent?.AddChild(outcome.Id);
        }

        return outcome;
    }

    /// <summary>Waits for what nobody has taken.</summary>
    public async ValueTask DisposeAsync()
    {
        while (!IsEmpty)
        {
            await TakeAsync().ConfigureAwait(false);
        }

        await _cancelled.DisposeAsync().ConfigureAwait(false);
        _giveUp?.Dispose();
    }
}
