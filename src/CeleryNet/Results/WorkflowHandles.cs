using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>Handles to the results of a workflow that was sent.</summary>
internal static class WorkflowHandles
{
    public static AsyncResult<T> ToTask<T>(this WorkflowResult result, ResultAccess access) => ResultTree.ToTask<T>(WorkflowResults.ToNode(result), access);

    // A group of one at the end of a chain is that one, as Celery has it; who asked for a group gets one.
    public static GroupResult<T> ToGroup<T>(this WorkflowResult result, ResultAccess access) => ResultTree.ToGroup<T>(
        WorkflowResults.ToNode(result.IsGroup ? result : new WorkflowResult(TaskId.New().Value, [result]) { Parent = result.Parent }), access);

    public static AsyncResult ToHandle(this WorkflowResult result, ResultAccess access) => ResultTree.ToHandle(WorkflowResults.ToNode(result), access);
}
