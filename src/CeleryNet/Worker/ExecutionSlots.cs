namespace CeleryNet.Worker;

/// <summary>
/// The places in which tasks run, and the requests that wait for one in the order in which they came. The number of places may change at any time; places
/// too many go when their tasks end. Safe for concurrent use.
/// </summary>
/// <param name="capacity">How many places there are at first.</param>
/// <param name="start">Starts a request in a place it has now, elsewhere than on the caller's stack; the place is given back by <see cref="NextOrLeave"/>.</param>
internal sealed class ExecutionSlots(int capacity, Action<TaskRequest> start)
{
    private readonly Lock _gate = new();
    private readonly WaitingLine _waiting = new();
    private int _capacity = capacity;
    private int _busy;
    private bool _closed;
    private TaskCompletionSource? _idle;

    /// <summary>How many tasks may run at a time.</summary>
    public int Capacity => Volatile.Read(ref _capacity);

    /// <summary>How many places are taken by tasks.</summary>
    public int Busy => Volatile.Read(ref _busy);

    /// <summary>How many requests have a place or wait for one.</summary>
    public int Load
    {
        get
        {
            lock (_gate)
            {
                return _busy + _waiting.Count;
            }
        }
    }

    /// <summary>How many requests wait for a place.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Starts a request, now or when a place is free; false when nothing is started any more.</summary>
    /// <param name="request">The request.</param>
    /// <param name="lost">Gets those that were lost while they waited and are forgotten.</param>
    public bool TryEnter(TaskRequest request, Action<TaskRequest> lost)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            if (_busy >= _capacity)
            {
                _waiting.SweepLost(lost);
                _waiting.Add(request);
                return true;
            }

            _busy++;
        }

        start(request);
        return true;
    }

    /// <summary>The request that goes on in the place of one that has ended; null when the place is given back.</summary>
    public TaskRequest? NextOrLeave()
    {
        lock (_gate)
        {
            if (_busy <= _capacity && _waiting.TakeFirst() is { } next)
            {
                return next;
            }

            _busy--;
            if (_busy == 0)
            {
                _idle?.TrySetResult();
            }

            return null;
        }
    }

    /// <summary>Changes how many tasks may run at a time; at least 1.</summary>
    public void Resize(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        List<TaskRequest> started = [];
        lock (_gate)
        {
            _capacity = capacity;
            while (_busy < _capacity && _waiting.TakeFirst() is { } next)
            {
                _busy++;
                started.Add(next);
            }
        }

        started.ForEach(start);
    }

    /// <summary>Takes out a request that waits; false when it does not.</summary>
    public bool Remove(TaskRequest request)
    {
        lock (_gate)
        {
            return _waiting.Remove(request);
        }
    }

    /// <summary>Starts nothing any more; what runs goes on.</summary>
    /// <returns>The requests that wait, oldest first.</returns>
    public IReadOnlyList<TaskRequest> Close()
    {
        lock (_gate)
        {
            _closed = true;
            return _waiting.TakeAll();
        }
    }

    /// <summary>Waits until nothing runs.</summary>
    /// <returns>Whether that came before the token fired.</returns>
    public async ValueTask<bool> TryWaitUntilIdleAsync(CancellationToken cancellationToken)
    {
        Task idle;
        lock (_gate)
        {
            if (_busy == 0)
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
}
