namespace CeleryNet.Results;

/// <summary>The states of a group's members at one moment, and what they come to. celery/result.py ResultSet</summary>
internal sealed class GroupStates
{
    private GroupStates(IReadOnlyList<TaskState> states, bool isFailed)
    {
        Members = states;
        IsFailed = isFailed;
    }

    /// <summary>The state of each member.</summary>
    public IReadOnlyList<TaskState> Members { get; }

    /// <summary>Whether any task in it has failed, even while others still run.</summary>
    public bool IsFailed { get; }

    /// <summary>SUCCESS when all have succeeded; when all have ended, the first that has not; PENDING when nothing is stored of any; else STARTED.</summary>
    public TaskState State
    {
        get
        {
            if (Members.All(static state => state.IsReady))
            {
                return Members.Where(static state => state.IsFailed).Append(TaskState.Success).First();
            }

            return Members.All(static state => state == TaskState.Pending) ? TaskState.Pending : TaskState.Started;
        }
    }

    /// <summary>Asks the backend for the states of all tasks in a group.</summary>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    public static async Task<GroupStates> ReadAsync(AsyncResult group, CancellationToken cancellationToken)
    {
        TaskId[] ids = [.. ResultTree.Tasks(group).Select(static task => task.Id)];
        var states = new Queue<TaskState>(ids.Length);
        await foreach (var meta in group.Access.Backend.GetManyAsync(ids, cancellationToken).ConfigureAwait(false))
        {
            states.Enqueue(meta?.State ?? TaskState.Pending);
        }

        return Of(group.Members ?? [], states);
    }

    private static GroupStates Of(IReadOnlyList<AsyncResult> members, Queue<TaskState> states)
    {
        var own = new TaskState[members.Count];
        var isFailed = false;
        for (var i = 0; i < own.Length; i++)
        {
            if (members[i].Members is { } inner)
            {
                var nested = Of(inner, states);
                own[i] = nested.State;
                isFailed |= nested.IsFailed;
            }
            else
            {
                own[i] = states.Dequeue();
                isFailed |= own[i].IsFailed;
            }
        }

        return new(own, isFailed);
    }
}
