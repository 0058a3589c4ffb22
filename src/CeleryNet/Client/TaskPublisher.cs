using System.Runtime.CompilerServices;
using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Routing;
using CeleryNet.Transports;
using Polly;

namespace CeleryNet.Client;

/// <summary>Gets a message to the broker within a deadline, trying again while the broker is away. celery/app/base.py send_task, kombu Connection.ensure</summary>
internal sealed class TaskPublisher
{
    private readonly ITransport _transport;
    private readonly TimeSpan _timeout;
    private readonly PublishDeadlines _deadlines;
    private readonly bool _retries;
    private readonly PublishRetryPolicy? _policy;
    private readonly OperationPipeline _untilPublished;

    /// <param name="transport">The broker.</param>
    /// <param name="timeout">The deadline of one publish.</param>
    /// <param name="time">The clock.</param>
    /// <param name="retries">Whether calls that do not say are tried again (<c>task_publish_retry</c>).</param>
    /// <param name="policy">How, for calls that do not say; null for until the deadline (<c>task_publish_retry_policy</c>).</param>
    /// <param name="resilience">What is done about failures; null for the defaults.</param>
    public TaskPublisher(
        ITransport transport, TimeSpan timeout, TimeProvider time, bool retries = true, PublishRetryPolicy? policy = null, ResiliencePipelines? resilience = null)
    {
        _retries = retries;
        _policy = policy;
        _transport = transport;
        _timeout = timeout;
        _untilPublished = (resilience ?? ResiliencePipelines.Default(time)).Get(CeleryOperation.Publish);
        _deadlines = new PublishDeadlines(timeout, time, areReused: !_untilPublished.IsCustom);
    }

    public ValueTask PublishAsync(
        Envelope envelope, Destination destination, Func<CancellationToken, ValueTask>? prepare, CancellationToken cancellationToken)
        => PublishAsync(envelope, destination, prepare, SendOptions.Default, cancellationToken);

    /// <param name="envelope">The message.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="prepare">Makes ready what receives the result; null when nothing does.</param>
    /// <param name="options">Say whether and how it is tried again.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached, or did not confirm, within the deadline.</exception>
    /// <exception cref="PublishException">The broker refused the message.</exception>
    /// <exception cref="ResultBackendException">The result backend was not ready within the deadline; the message was not sent.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask PublishAsync(
        Envelope envelope, Destination destination, Func<CancellationToken, ValueTask>? prepare, SendOptions options, CancellationToken cancellationToken)
    {
        using var deadline = _deadlines.Begin(cancellationToken);
        if (prepare is not null)
        {
            await PrepareAsync(prepare, deadline).ConfigureAwait(false);
        }

        BrokerUnavailableException? first = null;
        if (!_untilPublished.IsCustom)
        {
            try
            {
                deadline.Token.ThrowIfCancellationRequested();
                await _transport.Publisher.PublishAsync(envelope, destination, deadline.Token).ConfigureAwait(false);
                return;
            }
            catch (BrokerUnavailableException error)
            {
                first = error;
            }
            catch (OperationCanceledException) when (deadline.HasPassed)
            {
                throw NotConfirmed(null);
            }
        }

        await PublishInPipelineAsync(envelope, destination, options, first, deadline).ConfigureAwait(false);
    }

    /// <param name="envelope">The message.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="options">Say whether and how it is tried again.</param>
    /// <param name="first">How the first attempt failed; null when there was none.</param>
    /// <param name="deadline">Ends the attempts.</param>
    private async Task PublishInPipelineAsync(
        Envelope envelope, Destination destination, SendOptions options, BrokerUnavailableException? first, PublishDeadlines.Deadline deadline)
    {
        var last = first;
        var isSent = false;
        var context = _untilPublished.IsCustom
            ? _untilPublished.Begin(null, envelope.Headers.GetString(HeaderNames.Task), envelope.Headers.GetString(HeaderNames.Id), deadline.Token)
            : _untilPublished.Begin(null, deadline.Token);
        context.Properties.Set(DefaultStrategies.PolicyKey, options.Retry ?? _retries ? options.RetryPolicy ?? _policy : PublishRetryPolicy.None);
        try
        {
            await ExecuteAsync(AttemptAsync, first, context, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            throw NotConfirmed(last);
        }
        catch (ExecutionRejectedException error)
        {
            throw new BrokerUnavailableException($"The pipeline of {nameof(CeleryOperation.Publish)} gave the message up: {error.Message} {last?.Message}", error);
        }

        if (!isSent)
        {
            throw new BrokerUnavailableException(
                $"The pipeline of {nameof(CeleryOperation.Publish)} ended without an error, and without the message being sent. {last?.Message}", last);
        }

        async ValueTask AttemptAsync(ResilienceContext attempt)
        {
            try
            {
                await _transport.Publisher.PublishAsync(envelope, destination, attempt.CancellationToken).ConfigureAwait(false);
                isSent = true;
            }
            catch (BrokerUnavailableException error)
            {
                last = error;
                throw;
            }
        }
    }

    private async ValueTask ExecuteAsync(Func<ResilienceContext, ValueTask> attempt, Exception? first, ResilienceContext context, CancellationToken either)
    {
        var executing = _untilPublished.ExecuteAsync(attempt, first, context);
        if (!_untilPublished.IsCustom)
        {
            try
            {
                await executing.ConfigureAwait(false);
            }
            finally
            {
                ResilienceContextPool.Shared.Return(context);
            }

            return;
        }

        // Strategies of the user's may heed no token, the deadline holds all the same. Then they go on with their context, which cannot be used again.
        var task = executing.AsTask();
        await task.WaitAsync(either).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!task.IsCompleted)
        {
            _ = IgnoreAsync(task);
            throw new OperationCanceledException(either);
        }

        ResilienceContextPool.Shared.Return(context);
        await task.ConfigureAwait(false);
    }

    // Its caller has been told that the message may or may not have arrived.
    private static async Task IgnoreAsync(Task abandoned) => await abandoned.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async ValueTask PrepareAsync(Func<CancellationToken, ValueTask> prepare, PublishDeadlines.Deadline deadline)
    {
        try
        {
            await prepare(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (deadline.HasPassed)
        {
            throw new ResultBackendException($"The result backend was not ready within PublishTimeout ({_timeout}); the message was not sent.", error);
        }
    }

    private BrokerUnavailableException NotConfirmed(BrokerUnavailableException? last) => new(
        $"The message was not confirmed by the broker within PublishTimeout ({_timeout}); it may or may not have arrived. {last?.Message}", last);
}
