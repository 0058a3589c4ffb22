using CeleryNet.Diagnostics;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace CeleryNet.Worker;

/// <summary>
/// Keeps the messages of tasks that failed after they had been acknowledged. Only this worker has them then, so it is tried again for as long as the
/// worker may wait; a message may be kept twice by that.
/// </summary>
internal sealed class FailedTaskKeeper
{
    // As a header of AMQP it has to fit into a frame together with the message's own.
    private const int LongestReason = 2000;

    private readonly ILogger _logger;
    private readonly ResiliencePipeline _retry;

    public FailedTaskKeeper(TimeProvider time, ILogger logger)
    {
        _logger = logger;
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<BrokerUnavailableException>(),
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(5),
                UseJitter = true,
                MaxRetryAttempts = int.MaxValue,
            })
            .Build();
    }

    /// <summary>Why a failed task is kept.</summary>
    public static string Describe(Exception error)
    {
        var reason = $"The task failed: {error.GetType().Name}: {error.Message}";
        return reason.Length <= LongestReason ? reason : reason[..LongestReason] + "…";
    }

    /// <summary>Keeps the message of a failed task if it is to be kept and nobody will settle it any more.</summary>
    public async ValueTask KeepAsync(TaskRequest request, TaskOutcome outcome, CancellationToken lastCall)
    {
        var failure = outcome switch
        {
            TaskOutcome.Failed failed => failed.Error,
            TaskOutcome.TimedOut late => late.Error,
            _ => null,
        };
        if (request.AcksLate || !request.KeepIfFailed || failure is null)
        {
            return;
        }

        try
        {
            await _retry.ExecuteAsync(
                static (state, token) => state.Keeper.TryOnceAsync(state.Delivery, state.Reason, token),
                (Keeper: this, request.Delivery, Reason: Describe(failure)),
                lastCall).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (lastCall.IsCancellationRequested)
        {
            _logger.FailedTaskNotKept(error, request.Headers.DisplayName, request.Headers.Id.Value);
        }
    }

    private async ValueTask TryOnceAsync(IDelivery delivery, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await delivery.KeepCopyAsync(reason, cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerUnavailableException error)
        {
            _logger.SettlementFailed(error, delivery.Queue, nameof(SettlementKind.DeadLetter));
            throw;
        }
    }
}
