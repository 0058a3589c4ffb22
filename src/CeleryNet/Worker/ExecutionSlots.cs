namespace CeleryNet.Worker;

/// <summary>The places in which tasks run: as many as <see cref="WorkerOptions.Concurrency"/>.</summary>
internal sealed class ExecutionSlots(int count) : IDisposable
{
    private readonly SemaphoreSlim _free = new(count, count);
    private int _closed;

    /// <summary>How many places are taken by tasks.</summary>
    public int Running => count - _free.CurrentCount - _closed;

    public Task TakeAsync(CancellationToken cancellationToken) => _free.WaitAsync(cancellationToken);

    public void Release() => _free.Release();

    /// <summary>Waits until nothing runs by closing place after place: afterwards nothing can run any more. Goes on where an earlier call was ended.</summary>
    /// <returns>Whether every place is closed.</returns>
    public async ValueTask<bool> TryCloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_closed < count)
            {
                await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
                _closed++;
            }

            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => _free.Dispose();
}
