using Polly;

namespace CeleryNet;

/// <summary>
/// What strategies can read of the operation that runs, from <see cref="ResilienceContext.Properties"/>. They are there in pipelines that
/// <see cref="CeleryBuilder.ConfigureResilience(CeleryOperation, Action{ResiliencePipelineBuilder})"/> made. <see cref="ResilienceContext.OperationKey"/> is
/// <c>celery.</c> and the operation's name, such as <c>celery.Publish</c>.
/// </summary>
public static class CeleryResilienceKeys
{
    /// <summary>The name of the task, for <see cref="CeleryOperation.Publish"/>, <see cref="CeleryOperation.StoreResult"/> and <see cref="CeleryOperation.KeepMessage"/>.</summary>
    public static ResiliencePropertyKey<string> TaskName { get; } = new("celerynet.task-name");

    /// <summary>The id of the task, for the same operations.</summary>
    public static ResiliencePropertyKey<string> TaskId { get; } = new("celerynet.task-id");

    /// <summary>The URLs that are connected to, without passwords, for <see cref="CeleryOperation.Connect"/>.</summary>
    public static ResiliencePropertyKey<string> Urls { get; } = new("celerynet.urls");
}
