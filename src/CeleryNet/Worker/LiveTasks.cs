using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>All requests this worker has in hand, in the order in which they came, with how far each is. Safe for concurrent use. celery/worker/state.py</summary>
internal sealed class LiveTasks
{
    private readonly Lock _gate = new();
    private readonly LinkedItems<TaskRequest, Links> _requests = new();
    private long _number;
    private long _begun;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _requests.Count;
            }
        }
    }

    /// <summary>How many have begun to run until now.</summary>
    public long Begun => Volatile.Read(ref _begun);

    public void Add(TaskRequest request, TaskPhase phase)
    {
        lock (_gate)
        {
            request.Phase = phase;
            request.Number = ++_number;
            _requests.Add(request);
        }
    }

    /// <summary>Notes how far a request is now; false when it is not among them any more, and somebody else ends it.</summary>
    public bool TryMove(TaskRequest request, TaskPhase phase)
    {
        lock (_gate)
        {
            if (!_requests.Contains(request))
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
            if (!_requests.Contains(request) || request.Phase == TaskPhase.Running)
            {
                return false;
            }

            _requests.Remove(request);
            return true;
        }
    }

    public void Remove(TaskRequest request)
    {
        lock (_gate)
        {
            if (_requests.Contains(request))
            {
                _requests.Remove(request);
            }
        }
    }

    /// <summary>Those that fit, oldest first; the call must not come back here.</summary>
    public IReadOnlyList<TaskRequest> Find(Func<TaskRequest, bool> isWanted)
    {
        var found = new List<TaskRequest>();
        lock (_gate)
        {
            for (var request = _requests.First; request is not null; request = LinkedItems<TaskRequest, Links>.After(request))
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

    private readonly struct Links : ILinks<TaskRequest>
    {
        public static ref ItemLinks<TaskRequest> Of(TaskRequest item) => ref item.LiveLinks;
    }
}
