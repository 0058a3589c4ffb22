namespace CeleryNet;

/// <summary>A result by its place in a workflow: that of one task, or of a group with those of its members. It is put together while the workflow is.</summary>
/// <param name="id">The id of the task or the group.</param>
/// <param name="members">The members of the group; null for a task.</param>
internal sealed class WorkflowResult(string id, IReadOnlyList<WorkflowResult>? members = null)
{
    public string Id { get; } = id;

    /// <summary>The members of the group; null for a task.</summary>
    public IReadOnlyList<WorkflowResult>? Members { get; } = members;

    public bool IsGroup => Members is not null;

    /// <summary>The result of what comes before in the workflow; null for the first.</summary>
    public WorkflowResult? Parent { get; set; }

    /// <summary>The first before it: the one that has no parent.</summary>
    public WorkflowResult Root
    {
        get
        {
            var node = this;
            while (node.Parent is { } parent)
            {
                node = parent;
            }

            return node;
        }
    }
}
