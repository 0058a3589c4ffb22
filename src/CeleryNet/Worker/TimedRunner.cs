using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Runs the code of tasks that have time limits. Code that goes on after its hard limit is left behind: its slot is free, and what it comes to is dropped.
/// celery/worker/request.py Request.on_timeout
/// </summary>
internal sealed class TimedRunner(TaskLimits limits, StuckTasks stuck, TimeProvider time, ILogger<TimedRunner> logger)
{
    /// <summary>How long runs may take.</summary>
    public TaskLimits Limits => limits;

    /// <param name="request">What is run, with its limits.</param>
    /// <param name="code">Runs it. Never throws.</param>
    public async ValueTask<TaskOutcome> RunAsync(TaskRequest request, Func<TaskRequest, ValueTask<TaskOutcome>> code)
    {
        using var watch = new TimeLimitWatch(request, time, logger);
        if (request.Limits.Hard is not { } limit)
        {
            return await code(request).ConfigureAwait(false);
        }

        // Code that blocks its thread must not hold the slot's. It may be late to get one, too late to begin.
        var run = Task.Run(() => IsLate(request) ? Task.FromResult<TaskOutcome>(new TaskOutcome.TimedOut(new(limit))) : code(request).AsTask());
        await Task.WhenAny(run, watch.Over).ConfigureAwait(false);
        watch.Dispose();
        if (!run.IsCompleted)
        {
            stuck.Add(request, run);
        }

        if (IsLate(request))
        {
            return new TaskOutcome.TimedOut(new(limit));
        }

        // Ended before for another reason that it did not heed, it is what it would be if it had.
        return run.IsCompleted ? await run.ConfigureAwait(false) : TaskExecutor.End(request);
    }

    private static bool IsLate(TaskRequest request) => request.Cancellation.Reason == CancellationReason.TimeLimit;
}
