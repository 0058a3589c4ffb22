namespace CeleryNet.Worker;

/// <summary>The ids of the tasks that succeeded last, up to a number. Safe for concurrent use. celery/worker/state.py successful_requests</summary>
internal sealed class SuccessfulTasks(int capacity)
{
    /// <summary>As many as Celery keeps.</summary>
    public const int DefaultCapacity = 1000;

    private readonly Lock _gate = new();
    private readonly HashSet<TaskId> _ids = [];
    private readonly Queue<TaskId> _order = new();

    public bool Contains(TaskId id)
    {
        lock (_gate)
        {
            return _ids.Contains(id);
        }
    }

    public void Add(TaskId id)
    {
        lock (_gate)
        {
            if (!_ids.Add(id))
            {
                return;
            }

            _order.Enqueue(id);
            if (_order.Count > capacity)
            {
                _ids.Remove(_order.Dequeue());
            }
        }
    }
}
