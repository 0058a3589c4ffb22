using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Transports;
using Polly;
using Polly.Retry;

namespace CeleryNet.Client;

/// <summary>Gets a message to the broker within a deadline, trying again while the broker is away. celery/app/base.py send_task, kombu Connection.ensure</summary>
internal sealed class TaskPublisher
{
    private static readonly ResiliencePropertyKey<PublishRetryPolicy?> _policyKey = new("celerynet.publish-retry-policy");

    private readonly ITransport _transport;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly bool _retries;
    private readonly PublishRetryPolicy? _policy;
    private readonly ResiliencePipeline _retry;

    /// <param name="transport">The broker.</param>
    /// <param name="timeout">The deadline of one publish.</param>
    /// <param name="time">The clock.</param>
    /// <param name="retries">Whether calls that do not say are tried again (<c>task_publish_retry</c>).</param>
    /// <param name="policy">How, for calls that do not say; null for until the deadline (<c>task_publish_retry_policy</c>).</param>
    public TaskPublisher(ITransport transport, TimeSpan timeout, TimeProvider time, bool retries = true, PublishRetryPolicy? policy = null)
    {
        _retries = retries;
        _policy = policy;
        _transport = transport;
        _timeout = timeout;
        _time = time;

        // Only "could not be reached" is worth another try: a refusal will be one again. The deadline ends it, unless a policy's count does before.
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = attempt => new(attempt.Outcome.Exception is BrokerUnavailableException
                    && !(PolicyOf(attempt.Context)?.MaxRetries <= attempt.AttemptNumber)),
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(1),
                UseJitter = true,
                MaxRetryAttempts = int.MaxValue,
                DelayGenerator = attempt => new(PolicyOf(attempt.Context)?.PauseBefore(attempt.AttemptNumber)),
            })
            .Build();
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
    public async ValueTask PublishAsync(
        Envelope envelope, Destination destination, Func<CancellationToken, ValueTask>? prepare, SendOptions options, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        BrokerUnavailableException? last = null;
        if (prepare is not null)
        {
            await PrepareAsync(prepare, deadline.Token, either.Token, cancellationToken).ConfigureAwait(false);
        }

        var context = ResilienceContextPool.Shared.Get(either.Token);
        context.Properties.Set(_policyKey, options.Retry ?? _retries ? options.RetryPolicy ?? _policy : PublishRetryPolicy.None);
        try
        {
            await _retry.ExecuteAsync(AttemptAsync, context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(
                $"The message was not confirmed by the broker within PublishTimeout ({_timeout}); it may or may not have arrived. {last?.Message}", last);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        async ValueTask AttemptAsync(ResilienceContext attempt)
        {
            try
            {
                await _transport.Publisher.PublishAsync(envelope, destination, attempt.CancellationToken).ConfigureAwait(false);
            }
            catch (BrokerUnavailableException error)
            {
                last = error;
                throw;
            }
        }
    }

    private static PublishRetryPolicy? PolicyOf(ResilienceContext context) => context.Properties.GetValue(_policyKey, null);

    private async ValueTask PrepareAsync(
        Func<CancellationToken, ValueTask> prepare, CancellationToken deadline, CancellationToken either, CancellationToken cancellationToken)
    {
        try
        {
            await prepare(either).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ResultBackendException($"The result backend was not ready within PublishTimeout ({_timeout}); the message was not sent.", error);
        }
    }
}
