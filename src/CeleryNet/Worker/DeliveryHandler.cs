using CeleryNet.Diagnostics;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>Takes one delivery from its verdict to its settlement. Whatever goes wrong stays with that delivery.</summary>
internal sealed class DeliveryHandler(
    Admission admission,
    TaskExecutor executor,
    OutcomeRecorder recorder,
    UnrunnableMessages unrunnable,
    ILogger<DeliveryHandler> logger)
{
    /// <returns>The request to bring back when its time has come; null when the delivery is done with.</returns>
    public async ValueTask<Verdict.Hold?> HandleAsync(IDelivery delivery, CancellationToken shutdown, CancellationToken lastCall)
    {
        try
        {
            switch (admission.Judge(delivery))
            {
                case Verdict.Run run:
                    logger.TaskReceived(run.Request.Headers.DisplayName, run.Request.Headers.Id.Value);
                    await executor.ExecuteAsync(run.Request, shutdown, lastCall).ConfigureAwait(false);
                    return null;
                case Verdict.Hold hold:
                    logger.TaskHeld(hold.Request.Headers.DisplayName, hold.Request.Headers.Id.Value, hold.Until);
                    return hold;
                case Verdict.Expired expired:
                    logger.TaskExpired(expired.Request.Headers.DisplayName, expired.Request.Headers.Id.Value);
                    var isRecorded = await recorder.RecordRevokedAsync(expired.Request, "expired", lastCall).ConfigureAwait(false);
                    await delivery.SettleAsync(isRecorded ? Settlement.Ack : Settlement.Requeue, lastCall).ConfigureAwait(false);
                    return null;
                case Verdict.Unrunnable message:
                    await PutAsideAsync(delivery, message, lastCall).ConfigureAwait(false);
                    return null;
                case var verdict:
                    throw new InvalidOperationException($"No way to handle {verdict.GetType().Name}.");
            }
        }
        catch (Exception error) when (error is BrokerUnavailableException or OperationCanceledException)
        {
            // Settled later by the transport, or delivered again when the connection ends.
            logger.DeliveryFailed(error, delivery.Queue);
            return null;
        }
#pragma warning disable CA1031 // One delivery must not end the worker.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.DeliveryFailed(error, delivery.Queue);
            await GiveUpAsync(delivery, error, lastCall).ConfigureAwait(false);
            return null;
        }
    }

    // Left unsettled it would hold a place of the prefetch count for ever; requeued it would fail here again at once. What was settled before stays so.
    private async ValueTask GiveUpAsync(IDelivery delivery, Exception error, CancellationToken lastCall)
    {
        try
        {
            await delivery.SettleAsync(Settlement.DeadLetter($"Handling it failed: {error.Message}"), lastCall).ConfigureAwait(false);
        }
        catch (Exception settling) when (settling is BrokerUnavailableException or OperationCanceledException)
        {
            logger.SettlementFailed(settling, delivery.Queue, nameof(SettlementKind.DeadLetter));
        }
    }

    private async ValueTask PutAsideAsync(IDelivery delivery, Verdict.Unrunnable message, CancellationToken lastCall)
    {
        logger.TaskUnrunnable(delivery.Queue, message.Error.Message);
        if (message.Headers is { } headers && delivery.Envelope is { } envelope)
        {
            await recorder.RecordUnrunnableAsync(headers, envelope, message.Error, lastCall).ConfigureAwait(false);
        }

        var settlement = unrunnable == UnrunnableMessages.Keep ? Settlement.DeadLetter(message.Error.Message) : Settlement.Reject;
        await delivery.SettleAsync(settlement, lastCall).ConfigureAwait(false);
    }
}
