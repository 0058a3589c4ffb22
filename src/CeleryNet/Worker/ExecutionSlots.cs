namespace CeleryNet.Worker;

/// <summary>The places in which tasks run: as many as <see cref="WorkerOptions.Concurrency"/>.</summary>
internal sealed class ExecutionSlots(int count) : IDisposable
{
    private readonly SemaphoreSlim _free = new(count, count);

    public int Running => count - _free.CurrentCount;

    public Task TakeAsync(CancellationToken cancellationToken) => _free.WaitAsync(cancellationToken);

    public void Release() => _free.Release();

    /// <summary>Waits until nothing runs, by taking every place: afterwards nothing can run any more.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        for (var taken = 0; taken < count; taken++)
        {
            await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _free.Dispose();
}
