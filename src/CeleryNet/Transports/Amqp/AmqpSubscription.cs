namespace CeleryNet.Transports.Amqp;

/// <summary>One consumer tag: what the broker knows as a consumer of a queue. Its deliveries stay settleable after it was cancelled.</summary>
/// <param name="tag">The tag.</param>
/// <param name="queue">The name of the queue.</param>
/// <param name="window">How many deliveries the broker lets it have unsettled; 0 where the channel has a bound for all its consumers.</param>
/// <param name="onRetiredSettled">Called when a delivery of it is settled after its retirement: there is room for others.</param>
internal sealed class AmqpSubscription(string tag, string queue, int window, Action onRetiredSettled)
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unsettled;
    private volatile bool _isRetired;

    public string Tag => tag;

    public string Queue => queue;

    public int Window => window;

    /// <summary>Whether it brings nothing more; set when it is being cancelled.</summary>
    public bool IsRetired => _isRetired;

    /// <summary>How many of its deliveries are not settled.</summary>
    public int Unsettled => Volatile.Read(ref _unsettled);

    /// <summary>Completes when it was cancelled and all that the broker had sent before has come in.</summary>
    public Task Cancelled => _cancelled.Task;

    public void Retire() => _isRetired = true;

    public void OnCancelled() => _cancelled.TrySetResult();

    public void OnDelivered() => Interlocked.Increment(ref _unsettled);

    public void OnSettled()
    {
        Interlocked.Decrement(ref _unsettled);
        if (_isRetired)
        {
            onRetiredSettled();
        }
    }
}
