namespace CeleryNet;

/// <summary>A task or a group of a workflow at one moment, what is in it, and what comes after it.</summary>
public sealed class WorkflowNode
{
    private readonly List<WorkflowNode> _members = [];
    private readonly List<WorkflowNode> _next = [];

    internal WorkflowNode(AsyncResult result) => Result = result;

    /// <summary>The handle to it.</summary>
    public AsyncResult Result { get; }

    /// <summary>
    /// The task's state; PENDING when nothing is stored of it. Of a group FAILURE once a task in it has failed or was revoked, SUCCESS once all have succeeded, and else
    /// PENDING.
    /// </summary>
    public TaskState State { get; internal set; } = TaskState.Pending;

    /// <summary>Of a group its members, in order, each from its first step on; empty for a task.</summary>
    public IReadOnlyList<WorkflowNode> Members => _members;

    /// <summary>What comes after it: the next step of a chain, the body of a chord, callbacks, and whatever else a task has sent. Each task stands in one place.</summary>
    public IReadOnlyList<WorkflowNode> Next => _next;

    /// <summary>This one and all that is in it or comes after it, each before what follows it.</summary>
    public IEnumerable<WorkflowNode> All()
    {
        var waiting = new Stack<WorkflowNode>([this]);
        while (waiting.TryPop(out var node))
        {
            yield return node;
            foreach (var following in node._members.Concat(node._next).Reverse())
            {
                waiting.Push(following);
            }
        }
    }

    internal void AddMember(WorkflowNode node) => _members.Add(node);

    internal void AddNext(WorkflowNode node) => _next.Add(node);
}
