namespace CeleryNet.Transports.Redis;

/// <summary>The names of the queues whose lists one loop takes from, while they come and go. Safe for concurrent use.</summary>
internal sealed class ConsumedQueues(IEnumerable<string> names) : IDisposable
{
    private readonly Lock _gate = new();

    // Held while messages are being taken: who has removed a queue waits for it once, and knows that no more is taken from there.
    private readonly SemaphoreSlim _taking = new(1, 1);
    private CancellationTokenSource _changed = new();
    private IReadOnlyList<string> _names = [.. names];

    /// <summary>The names now, and what fires when they are others.</summary>
    public (IReadOnlyList<string> Names, CancellationToken Changed) Current
    {
        get
        {
            lock (_gate)
            {
                return (_names, _changed.Token);
            }
        }
    }

    public bool Contains(string name) => Current.Names.Contains(name);

    public void Add(string name) => Change(names => [.. names, name]);

    /// <summary>Removes a queue and returns when nothing more is taken from it.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        Change(names => [.. names.Where(known => known != name)]);
        await _taking.WaitAsync(cancellationToken).ConfigureAwait(false);
        _taking.Release();
    }

    /// <summary>Begins to take from the queues of the moment: whoever removes one waits until <see cref="Exit"/>.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _taking.WaitAsync(cancellationToken);

    public void Exit() => _taking.Release();

    public void Dispose()
    {
        _taking.Dispose();
        _changed.Dispose();
    }

    private void Change(Func<IReadOnlyList<string>, IReadOnlyList<string>> change)
    {
        CancellationTokenSource before;
        lock (_gate)
        {
            _names = change(_names);
            (before, _changed) = (_changed, new CancellationTokenSource());
        }

        // Not disposed: a loop may be about to look at its token. Without a timer it holds nothing.
        before.Cancel();
    }
}
