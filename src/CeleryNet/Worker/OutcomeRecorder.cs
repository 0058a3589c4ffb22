using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Results;
using Microsoft.Extensions.Logging;
using Polly;

namespace CeleryNet.Worker;

/// <summary>Stores what a task came to. An outage of the backend delays it: the store is tried again for as long as the worker may wait.</summary>
internal sealed class OutcomeRecorder : IRetryWatcher
{
    private readonly IResultBackend _backend;
    private readonly ResultMetaFactory _metas;
    private readonly ILogger _logger;
    private readonly OperationPipeline _untilStored;

    public OutcomeRecorder(
        IResultBackend backend, ResultMetaFactory metas, TimeProvider time, ILogger<OutcomeRecorder> logger, ResiliencePipelines? resilience = null)
    {
        _backend = backend;
        _metas = metas;
        _logger = logger;
        _untilStored = (resilience ?? ResiliencePipelines.Default(time)).Get(CeleryOperation.StoreResult);
    }

    public void OnRetry(Exception error, TimeSpan delay) => _logger.ResultStoreFailed(error, delay);

    /// <summary>Whether one attempt is all that storing a success takes as long as nothing fails.</summary>
    public bool StoresAtOnce(TaskRequest request) => request.IgnoreResult || !_untilStored.IsCustom;

    /// <summary>Tries to store a success, unless it is to be ignored. Whatever it throws, the next attempts are <see cref="RecordAsync"/>'s.</summary>
    public ValueTask StoreOnceAsync(TaskRequest request, TaskOutcome.Succeeded success, CancellationToken cancellationToken) => request.IgnoreResult
        ? ValueTask.CompletedTask
        : _backend.StoreAsync(_metas.OfValue(request, TaskState.Success, success.Value), request.Reply, cancellationToken);

    /// <summary>Stores an outcome, unless it is to be ignored.</summary>
    /// <param name="request">The task.</param>
    /// <param name="outcome">What it came to.</param>
    /// <param name="first">Why a first attempt failed that was made already; null when none was.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <returns>False when it should have been stored and is not: the wait was ended, or the backend refused it for good.</returns>
    /// <exception cref="CelerySerializationException">It cannot be written.</exception>
    public ValueTask<bool> RecordAsync(TaskRequest request, TaskOutcome outcome, Exception? first, CancellationToken cancellationToken) => outcome switch
    {
        TaskOutcome.Succeeded when request.IgnoreResult => new(true),
        TaskOutcome.Failed or TaskOutcome.TimedOut when request is { IgnoreResult: true, StoreErrorsEvenIfIgnored: false } => new(true),
        TaskOutcome.Abandoned or TaskOutcome.Retried or TaskOutcome.RetryUnsent or TaskOutcome.Rejected or TaskOutcome.Ignored => new(true),
        TaskOutcome.Replaced or TaskOutcome.SuccessorsUnsent => new(true),
        TaskOutcome.Terminated => RecordRevokedAsync(request, "terminated", cancellationToken),
        TaskOutcome.Succeeded success => StoreAsync(
            request.Headers, _metas.OfValue(request, TaskState.Success, success.Value), request.Reply, first, cancellationToken),
        TaskOutcome.Failed failure => StoreFailureAsync(
            request.Headers, _metas.OfException(request, TaskState.Failure, failure.Error), failure.Error, request.Reply, cancellationToken),
        TaskOutcome.TimedOut late => StoreFailureAsync(
            request.Headers, _metas.OfException(request, TaskState.Failure, late.Error), late.Error, request.Reply, cancellationToken),
        _ => throw new InvalidOperationException($"No record is defined for {outcome.GetType().Name}."),
    };

    /// <summary>Stores REVOKED, unless it is to be ignored. celery/worker/request.py Request.store_errors</summary>
    public ValueTask<bool> RecordRevokedAsync(TaskRequest request, string reason, CancellationToken cancellationToken)
        => request is { IgnoreResult: true, StoreErrorsEvenIfIgnored: false }
            ? new(true)
            : StoreAsync(request.Headers, _metas.OfRevoked(request, reason), request.Reply, null, cancellationToken);

    /// <summary>Stores STARTED once: it is a courtesy, no run waits for a backend that is away.</summary>
    public async ValueTask RecordStartedAsync(TaskRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await StoreOnceAsync(_metas.OfStarted(request), request.Reply, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is CeleryException or OperationCanceledException)
        {
            _logger.StartedNotStored(error, request.Headers.DisplayName, request.Headers.Id.Value);
        }
    }

    /// <summary>Stores RETRY once, unless it is to be ignored: no retry waits for a backend that is away.</summary>
    public async ValueTask RecordRetryAsync(TaskRequest request, TaskRetryException retry, CancellationToken cancellationToken)
    {
        if (request is { IgnoreResult: true, StoreErrorsEvenIfIgnored: false })
        {
            return;
        }

        try
        {
            await StoreOnceAsync(_metas.OfRetry(request, retry), request.Reply, cancellationToken).ConfigureAwait(false);
        }
        catch (CeleryException error)
        {
            _logger.RetryNotStored(error, request.Headers.DisplayName, request.Headers.Id.Value);
        }
    }

    /// <summary>Stores a state of the task's own, once.</summary>
    /// <exception cref="ResultBackendException">The backend did not take it.</exception>
    /// <exception cref="CelerySerializationException">It cannot be written.</exception>
    public ValueTask RecordStateAsync(TaskRequest request, TaskState state, TaskValue meta, CancellationToken cancellationToken)
        => StoreOnceAsync(_metas.OfValue(request, state, meta), request.Reply, cancellationToken);

    /// <summary>Stores the end of a task that is not reached.</summary>
    /// <param name="taskName">Its name.</param>
    /// <param name="meta">The document.</param>
    /// <param name="reply">Where its sender wants replies.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public async ValueTask RecordUnreachedAsync(string taskName, ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken)
    {
        var headers = new TaskHeaders(taskName, meta.TaskId);
        try
        {
            await StoreAsync(headers, meta, reply, null, cancellationToken).ConfigureAwait(false);
        }
        catch (CelerySerializationException error)
        {
            _logger.ResultNotStored(error, headers.DisplayName, headers.Id.Value, meta.State.Name);
        }
    }

    /// <summary>Tells whoever waits for a message that it cannot be run.</summary>
    public ValueTask<bool> RecordUnrunnableAsync(TaskHeaders headers, Envelope envelope, Exception error, CancellationToken cancellationToken)
        => StoreFailureAsync(
            headers,
            _metas.OfException(headers.Id, TaskState.Failure, error),
            error,
            new ReplyAddress(envelope.ReplyTo, envelope.CorrelationId),
            cancellationToken);

    // Whoever waits has to learn that the task failed and of what, whether or not all of the exception can be written.
    private async ValueTask<bool> StoreFailureAsync(
        TaskHeaders headers, ResultMeta failure, Exception error, ReplyAddress reply, CancellationToken cancellationToken)
    {
        Func<ResultMeta>[] forms = [() => failure, () => _metas.InTexts(failure, error), () => _metas.Shortened(failure, error)];
        for (var i = 0; ; i++)
        {
            try
            {
                return await StoreAsync(headers, forms[i](), reply, null, cancellationToken).ConfigureAwait(false);
            }
            catch (CelerySerializationException cause) when (i < forms.Length - 1)
            {
                _logger.ResultSimplified(failure.State.Name, headers.DisplayName, headers.Id.Value, cause.Message);
            }
        }
    }

    // The arguments are the sender's: that they cannot be written here must not cost what the task came to.
    private async ValueTask StoreOnceAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken)
    {
        try
        {
            await _backend.StoreAsync(meta, reply, cancellationToken).ConfigureAwait(false);
        }
        catch (CelerySerializationException error) when (meta.Extension is { } extension)
        {
            await _backend.StoreAsync(meta with { Extension = extension.WithoutArguments() }, reply, cancellationToken).ConfigureAwait(false);
            _logger.ResultSimplified(meta.State.Name, extension.Name, meta.TaskId.Value, error.Message);
        }
    }

    private async ValueTask<bool> StoreAsync(TaskHeaders headers, ResultMeta meta, ReplyAddress reply, Exception? first, CancellationToken cancellationToken)
    {
        // What could not be written is written in another way, for which no pause is needed.
        if (!_untilStored.IsCustom && first is null or CelerySerializationException)
        {
            first = null;
            try
            {
                await StoreOnceAsync(meta, reply, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (Exception error) when (error is not CelerySerializationException)
            {
                first = error;
            }
        }

        return await StoreInPipelineAsync(headers, meta, reply, first, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> StoreInPipelineAsync(TaskHeaders headers, ResultMeta meta, ReplyAddress reply, Exception? first, CancellationToken cancellationToken)
    {
        var context = _untilStored.Begin(this, headers.TaskName, headers.Id.Value, cancellationToken);
        try
        {
            var isStored = false;
            await _untilStored.ExecuteAsync(
                async attempt =>
                {
                    await StoreOnceAsync(meta, reply, attempt.CancellationToken).ConfigureAwait(false);
                    isStored = true;
                },
                first,
                context).ConfigureAwait(false);
            return isStored ? true : throw new ResultBackendException("The pipeline of StoreResult ended without an error, and without the result being stored.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _logger.ResultNotStored(null, headers.DisplayName, headers.Id.Value, meta.State.Name);
            return false;
        }
        catch (Exception error) when (error is not CelerySerializationException && (error is CeleryException or OperationCanceledException || _untilStored.IsCustom))
        {
            // A pipeline of the user's may end with anything, and a backend's client by losing its patience.
            _logger.ResultNotStored(error, headers.DisplayName, headers.Id.Value, meta.State.Name);
            return false;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
