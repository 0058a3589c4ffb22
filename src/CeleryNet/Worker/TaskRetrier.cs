using CeleryNet.Client;

namespace CeleryNet.Worker;

/// <summary>Sends the message by which a task is run again. What cannot be sent is not lost: the task fails, or its own message runs again.</summary>
internal sealed class TaskRetrier(OutcomeRecorder recorder, RetryMessage messages, TaskPublisher publisher, PublishPipeline? middleware = null, TaskEvents? events = null, SentEvents? sent = null)
{
    /// <returns>The same outcome once the broker has the message; otherwise what the run has come to instead.</returns>
    public async ValueTask<TaskOutcome> SendAsync(TaskRequest request, TaskOutcome.Retried retried, CancellationToken lastCall)
    {
        if (request.AcksLate && request.Delivery.IsLost)
        {
            // Another worker has the message by now: with a retry of ours there would be two.
            return new TaskOutcome.Abandoned(CancellationReason.LeaseLost);
        }

        try
        {
            var composed = RetryMessage.Compose(request, retried.Retry);
            if (middleware is null or { IsEmpty: true })
            {
                await SendOnAsync(request, retried.Retry, composed, null, lastCall).ConfigureAwait(false);
            }
            else
            {
                await PublishAsync(middleware, request, retried.Retry, composed, lastCall).ConfigureAwait(false);
            }

            return retried;
        }
        catch (Exception error) when (request.AcksLate && error is (BrokerUnavailableException or OperationCanceledException))
        {
            return new TaskOutcome.RetryUnsent(error);
        }
#pragma warning disable CA1031 // Values and routers of the user's may throw anything. A refusal, or values that cannot be written, would be the same next time.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new TaskOutcome.Failed(new PublishException(
                $"The retry of task '{request.Headers.TaskName}' could not be sent: {error.Message}",
                retried.Retry.InnerException is { } cause ? new AggregateException(error, cause) : error));
        }
    }

    private async ValueTask PublishAsync(PublishPipeline pipeline, TaskRequest request, TaskRetryException retry, Signature composed, CancellationToken lastCall)
    {
        var context = new PublishContext(composed.TaskName, composed.Args, composed.Kwargs, composed.Options) { Id = request.Headers.Id, IsRetry = true };
        await pipeline.PublishAsync(context, (passed, token) => SendOnAsync(request, retry, composed, passed, token), lastCall).ConfigureAwait(false);
    }

    private async ValueTask SendOnAsync(
        TaskRequest request, TaskRetryException retry, Signature composed, PublishContext? passed, CancellationToken cancellationToken)
    {
        var (envelope, routed) = messages.Make(request, retry, composed, passed);

        // In this order: stored or told later, it could replace what the next run has come to.
        await recorder.RecordRetryAsync(request, retry, cancellationToken).ConfigureAwait(false);
        events?.Retried(request, retry);
        await publisher.PublishAsync(envelope, routed.Destination, null, routed.Options, cancellationToken).ConfigureAwait(false);
        sent?.Sent(envelope, routed.Destination);
    }
}
