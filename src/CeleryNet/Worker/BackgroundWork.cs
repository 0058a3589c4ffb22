namespace CeleryNet.Worker;

/// <summary>What goes on besides the tasks, so that its end can be waited for. Safe for concurrent use.</summary>
internal sealed class BackgroundWork
{
    private readonly Lock _gate = new();
    private int _running;
    private TaskCompletionSource? _idle;

    /// <summary>Starts work on a thread of the pool. It must not throw.</summary>
    public void Add(Func<ValueTask> work)
    {
        lock (_gate)
        {
            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static item => _ = item.Owner.RunAsync(item.Work), (Owner: this, Work: work), preferLocal: false);
    }

    /// <summary>Waits until nothing is under way.</summary>
    /// <returns>Whether that came before the token fired.</returns>
    public async ValueTask<bool> TryWaitUntilIdleAsync(CancellationToken cancellationToken)
    {
        Task idle;
        lock (_gate)
        {
            if (_running == 0)
            {
                return true;
            }

            _idle = _idle is { Task.IsCompleted: false } pending ? pending : new(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        try
        {
            await idle.WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task RunAsync(Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _running--;
                if (_running == 0)
                {
                    _idle?.TrySetResult();
                }
            }
        }
    }
}
