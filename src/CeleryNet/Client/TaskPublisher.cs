using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Transports;
using Polly;
using Polly.Retry;

namespace CeleryNet.Client;

/// <summary>Gets a message to the broker within a deadline, trying again while the broker is away. celery/app/base.py send_task, kombu Connection.ensure</summary>
internal sealed class TaskPublisher
{
    private readonly ITransport _transport;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _retry;

    public TaskPublisher(ITransport transport, TimeSpan timeout, TimeProvider time)
    {
        _transport = transport;
        _timeout = timeout;
        _time = time;

        // Only "could not be reached" is worth another try: a refusal will be one again. The deadline ends it, not a count.
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<BrokerUnavailableException>(),
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(1),
                UseJitter = true,
                MaxRetryAttempts = int.MaxValue,
            })
            .Build();
    }

    /// <exception cref="BrokerUnavailableException">The broker could not be reached, or did not confirm, within the deadline.</exception>
    /// <exception cref="PublishException">The broker refused the message.</exception>
    /// <exception cref="ResultBackendException">The result backend was not ready within the deadline; the message was not sent.</exception>
    public async ValueTask PublishAsync(
        Envelope envelope, Destination destination, Func<CancellationToken, ValueTask>? prepare, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        BrokerUnavailableException? last = null;
        if (prepare is not null)
        {
            await PrepareAsync(prepare, deadline.Token, either.Token, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await _retry.ExecuteAsync(AttemptAsync, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(
                $"The message was not confirmed by the broker within PublishTimeout ({_timeout}); it may or may not have arrived. {last?.Message}", last);
        }

        async ValueTask AttemptAsync(CancellationToken attemptToken)
        {
            try
            {
                await _transport.Publisher.PublishAsync(envelope, destination, attemptToken).ConfigureAwait(false);
            }
            catch (BrokerUnavailableException error)
            {
                last = error;
                throw;
            }
        }
    }

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
