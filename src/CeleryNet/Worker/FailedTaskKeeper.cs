using CeleryNet.Diagnostics;
using CeleryNet.Resilience;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;
using Polly;

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
    private readonly OperationPipeline _untilKept;

    public FailedTaskKeeper(TimeProvider time, ILogger logger, ResiliencePipelines? resilience = null)
    {
        _logger = logger;
        _untilKept = (resilience ?? ResiliencePipelines.Default(time)).Get(CeleryOperation.KeepMessage);
    }

    /// <summary>Why a failed task is kept.</summary>
    public static string Describe(Exception error)
    {
        var reason = $"The task failed: {error.GetType().Name}: {error.Message}";
        return reason.Length <= LongestReason ? reason : reason[..LongestReason] + "…";
    }

    /// <summary>Keeps the message of a failed task if it is to be kept and nobody will settle it any more.</summary>
    public ValueTask KeepAsync(TaskRequest request, TaskOutcome outcome, CancellationToken lastCall)
    {
        var failure = outcome switch
        {
            TaskOutcome.Failed failed => failed.Error,
            TaskOutcome.TimedOut late => late.Error,
            _ => null,
        };
        return request.AcksLate || !request.KeepIfFailed || failure is null ? ValueTask.CompletedTask : KeepAsync(request, failure, lastCall);
    }

    private async ValueTask KeepAsync(TaskRequest request, Exception failure, CancellationToken lastCall)
    {
        var context = _untilKept.Begin(null, request.Headers.TaskName, request.Headers.Id.Value, lastCall);
        try
        {
            var isKept = false;
            await _untilKept.Pipeline.ExecuteAsync(
                async attempt =>
                {
                    await TryOnceAsync(request.Delivery, Describe(failure), attempt.CancellationToken).ConfigureAwait(false);
                    isKept = true;
                },
                context).ConfigureAwait(false);
            if (!isKept)
            {
                throw new BrokerUnavailableException("The pipeline of KeepMessage ended without an error, and without the message being kept.");
            }
        }
        catch (Exception error) when (_untilKept.IsCustom || (error is OperationCanceledException && lastCall.IsCancellationRequested))
        {
            _logger.FailedTaskNotKept(error, request.Headers.DisplayName, request.Headers.Id.Value);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
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
