using Polly;

namespace CeleryNet.Resilience;

/// <summary>The pipeline that an operation runs in.</summary>
/// <param name="operation">The operation.</param>
/// <param name="pipeline">Its strategies.</param>
/// <param name="isCustom">Whether the user made it.</param>
internal sealed class OperationPipeline(CeleryOperation operation, ResiliencePipeline pipeline, bool isCustom)
{
    private readonly string _key = $"celery.{operation}";

    /// <summary>Whether the user made it: then it may throw anything, and heed no token.</summary>
    public bool IsCustom => isCustom;

    public ResiliencePipeline Pipeline => pipeline;

    /// <summary>
    /// Runs an operation whose first attempt was made before, since it mostly succeeds and costs less without a pipeline around it: its failure is that of the
    /// pipeline's first attempt. Not for pipelines of the user's, who counts attempts.
    /// </summary>
    /// <param name="attempt">Makes a further attempt.</param>
    /// <param name="first">What the attempt made before has failed of; null when there was none.</param>
    /// <param name="context">Of <see cref="Begin(IRetryWatcher?, CancellationToken)"/>.</param>
    public ValueTask ExecuteAsync(Func<ResilienceContext, ValueTask> attempt, Exception? first, ResilienceContext context)
    {
        return pipeline.ExecuteAsync(first is null ? attempt : NextAsync, context);

        ValueTask NextAsync(ResilienceContext next)
        {
            return Interlocked.Exchange(ref first, null) is { } failure ? ValueTask.FromException(failure) : attempt(next);
        }
    }

    /// <summary>The context of one execution; to be returned after it.</summary>
    public ResilienceContext Begin(IRetryWatcher? watcher, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(_key, cancellationToken);
        if (watcher is not null)
        {
            context.Properties.Set(DefaultStrategies.WatcherKey, watcher);
        }

        return context;
    }

    /// <summary>The context of one execution for a task; to be returned after it.</summary>
    public ResilienceContext Begin(IRetryWatcher? watcher, string? taskName, string? taskId, CancellationToken cancellationToken)
    {
        var context = Begin(watcher, cancellationToken);
        if (isCustom)
        {
            // Nobody else reads them.
            context.Properties.Set(CeleryResilienceKeys.TaskName, taskName ?? "");
            context.Properties.Set(CeleryResilienceKeys.TaskId, taskId ?? "");
        }

        return context;
    }
}
