using System.Runtime.CompilerServices;
using System.Text.Json;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Tasks;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>The life of one message, from admission to settlement.</summary>
/// <remarks>
/// What every task waits for is awaited in <see cref="ExecuteAsync"/> itself: each further method that waits keeps an object for each task that does, since
/// the runtime pools hardly more than one of a kind.
/// </remarks>
internal sealed class TaskExecutor(
    RedeliveryGuard guard,
    OutcomeRecorder recorder,
    TaskRetrier retrier,
    ITaskScopeFactory scopes,
    TimedRunner timed,
    SuccessorPublisher successors,
    ErrorCallbacks errbacks,
    JsonSerializerOptions serializerOptions,
    string hostname,
    TimeProvider time,
    ILogger<TaskExecutor> logger,
    WorkerHooks? hooks = null)
{
    private readonly FailedTaskKeeper _keeper = new(time, logger, hooks?.Resilience);
    private readonly TaskMiddlewareChain _middleware = hooks?.Middleware ?? TaskMiddlewareChain.Empty;
    private readonly TaskObservers _observers = hooks?.Observers ?? TaskObservers.None;
    private readonly TaskEvents _events = hooks?.Events ?? TaskEvents.None;
    private readonly RunStateStore _states = new(recorder);

    /// <param name="request">The admitted message.</param>
    /// <param name="lastCall">Fires when even storing and settling must end.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ExecuteAsync(TaskRequest request, CancellationToken lastCall)
    {
        // Where the message is lost it is another worker's by now: it must not run here.
        if (!await guard.MayRunAsync(request, lastCall).ConfigureAwait(false) || IsLost(request))
        {
            return;
        }

        if (!request.AcksLate)
        {
            try
            {
                await request.Delivery.SettleAsync(Settlement.Ack, lastCall).ConfigureAwait(false);
            }
            catch (BrokerUnavailableException error)
            {
                // It may be acknowledged already, or will be when the broker is back: not to run it could lose it. celery/worker/request.py acknowledge
                logger.SettlementFailed(error, request.Delivery.Queue, nameof(SettlementKind.Ack));
            }

            if (IsLost(request))
            {
                return;
            }
        }

        await AnnounceStartedAsync(request, lastCall).ConfigureAwait(false);
        var started = time.GetTimestamp();
        request.Limits = timed.Limits.Of(request);
        var outcome = request.Limits.IsNone
            ? await RunAsync(request, lastCall).ConfigureAwait(false)
            : await RunTimedAsync(request, lastCall).ConfigureAwait(false);
        request.Context?.End();
        if (!request.TryEndRun())
        {
            // It was given up meanwhile, and is stored as lost: whoever has read that must not read something else later.
            return;
        }

        var elapsed = time.GetElapsedTime(started);
        if (outcome is TaskOutcome.Retried retried)
        {
            outcome = await retrier.SendAsync(request, retried, lastCall).ConfigureAwait(false);
        }

        if (request.Successors is not null || outcome is TaskOutcome.Replaced)
        {
            outcome = await successors.SendAsync(request, outcome, lastCall).ConfigureAwait(false);
        }

        bool isRecorded;
        if (outcome is TaskOutcome.Succeeded succeeded && recorder.StoresAtOnce(request))
        {
            try
            {
                await recorder.StoreOnceAsync(request, succeeded, lastCall).ConfigureAwait(false);
                isRecorded = true;
            }
#pragma warning disable CA1031 // Whatever it was, it is only the first attempt's.
            catch (Exception first)
#pragma warning restore CA1031
            {
                (outcome, isRecorded) = await RecordAsync(request, outcome, first, lastCall).ConfigureAwait(false);
            }
        }
        else
        {
            (outcome, isRecorded) = await RecordAsync(request, outcome, null, lastCall).ConfigureAwait(false);
        }

        Settlement? settlement = request.AcksLate ? SettlementRule.For(outcome, request.Terms, isRecorded) : null;
        if (request.Successors is not null && settlement?.Kind != SettlementKind.Requeue && !await successors.ConcludeAsync(request, outcome, lastCall).ConfigureAwait(false))
        {
            // Those after it have not learned of its end yet, and will from the next run.
            settlement = request.AcksLate ? Settlement.Requeue : null;
        }

        if (outcome is TaskOutcome.Succeeded && isRecorded && settlement?.Kind != SettlementKind.Requeue)
        {
            guard.Remember(request);
        }

        // Told after its message went back to its queue, the end of this run could follow the beginning of the next.
        if (settlement is { Kind: SettlementKind.Requeue } back)
        {
            _events.Finished(request, outcome, back.Kind, elapsed);
            await request.Delivery.SettleAsync(back, lastCall).ConfigureAwait(false);
        }
        else
        {
            if (settlement is { } late)
            {
                await request.Delivery.SettleAsync(late, lastCall).ConfigureAwait(false);
            }

            _events.Finished(request, outcome, settlement?.Kind, elapsed);
        }

        AnnounceFinished(request, outcome, elapsed);
        await _observers.FinishedAsync(request, outcome, elapsed, lastCall).ConfigureAwait(false);
    }

    /// <summary>Stores that a run is lost which does not end, and which nobody will be given again: it was acknowledged before.</summary>
    public async ValueTask GiveUpAsync(TaskRequest request, CancellationToken lastCall)
    {
        if (!request.TryEndRun())
        {
            return;
        }

        request.Context?.End();
        if (request.Cancellation.Reason == CancellationReason.Revoked)
        {
            await EndAsync(request, new TaskOutcome.Terminated(), lastCall).ConfigureAwait(false);
            return;
        }

        var lost = new WorkerLostException("The worker was stopped while the task ran and did not heed its cancellation; it had been acknowledged before its run.");
        await EndAsync(request, new TaskOutcome.Failed(lost), lastCall).ConfigureAwait(false);
    }

    private async ValueTask EndAsync(TaskRequest request, TaskOutcome outcome, CancellationToken lastCall)
    {
        await RecordAsync(request, outcome, null, lastCall).ConfigureAwait(false);
        if (request.Successors is not null)
        {
            await successors.ConcludeAsync(request, outcome, lastCall).ConfigureAwait(false);
        }

        _events.Finished(request, outcome, settlement: null, TimeSpan.Zero);
    }

    private ValueTask AnnounceStartedAsync(TaskRequest request, CancellationToken cancellationToken)
    {
        _events.Started(request);
        return request is { TrackStarted: true, IgnoreResult: false } ? recorder.RecordStartedAsync(request, cancellationToken) : ValueTask.CompletedTask;
    }

    private bool IsLost(TaskRequest request)
    {
        if (!request.Delivery.IsLost)
        {
            return false;
        }

        logger.LeaseLost(request.Delivery.Queue);
        return true;
    }

    private ValueTask<TaskOutcome> RunTimedAsync(TaskRequest request, CancellationToken lastCall) => timed.RunAsync(request, each => RunAsync(each, lastCall));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TaskOutcome> RunAsync(TaskRequest request, CancellationToken lastCall)
    {
        var cancellation = request.Cancellation;

        // Once acknowledged, a message is ours whatever happens to its channel.
        using var losing = request is { AcksLate: true, EndsWhenLost: true }
            ? request.Delivery.Lost.UnsafeRegister(static task => ((TaskCancellation)task!).TryCancel(CancellationReason.LeaseLost), cancellation)
            : default;
        TaskInvocation? invocation = null;
        try
        {
            request.Context = CreateContext(request);
            TaskContext.Current = request.Context;

            // Ended while it was announced: it need not even begin.
            cancellation.ThrowIfRequested();
            invocation = request.Definition.IsErrorCallback
                ? await errbacks.OpenAsync(request, request.Context, lastCall).ConfigureAwait(false)
                : new TaskInvocation(request.Definition, request.Message.Body, serializerOptions, request.Context, scopes);
            await _observers.StartingAsync(request.Context, lastCall).ConfigureAwait(false);
            return new TaskOutcome.Succeeded(_middleware.IsEmpty
                ? await request.Definition.Invoke(invocation).ConfigureAwait(false)
                : await _middleware.InvokeAsync(invocation, invocation.Services).ConfigureAwait(false));
        }
        catch (Exception error) when (cancellation.Reason == CancellationReason.SoftTimeLimit && IsCancellation(error))
        {
            return RetryRule.For(request, new SoftTimeLimitExceededException(request.Limits.Soft, error), Random.Shared);
        }
        // However it ends after it was revoked, short of success, it was the revoke that ended it. celery/worker/request.py Request.on_failure
#pragma warning disable CA1031 // A task may throw anything.
        catch (Exception) when (cancellation.Reason == CancellationReason.Revoked)
#pragma warning restore CA1031
        {
            return new TaskOutcome.Terminated();
        }
        catch (Exception error) when (cancellation.IsRequested && IsCancellation(error))
        {
            return End(request);
        }
#pragma warning disable CA1031 // A task may throw anything; every failure becomes an outcome.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return RetryRule.For(request, Describable(error), Random.Shared);
        }
        finally
        {
            // The context's flow of control ends with this method.
            if (invocation?.Scope is { } scope)
            {
                await DisposeAsync(request, scope).ConfigureAwait(false);
            }
        }
    }

    // An exception may throw itself when it is looked at. It is for the log, the result and the dead letter, each of which would fail of it.
    private static Exception Describable(Exception error)
    {
        try
        {
            _ = error.ToString();
            return error;
        }
#pragma warning disable CA1031 // It is the task's own exception's: it may be anything.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            return new CelerySerializationException($"The task threw a {error.GetType()}, which cannot be described since that throws a {cause.GetType()}.");
        }
    }

    // A task that waits for another by .Result or .Wait() throws its exception in a wrapping.
    private static bool IsCancellation(Exception error)
        => error is OperationCanceledException || (error is AggregateException { InnerExceptions: [var only] } && IsCancellation(only));

    /// <summary>What a run comes to that the worker has ended.</summary>
    internal static TaskOutcome End(TaskRequest request)
    {
        var reason = request.Cancellation.Reason;
        if (reason == CancellationReason.Revoked)
        {
            return new TaskOutcome.Terminated();
        }

        if (!request.AcksLate)
        {
            return new TaskOutcome.Failed(new WorkerLostException("The worker was stopped before the task had finished; it had been acknowledged before its run."));
        }

        // A message that was lost is another worker's, whatever becomes of this run.
        return request.RejectOnWorkerLost || reason != CancellationReason.Shutdown
            ? new TaskOutcome.Abandoned(reason)
            : new TaskOutcome.Failed(new WorkerLostException("The worker was stopped before the task had finished, and RejectOnWorkerLost is false: it is not run again."));
    }

    // A value that cannot be written is the task's failure, as in Celery: the sender learns why.
    private async ValueTask<(TaskOutcome Outcome, bool IsRecorded)> RecordAsync(
        TaskRequest request, TaskOutcome outcome, Exception? first, CancellationToken lastCall)
    {
        try
        {
            // A backend that is away must not hold up what only this worker has.
            await _keeper.KeepAsync(request, outcome, lastCall).ConfigureAwait(false);
            return (outcome, await recorder.RecordAsync(request, outcome, first, lastCall).ConfigureAwait(false));
        }
        catch (CelerySerializationException error)
        {
            var failure = new TaskOutcome.Failed(error);
            if (outcome is not TaskOutcome.Failed)
            {
                await _keeper.KeepAsync(request, failure, lastCall).ConfigureAwait(false);
            }

            return (failure, await recorder.RecordAsync(request, failure, null, lastCall).ConfigureAwait(false));
        }
    }

    private void AnnounceFinished(TaskRequest request, TaskOutcome outcome, TimeSpan elapsed)
    {
        var (name, id) = (request.Headers.DisplayName, request.Headers.Id.Value);
        switch (outcome)
        {
            case TaskOutcome.Succeeded:
                logger.TaskSucceeded(name, id, elapsed.TotalMilliseconds);
                break;
            case TaskOutcome.Failed { Error: TaskRejectException { Requeue: true } rejection }:
                logger.RejectionWithoutEffect(name, id, rejection.Reason);
                break;
            case TaskOutcome.Failed { Error: TaskRejectException rejection }:
                logger.TaskRejected(name, id, rejection.Requeue, rejection.Reason);
                break;
            case TaskOutcome.Rejected rejected:
                logger.TaskRejected(name, id, rejected.Rejection.Requeue, rejected.Rejection.Reason);
                break;
            case TaskOutcome.Ignored:
                logger.TaskIgnored(name, id);
                break;
            case TaskOutcome.TimedOut:
                logger.TimeLimitExceeded(name, id, request.Limits.Hard.GetValueOrDefault().TotalSeconds);
                break;
            case TaskOutcome.Failed failed:
                logger.TaskFailed(failed.Error, name, id);
                break;
            case TaskOutcome.Retried retried:
                logger.TaskRetried(name, id, retried.Retry.Message);
                break;
            case TaskOutcome.RetryUnsent unsent:
                logger.RetryNotSent(unsent.Error, name, id);
                break;
            case TaskOutcome.Replaced replaced:
                logger.TaskReplaced(name, id, replaced.Replacement.TaskName);
                break;
            case TaskOutcome.SuccessorsUnsent unsent:
                logger.SuccessorsUnsent(unsent.Error, name, id);
                break;
            case TaskOutcome.Terminated:
                logger.TaskTerminated(name, id);
                break;
            case TaskOutcome.Abandoned abandoned:
                logger.TaskAbandoned(name, id, abandoned.Reason);
                break;
        }
    }

    private TaskContext CreateContext(TaskRequest request)
    {
        var headers = request.Headers;
        return new TaskContext(headers.Id, headers.TaskName, request.Cancellation)
        {
            RootId = headers.RootId ?? headers.Id,
            Hostname = hostname,
            Facts = request,
            EventSender = _events.Sender,
            ChordExtender = request.Successors?.Chord is null ? null : CreateExtender(request, request.Successors.Chord),
            StateStore = request.IgnoreResult ? null : _states,
        };
    }

    private Func<Signature, CancellationToken, Task<AsyncResult>> CreateExtender(TaskRequest request, Signature body)
        => (signature, cancellationToken) => successors.ExtendChordAsync(request, body, signature, cancellationToken);

    private async ValueTask DisposeAsync(TaskRequest request, ITaskScope scope)
    {
        try
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The task has ended; what its services do on disposal cannot change how.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.ScopeDisposalFailed(error, request.Headers.DisplayName, request.Headers.Id.Value);
        }
    }
}
