namespace CeleryNet.Worker;

/// <summary>The shutdown of one worker, which only ever goes forward, whoever asks for it. Safe for concurrent use.</summary>
/// <param name="grace">How long running tasks may go on in a warm shutdown; infinite for as long as they take.</param>
internal sealed class WorkerShutdown(TimeSpan grace) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _warm = new();
    private readonly CancellationTokenSource _soft = new();
    private readonly CancellationTokenSource _cold = new();
    private ShutdownStage _stage;

    public TimeSpan Grace => grace;

    /// <summary>How far it is.</summary>
    public ShutdownStage Stage
    {
        get
        {
            lock (_gate)
            {
                return _stage;
            }
        }
    }

    /// <summary>Whether running tasks had to be cancelled.</summary>
    public bool HasCancelled { get; set; }

    /// <summary>Fires when no more messages shall be taken.</summary>
    public CancellationToken Warm => _warm.Token;

    /// <summary>Fires when the grace of running tasks is cut short.</summary>
    public CancellationToken Soft => _soft.Token;

    /// <summary>Fires when running tasks shall be cancelled at once.</summary>
    public CancellationToken Cold => _cold.Token;

    /// <summary>Goes on to a stage; nothing when it is there or further.</summary>
    public void Advance(ShutdownStage stage)
    {
        lock (_gate)
        {
            if (stage <= _stage)
            {
                return;
            }

            _stage = stage;
        }

        // What waits for them goes on elsewhere: who asks for a stage does not wait for it.
        CancellationTokenSource[] sources = [_warm, _soft, _cold];
        foreach (var source in sources[..(int)stage])
        {
            _ = source.CancelAsync();
        }
    }

    public void Dispose()
    {
        _warm.Dispose();
        _soft.Dispose();
        _cold.Dispose();
    }
}
