using CeleryNet.Client;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Results;
using CeleryNet.Workflows;
using Microsoft.Extensions.Logging;
using Polly;

namespace CeleryNet.Worker;

/// <summary>
/// Sends what comes after a task, in two steps. Before its result is stored: callbacks, the next step of its chain, or its replacement, so that they are among its
/// children, and so that a message whose success is stored need not be run again for their sake. After that: its part of a chord, and what its failure has to reach. Only
/// then is its message settled. celery/app/trace.py trace_task, celery/backends/base.py mark_as_done, mark_as_failure, mark_as_revoked
/// </summary>
internal sealed class SuccessorPublisher : IRetryWatcher
{
    private readonly CanvasSender _sender;
    private readonly ChordReporter _chords;
    private readonly ErrorCallbacks _errbacks;
    private readonly ResultMetaFactory _metas;
    private readonly ResultAccess _results;
    private readonly SignatureFreezer _freezer;
    private readonly OperationPipeline _untilDone;
    private readonly ILogger _logger;

    public SuccessorPublisher(
        CanvasSender sender,
        ChordReporter chords,
        ErrorCallbacks errbacks,
        ResultMetaFactory metas,
        ResultAccess results,
        ILogger<SuccessorPublisher> logger,
        ResiliencePipelines? resilience = null)
    {
        _sender = sender;
        _chords = chords;
        _errbacks = errbacks;
        _metas = metas;
        _results = results;
        _freezer = new SignatureFreezer(results.Backend.ReplyTo);
        _untilDone = (resilience ?? ResiliencePipelines.Default(results.Time)).Get(CeleryOperation.StoreResult);
        _logger = logger;
    }

    public void OnRetry(Exception error, TimeSpan delay) => _logger.SuccessorsDelayed(error, delay);

    /// <summary>Sends what follows a success or takes the task's place.</summary>
    /// <returns>The same outcome once the broker has it; otherwise what the run has come to instead.</returns>
    public async ValueTask<TaskOutcome> SendAsync(TaskRequest request, TaskOutcome outcome, CancellationToken lastCall)
    {
        if (outcome is not TaskOutcome.Replaced && !(outcome is TaskOutcome.Succeeded && request.Successors is { FollowSuccess: true }))
        {
            return outcome;
        }

        if (request.AcksLate && request.Delivery.IsLost)
        {
            // Another worker has the message by now, and sends what follows its own run.
            return new TaskOutcome.Abandoned(CancellationReason.LeaseLost);
        }

        try
        {
            var todo = outcome is TaskOutcome.Replaced replaced ? Replace(request, replaced.Replacement) : Follow(request, ((TaskOutcome.Succeeded)outcome).Value);
            while (todo.TryPeek(out var send))
            {
                if (request.AcksLate)
                {
                    await send(lastCall).ConfigureAwait(false);
                }
                else
                {
                    // Nobody will be given the message again.
                    await UntilDoneAsync(request, send, lastCall).ConfigureAwait(false);
                }

                todo.Dequeue();
            }

            return outcome;
        }
        catch (CelerySerializationException error)
        {
            return new TaskOutcome.Failed(error);
        }
        catch (Exception error) when (request.AcksLate && ChordReporter.IsPassing(error))
        {
            return new TaskOutcome.SuccessorsUnsent(error);
        }
#pragma warning disable CA1031 // A router or a middleware of the user's may throw anything. A refusal would be the same next time.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new TaskOutcome.Failed(new PublishException($"What follows task '{request.Headers.TaskName}' could not be sent: {error.Message}", error));
        }
    }

    /// <summary>Reports the end of a task whose outcome is stored.</summary>
    /// <returns>False when that could not be done in the time there was: the message has to run again.</returns>
    public async ValueTask<bool> ConcludeAsync(TaskRequest request, TaskOutcome outcome, CancellationToken lastCall)
    {
        switch (outcome)
        {
            case TaskOutcome.Succeeded success when request.Successors is { Chord: { } body }:
                var value = _metas.OfValue(request, TaskState.Success, success.Value).Result;
                return await ReportAsync(request, body, value, lastCall).ConfigureAwait(false);
            case TaskOutcome.Failed failed:
                return await FailAsync(request, failed.Error, lastCall).ConfigureAwait(false);
            case TaskOutcome.TimedOut late:
                return await FailAsync(request, late.Error, lastCall).ConfigureAwait(false);
            case TaskOutcome.Terminated:
                return await RevokeAsync(request, "terminated", lastCall).ConfigureAwait(false);
            case TaskOutcome.Ignored when request.Successors is { Chord: { } body }:
                // Celery reports nothing, and the chord waits for ever. There is no result for its body, so it cannot be run.
                return await FailAsync(request.Headers, null, new Successors([], [], [], body), new TaskIgnoreException(), false, lastCall).ConfigureAwait(false);
            default:
                return true;
        }
    }

    /// <summary>Reports that a task will not be run, or was ended, since it was revoked or came too late.</summary>
    /// <inheritdoc cref="ConcludeAsync" path="/returns" />
    public async ValueTask<bool> RevokeAsync(TaskRequest request, string reason, CancellationToken lastCall)
    {
        if (request.Successors is not { } successors)
        {
            return true;
        }

        var meta = _metas.OfRevoked(request, reason);
        var failure = new FailureRecord(TaskState.Revoked, new OperationCanceledException(reason), meta.Result, null);
        return await SpreadAsync(EndedTask.Of(request.Headers, request.Context), successors, failure, callsErrbacks: false, lastCall).ConfigureAwait(false);
    }

    /// <summary>Reports that a message cannot be run here, which is kept all the same. As in Celery nothing is called for that.</summary>
    /// <inheritdoc cref="ConcludeAsync" path="/returns" />
    public ValueTask<bool> RefuseAsync(TaskHeaders headers, Successors successors, Exception error, CancellationToken lastCall)
        => FailAsync(headers, null, successors, error, callsErrbacks: false, lastCall);

    /// <summary>Reports a part of a chord again whose success was stored in an earlier run: that run may have ended before it could.</summary>
    /// <inheritdoc cref="ConcludeAsync" path="/returns" />
    public async ValueTask<bool> ReportAgainAsync(TaskRequest request, ReadOnlyMemory<byte> result, CancellationToken lastCall)
        => request.Successors is not { Chord: { } body } || await ReportAsync(request, body, result, lastCall).ConfigureAwait(false);

    /// <summary>Sends a further part of a task's chord.</summary>
    /// <exception cref="InvalidOperationException">The backend does not count parts.</exception>
    public async Task<AsyncResult> ExtendChordAsync(TaskRequest request, Signature body, Signature signature, CancellationToken cancellationToken)
    {
        var headers = request.Headers;
        if (_results.Backend is not IChordParts chords || headers.GroupId is not { Length: > 0 } groupId)
        {
            throw new InvalidOperationException(
                $"Nothing can be added to the chord of task '{headers.TaskName}' [{headers.Id}]: the result backend does not count the parts of chords, or the message does not name the group.");
        }

        var place = new WorkflowPlace { RootId = headers.RootId ?? headers.Id, GroupId = groupId, GroupIndex = headers.GroupIndex, Chord = body };
        var frozen = _freezer.Freeze(signature, place);
        await chords.ExpectOneMoreAsync(groupId, cancellationToken).ConfigureAwait(false);
        try
        {
            await _sender.ApplyAsync(frozen.Signature, PartialArguments.None, SendOptions.Default, request.Context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // It is waited for by now; the chord fails rather than wait for ever.
            var part = EndedTask.Of(headers, request.Context) with { Id = frozen.Result.Id, Name = signature.TaskName };
            var meta = _metas.OfException(part.Id, TaskState.Failure, error);
            await _chords.ReportAsync(part, body, TaskState.Failure, meta.Result, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        return AsyncResult.Create(frozen.Result.Id, _results);
    }

    private Queue<Func<CancellationToken, ValueTask>> Follow(TaskRequest request, TaskValue value)
    {
        var (headers, successors) = (request.Headers, request.Successors!);
        var result = PartialArguments.OfJson(_metas.OfValue(request, TaskState.Success, value).Result);
        var options = new SendOptions { ParentId = headers.Id, RootId = headers.RootId ?? headers.Id };
        var todo = new Queue<Func<CancellationToken, ValueTask>>();

        // celery/app/trace.py trace_task: groups by themselves, of several others a group.
        IReadOnlyList<Signature> callbacks = successors.Callbacks;
        if (callbacks.Count > 1)
        {
            Signature[] calls = [.. callbacks.Where(callback => callback.Kind != SignatureKind.Group)];
            callbacks = [.. callbacks.Where(callback => callback.Kind == SignatureKind.Group), .. calls.Length == 0 ? [] : new[] { Compositions.Group(calls) }];
        }

        foreach (var callback in callbacks)
        {
            // Sent again after an outage, each has the id it had the first time.
            var frozen = _freezer.Freeze(callback, new WorkflowPlace { RootId = options.RootId, ParentId = options.ParentId }).Signature;
            todo.Enqueue(token => ApplyAsync(request, frozen, result, options, token));
        }

        if (successors.Chain is [.., var next])
        {
            var following = options with { Workflow = new WorkflowOptions { Chain = [.. successors.Chain.SkipLast(1)] } };
            todo.Enqueue(token => ApplyAsync(request, next, result, following, token));
        }

        return todo;
    }

    // celery/app/task.py Task.replace
    private Queue<Func<CancellationToken, ValueTask>> Replace(TaskRequest request, Signature replacement)
    {
        var (headers, successors) = (request.Headers, request.Successors);
        // A group has no result that could be the task's; the list of its results is that of a task that does nothing else.
        var accumulate = new Signature(BuiltInTasks.Accumulate, [], [new("index", TaskValue.Of(0))]);
        replacement = replacement switch
        {
            { Kind: SignatureKind.Group } => Compositions.Chord(replacement, accumulate),
            { Kind: SignatureKind.Chain, Parts.Tasks: [.., { Kind: SignatureKind.Group }] steps } => Compositions.WithTasks(replacement, [.. steps, accumulate]),
            _ => replacement,
        };

        foreach (var callback in successors?.Callbacks ?? [])
        {
            replacement = SignatureLinks.Link(replacement, callback);
        }

        foreach (var errback in successors?.Errbacks ?? [])
        {
            replacement = SignatureLinks.OnError(replacement, errback);
        }

        if (request.Envelope.ReplyTo is { Length: > 0 } replyTo)
        {
            replacement = AnswerTo(replacement, replyTo);
        }

        var own = new Dictionary<string, System.Text.Json.JsonElement>(replacement.Options.Headers ?? new Dictionary<string, System.Text.Json.JsonElement>(), StringComparer.Ordinal)
        {
            [HeaderNames.ReplacedTaskNesting] = HeaderJson.ToElement((long)headers.ReplacedTaskNesting + 1),
        };
        var options = new SendOptions
        {
            TaskId = headers.Id,
            RootId = headers.RootId ?? headers.Id,
            ParentId = headers.ParentId,
            GroupId = headers.GroupId,
            GroupIndex = headers.GroupIndex,
            Stamps = replacement.Options.Stamps is null ? headers.Stamps?.ToDictionary(stamp => stamp.Key, stamp => HeaderJson.ToElement(stamp.Value)) : null,
            Headers = own,
            Workflow = new WorkflowOptions { Chord = successors?.Chord, Chain = successors?.Chain is { Count: > 0 } chain ? chain : null }.OrNull(),
        };

        // The run is not the replacement's parent, it is the same task: its own parent, or none, stays.
        return new([token => ApplyAsync(null, replacement, PartialArguments.None, options, token)]);
    }

    // Where results are messages, that of the last step is the task's, and goes to who waits for the task.
    private static Signature AnswerTo(Signature signature, string replyTo) => signature.Kind switch
    {
        SignatureKind.Chain => Compositions.WithTasks(signature, [.. signature.Parts!.Tasks.SkipLast(1), AnswerTo(signature.Parts.Tasks[^1], replyTo)]),
        SignatureKind.Chord => Compositions.WithChord(signature, signature.Parts!.Header!, AnswerTo(signature.Parts.Body!, replyTo)),
        SignatureKind.Group => signature,
        _ => signature.Copy(signature.Options with { ReplyTo = replyTo }),
    };

    private async ValueTask ApplyAsync(TaskRequest? request, Signature signature, PartialArguments partial, SendOptions options, CancellationToken cancellationToken)
    {
        TaskContext.Current = request?.Context;
        await _sender.ApplyAsync(signature, partial, options, request?.Context, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<bool> ReportAsync(TaskRequest request, Signature body, ReadOnlyMemory<byte> result, CancellationToken lastCall)
    {
        var part = EndedTask.Of(request.Headers, request.Context);
        return TryAsync(part, token => _chords.ReportAsync(part, body, TaskState.Success, result, token), lastCall);
    }

    private ValueTask<bool> FailAsync(TaskRequest request, Exception error, CancellationToken lastCall)
        => request.Successors is { } successors ? FailAsync(request.Headers, request.Context, successors, error, callsErrbacks: true, lastCall) : new(true);

    private ValueTask<bool> FailAsync(TaskHeaders headers, TaskContext? context, Successors successors, Exception error, bool callsErrbacks, CancellationToken lastCall)
    {
        var meta = _metas.OfException(headers.Id, TaskState.Failure, error);
        var failure = new FailureRecord(TaskState.Failure, error, meta.Result, meta.Traceback);
        return SpreadAsync(EndedTask.Of(headers, context), successors, failure, callsErrbacks, lastCall);
    }

    private async ValueTask<bool> SpreadAsync(EndedTask ended, Successors successors, FailureRecord failure, bool callsErrbacks, CancellationToken lastCall)
    {
        if (successors.Chord is { } body && !await TryAsync(ended, token => _chords.ReportAsync(ended, body, failure.State, failure.Result, token), lastCall).ConfigureAwait(false))
        {
            return false;
        }

        return (successors.Chain.Count == 0 || await TryAsync(ended, token => _chords.Failures.FailAsync(successors.Chain, failure, ended, token), lastCall).ConfigureAwait(false))
            && (!callsErrbacks || successors.Errbacks.Count == 0 || await TryAsync(ended, token => _errbacks.CallAsync(successors.Errbacks, ended, failure, token), lastCall).ConfigureAwait(false));
    }

    private async ValueTask<bool> TryAsync(EndedTask ended, Func<CancellationToken, ValueTask> step, CancellationToken lastCall)
    {
        try
        {
            await UntilDoneAsync(ended.Name, ended.Id, step, lastCall).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // The task has ended, whatever becomes of what comes after it; what went wrong is told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _logger.SuccessorsNotSent(error, ended.Name, ended.Id.Value);
            return !ChordReporter.IsPassing(error);
        }
    }

    private ValueTask UntilDoneAsync(TaskRequest request, Func<CancellationToken, ValueTask> step, CancellationToken lastCall)
        => UntilDoneAsync(request.Headers.TaskName, request.Headers.Id, step, lastCall);

    private async ValueTask UntilDoneAsync(string taskName, TaskId id, Func<CancellationToken, ValueTask> step, CancellationToken lastCall)
    {
        var context = _untilDone.Begin(this, taskName, id.Value, lastCall);
        try
        {
            await _untilDone.ExecuteAsync(AttemptAsync, null, context).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        async ValueTask AttemptAsync(ResilienceContext attempt)
        {
            try
            {
                await step(attempt.CancellationToken).ConfigureAwait(false);
            }
            catch (WorkflowSendException error) when (error.InnerException is BrokerUnavailableException or ResultBackendException)
            {
                // The members that were sent have their ids, and are sent again by these.
                throw error.InnerException;
            }
        }
    }
}
