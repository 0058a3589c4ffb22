namespace CeleryNet.Worker;

/// <summary>All requests this worker has in hand, in the order in which they came, with how far each is. Safe for concurrent use. celery/worker/state.py</summary>
internal sealed class LiveTasks
{
    private readonly Lock _gate = new();
    private TaskRequest? _first;
    private TaskRequest? _last;
    private long _number;

    public int Count { get; private set; }

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

    public void Move(TaskRequest request, TaskPhase phase)
    {
        lock (_gate)
        {
            request.Phase = phase;
        }
    }

    public void Remove(TaskRequest request)
    {
        lock (_gate)
        {
            if (request.Previous is { } previous)
            {
                previous.Next = request.Next;
            }
            else if (_first == request)
            {
                _first = request.Next;
            }
            else
            {
                return;
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
}
