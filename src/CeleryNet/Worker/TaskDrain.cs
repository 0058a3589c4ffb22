using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>Sees the running tasks of a stopping worker to their end: by themselves if time allows, cancelled if not.</summary>
internal sealed class TaskDrain(TaskFlow flow, WorkerOptions options, string hostname, TimeProvider time, ILogger logger)
{
    /// <summary>What a cancelled task gets to wind up, and what stopping the consumer may take.</summary>
    public static readonly TimeSpan WindUp = TimeSpan.FromSeconds(3);

    /// <summary>Returns when nothing runs any more, or what still does cannot be ended.</summary>
    public async Task EndAsync(WorkerShutdown shutdown)
    {
        if (await TryFinishAsync(shutdown).ConfigureAwait(false))
        {
            return;
        }

        shutdown.HasCancelled = true;
        logger.WorkerHurries(hostname, flow.Slots.Busy);
        flow.Cancel(CancellationReason.Shutdown);
        if (!await WaitUntilIdleAsync(WindUp, CancellationToken.None).ConfigureAwait(false))
        {
            await flow.GiveUpAsync(WindUp).ConfigureAwait(false);
        }

        await flow.LastCallAsync().ConfigureAwait(false);
        await WaitUntilIdleAsync(WindUp, CancellationToken.None).ConfigureAwait(false);
        if (flow.Slots.Busy > 0)
        {
            logger.WorkerLeftBehind(hostname, flow.Slots.Busy);
        }
    }

    private async Task<bool> TryFinishAsync(WorkerShutdown shutdown)
    {
        var isIdle = await WaitUntilIdleAsync(shutdown.Grace, shutdown.Soft).ConfigureAwait(false);
        if (shutdown.Stage == ShutdownStage.Soft)
        {
            isIdle = await WaitSoftlyAsync(isIdle, shutdown.Cold).ConfigureAwait(false);
        }

        return isIdle;
    }

    // celery/worker/worker.py wait_for_soft_shutdown
    private async Task<bool> WaitSoftlyAsync(bool isIdle, CancellationToken cold)
    {
        if (isIdle && !options.EnableSoftShutdownOnIdle)
        {
            return true;
        }

        logger.SoftShutdown(hostname, flow.Slots.Busy, options.SoftShutdownTimeout);
        using var deadline = new CancellationTokenSource(options.SoftShutdownTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cold);
        isIdle = await flow.TryWaitUntilIdleAsync(either.Token).ConfigureAwait(false);
        if (options.EnableSoftShutdownOnIdle)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, either.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return isIdle;
    }

    private async Task<bool> WaitUntilIdleAsync(TimeSpan limit, CancellationToken hurry)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, hurry);
        return await flow.TryWaitUntilIdleAsync(either.Token).ConfigureAwait(false);
    }
}
