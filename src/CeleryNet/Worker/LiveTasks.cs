namespace CeleryNet.Worker;

/// <summary>All requests this worker has in hand, in the order in which they came, with how far each is. Safe for concurrent use. celery/worker/state.py</summary>
internal sealed class LiveTasks
{
    private readonly Lock _gate = new();
    private TaskRequest? _first;
    private TaskRequest? _last;
    private long _number;
    private long _begun;

    public int Count { get; private set; }

    /// <summary>How many have begun to run until now.</summary>
    public long Begun => Volatile.Read(ref _begun);

    public void Add(TaskRequest request, TaskPhase phase)
    {
        lock (_gate)
        {
            request.Phase = phase;
            request.Number = ++_number;
            request.Previous = _last;
            if (_last is null)
            {
                _first = request;
            }
            else
            {
                _last.Next = request;
            }

            _last = request;
            Count++;
        }
    }

    /// <summary>Notes how far a request is now; false when it is not among them any more, and somebody else ends it.</summary>
    public bool TryMove(TaskRequest request, TaskPhase phase)
    {
        lock (_gate)
        {
            if (!IsHere(request))
            {
                return false;
            }

            request.Phase = phase;
            if (phase == TaskPhase.Running)
            {
                _begun++;
            }

            return true;
        }
    }

    /// <summary>Takes out a request that does not run yet, so that it cannot begin to; false when it runs, or is not among them any more.</summary>
    public bool TryTake(TaskRequest request)
    {
        lock (_gate)
        {
            if (!IsHere(request) || request.Phase == TaskPhase.Running)
            {
                return false;
            }

            RemoveUnderLock(request);
            return true;
        }
    }

    public void Remove(TaskRequest request)
    {
        lock (_gate)
        {
            RemoveUnderLock(request);
        }
    }

    /// <summary>Those that fit, oldest first; the call must not come back here.</summary>
    public IReadOnlyList<TaskRequest> Find(Func<TaskRequest, bool> isWanted)
    {
        var found = new List<TaskRequest>();
        lock (_gate)
        {
            for (var request = _first; request is not null; request = request.Next)
            {
                if (isWanted(request))
                {
                    found.Add(request);
                }
            }
        }

        return found;
    }

    /// <summary>Those of a phase, oldest first.</summary>
    public IReadOnlyList<TaskRequest> In(TaskPhase phase) => Find(request => request.Phase == phase);

    /// <summary>Those with an id: more than one when the broker delivered a message twice.</summary>
    public IReadOnlyList<TaskRequest> With(TaskId id) => Find(request => request.Headers.Id == id);

    private bool IsHere(TaskRequest request) => request.Previous is not null || _first == request;

    private void RemoveUnderLock(TaskRequest request)
    {
        if (!IsHere(request))
        {
            return;
        }

        if (request.Previous is { } previous)
        {
            previous.Next = request.Next;
        }
        else
        {
            _first = request.Next;
        }

        if (request.Next is { } next)
        {
            next.Previous = request.Previous;
        }
        else
        {
            _last = request.Previous;
        }

        request.Previous = request.Next = null;
        Count--;
    }
}
