namespace CeleryNet.Results;

/// <summary>
/// Puts a workflow together from what a handle knows, the steps before it, and what is stored of each task, the tasks it has sent. celery/result.py
/// AsyncResult.build_graph
/// </summary>
internal sealed class WorkflowTree
{
    private readonly ResultAccess _access;
    private readonly Dictionary<TaskId, WorkflowNode> _nodes = [];
    private readonly HashSet<TaskId> _placed = [];
    private readonly List<(TaskId From, TaskId To, bool IsMember)> _edges = [];
    private readonly Queue<AsyncResult> _new = new();

    private WorkflowTree(ResultAccess access) => _access = access;

    /// <summary>The first step of the workflow that a result is part of, with all that is known to follow.</summary>
    /// <exception cref="ResultBackendException">The backend could not be asked, or what it has cannot be read.</exception>
    public static async Task<WorkflowNode> ReadAsync(AsyncResult result, ResultAccess access, CancellationToken cancellationToken)
    {
        var tree = new WorkflowTree(access);
        tree.Add(result);
        var first = Climb(result, null);
        while (tree._new.Count > 0)
        {
            await tree.ReadLevelAsync(cancellationToken).ConfigureAwait(false);
        }

        tree.Place(first.Id);
        return tree.Sum(first.Id);
    }

    // Up to the first step, or to the one after what a group comes after.
    private static AsyncResult Climb(AsyncResult from, AsyncResult? end)
    {
        var step = from;
        while (step.Parent is { } parent && parent.Id != end?.Id)
        {
            step = parent;
        }

        return step;
    }

    private void Add(AsyncResult result)
    {
        var waiting = new Stack<AsyncResult>([result]);
        while (waiting.TryPop(out var next))
        {
            if (!_nodes.TryAdd(next.Id, new WorkflowNode(next)))
            {
                continue;
            }

            _new.Enqueue(next);
            if (next.Parent is { } parent)
            {
                _edges.Add((parent.Id, next.Id, false));
                waiting.Push(parent);
            }

            foreach (var member in next.Members ?? [])
            {
                _edges.Add((next.Id, Climb(member, next.Parent).Id, true));
                waiting.Push(member);
            }
        }
    }

    private async Task ReadLevelAsync(CancellationToken cancellationToken)
    {
        AsyncResult[] level = [.. _new.Where(static each => each.Members is null)];
        _new.Clear();
        var place = 0;
        await foreach (var meta in _access.Backend.GetManyAsync([.. level.Select(static each => each.Id)], cancellationToken).ConfigureAwait(false))
        {
            var task = level[place++];
            if (meta is null)
            {
                continue;
            }

            _nodes[task.Id].State = meta.State;
            foreach (var child in new ResultSnapshot(meta, _access).ReadChildren())
            {
                Add(child);
                _edges.Add((task.Id, Climb(child, task).Id, false));
            }
        }
    }

    // What a group is followed by stands after the group, though it was the last of its tasks that sent it; and what is in a group stands in it alone, though it
    // comes after what the group comes after.
    private void Place(TaskId first)
    {
        var members = _edges.Where(static edge => edge.IsMember).Select(static edge => edge.To).ToHashSet();
        var following = _edges.Where(edge => edge.IsMember || !members.Contains(edge.To)).ToLookup(static edge => edge.From);
        var waiting = new Queue<TaskId>([first]);
        _placed.Add(first);
        while (waiting.TryDequeue(out var id))
        {
            foreach (var edge in following[id])
            {
                if (!_placed.Add(edge.To))
                {
                    continue;
                }

                if (edge.IsMember)
                {
                    _nodes[id].AddMember(_nodes[edge.To]);
                }
                else
                {
                    _nodes[id].AddNext(_nodes[edge.To]);
                }

                waiting.Enqueue(edge.To);
            }
        }
    }

    private WorkflowNode Sum(TaskId first)
    {
        foreach (var group in _nodes.Values.Where(static node => node.Result.Members is not null))
        {
            var states = ResultTree.Tasks(group.Result).ConvertAll(task => _nodes[task.Id].State);
            group.State = states.Exists(static state => state.IsFailed) ? TaskState.Failure
                : states.TrueForAll(static state => state == TaskState.Success) ? TaskState.Success
                : TaskState.Pending;
        }

        return _nodes[first];
    }
}
