namespace CeleryNet.Transports;

/// <summary>A deadline for each step of a work of many: it starts anew whenever one is done, so that long works may be long and none hangs.</summary>
internal sealed class StepDeadline : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _either;

    public StepDeadline(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _deadline = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, cancellationToken);
        Token = _either.Token;
    }

    /// <summary>Fires when a step took too long, or the caller gave up.</summary>
    public CancellationToken Token { get; }

    public bool HasPassed => _deadline.IsCancellationRequested;

    /// <summary>A step is done.</summary>
    public void Restart() => _deadline.CancelAfter(_timeout);

    public void Dispose()
    {
        _either.Dispose();
        _deadline.Dispose();
    }
}
