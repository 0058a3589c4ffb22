namespace CeleryNet.Protocol;

/// <summary>The results of a workflow in the form that documents have for them.</summary>
internal static class WorkflowResults
{
    public static ResultNode ToNode(WorkflowResult result)
    {
        var steps = new Stack<WorkflowResult>();
        for (var step = result; step is not null; step = step.Parent)
        {
            steps.Push(step);
        }

        ResultNode? node = null;
        foreach (var step in steps)
        {
            node = new ResultNode(step.Id, node, step.Members is { } members ? [.. members.Select(ToNode)] : null);
        }

        return node!; // There is one step at least.
    }
}
