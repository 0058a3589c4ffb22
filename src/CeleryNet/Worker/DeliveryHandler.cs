using System.Globalization;
using System.Runtime.CompilerServices;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>Takes a delivery from its verdict to its settlement. Whatever goes wrong stays with that delivery: nothing here throws.</summary>
internal sealed class DeliveryHandler(
    Admission admission,
    TaskExecutor executor,
    OutcomeRecorder recorder,
    SuccessorPublisher successors,
    UnrunnableMessages unrunnable,
    ILogger<DeliveryHandler> logger,
    WorkerHooks? hooks = null)
{
    private const string Expired = "expired";

    private readonly TaskObservers _observers = hooks?.Observers ?? TaskObservers.None;
    private readonly TaskEvents _events = hooks?.Events ?? TaskEvents.None;

    /// <summary>What is to become of a delivery.</summary>
    public Verdict Judge(IDelivery delivery)
    {
        try
        {
            return admission.Judge(delivery);
        }
#pragma warning disable CA1031 // Requeued it would fail here again at once; it is kept, and says why.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.DeliveryFailed(error, delivery.Queue);
            return new Verdict.Unrunnable(new MalformedMessageException($"Handling it failed: {error.Message}", error), null);
        }
    }

    /// <summary>Tells that a request was taken. Never waits: the request does, before it goes on.</summary>
    public void AnnounceReceived(TaskRequest request, CancellationToken lastCall)
    {
        logger.TaskReceived(request.Headers.DisplayName, request.Headers.Id.Value);
        _events.Received(request);
        if (!_observers.IsEmpty)
        {
            request.Announcing = TellReceivedAsync(request, lastCall);
        }
    }

    private Task TellReceivedAsync(TaskRequest request, CancellationToken lastCall)
        => Task.Run(() => _observers.ReceivedAsync(request, lastCall).AsTask(), CancellationToken.None);

    public bool IsRevoked(TaskRequest request) => admission.IsRevoked(request);

    /// <summary>Runs a request that has a slot, if it may still be run.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync(TaskRequest request, CancellationToken lastCall)
    {
        if (request.Announcing is { } announcing)
        {
            await announcing.ConfigureAwait(false);
        }

        if (IsLost(request.Delivery))
        {
            return;
        }

        if (request.Cancellation.Reason == CancellationReason.Shutdown)
        {
            // Nothing has begun, so nothing needs to be lost even if it is acknowledged early.
            await ReturnAsync(request.Delivery, lastCall).ConfigureAwait(false);
            return;
        }

        Verdict? refusal;
        try
        {
            refusal = admission.Refuse(request);
            if (refusal is null)
            {
                admission.Open(request);
                await executor.ExecuteAsync(request, lastCall).ConfigureAwait(false);
                return;
            }
        }
        catch (MalformedMessageException error)
        {
            refusal = new Verdict.Unrunnable(error, request.Headers);
        }
#pragma warning disable CA1031 // One delivery must not end the worker.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await GiveUpAsync(request.Delivery, request.Headers, error, lastCall).ConfigureAwait(false);
            return;
        }

        await EndAsync(request.Delivery, refusal, lastCall).ConfigureAwait(false);
    }

    /// <summary>Ends a delivery that is not to be run.</summary>
    public async ValueTask EndAsync(IDelivery delivery, Verdict refusal, CancellationToken lastCall)
    {
        if (IsLost(delivery))
        {
            return;
        }

        try
        {
            switch (refusal)
            {
                case Verdict.Expired expired:
                    logger.TaskExpired(expired.Request.Headers.DisplayName, expired.Request.Headers.Id.Value);
                    await RevokeAsync(expired.Request, Expired, lastCall).ConfigureAwait(false);
                    break;
                case Verdict.Revoked revoked:
                    logger.TaskRevoked(revoked.Request.Headers.DisplayName, revoked.Request.Headers.Id.Value);
                    await RevokeAsync(revoked.Request, "revoked", lastCall).ConfigureAwait(false);
                    break;
                case Verdict.DeliveredTooOften tooOften:
                    await PutAsideAsync(tooOften.Request, lastCall).ConfigureAwait(false);
                    break;
                case Verdict.Unrunnable message:
                    await PutAsideAsync(delivery, message, lastCall).ConfigureAwait(false);
                    break;
                default:
                    throw new InvalidOperationException($"No way to end {refusal.GetType().Name}.");
            }
        }
#pragma warning disable CA1031 // One delivery must not end the worker.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var headers = refusal is Verdict.Expired revoked ? revoked.Request.Headers : (refusal as Verdict.Unrunnable)?.Headers;
            await GiveUpAsync(delivery, headers, error, lastCall).ConfigureAwait(false);
        }
    }

    /// <summary>Stores that a run is lost which does not end.</summary>
    public async ValueTask GiveUpAsync(TaskRequest request, CancellationToken lastCall)
    {
        try
        {
            await executor.GiveUpAsync(request, lastCall).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The others that are lost must be told of, too.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.DeliveryFailed(error, request.Delivery.Queue);
        }
    }

    /// <summary>Gives a delivery back that was never begun.</summary>
    public async ValueTask ReturnAsync(IDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await delivery.SettleAsync(Settlement.Return, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // One delivery must not end the worker.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // It goes back when the consumer is disposed, or when its lease has run out.
            logger.SettlementFailed(error, delivery.Queue, nameof(SettlementKind.Return));
        }
    }

    // What another worker has by now is that one's to end: it may have run it, and its result must not be replaced.
    private bool IsLost(IDelivery delivery)
    {
        if (!delivery.IsLost)
        {
            return false;
        }

        logger.LeaseLost(delivery.Queue);
        return true;
    }

    private async ValueTask RevokeAsync(TaskRequest request, string reason, CancellationToken lastCall)
    {
        TryOpen(request);
        var isRecorded = await recorder.RecordRevokedAsync(request, reason, lastCall).ConfigureAwait(false)
            && (request.Successors is null || await successors.RevokeAsync(request, reason, lastCall).ConfigureAwait(false));
        await request.Delivery.SettleAsync(isRecorded ? Settlement.Ack : Settlement.Requeue, lastCall).ConfigureAwait(false);
        _events.Revoked(request, reason == Expired);
        if (request.Announcing is { } announcing)
        {
            await announcing.ConfigureAwait(false);
        }

        await _observers.RevokedAsync(request, reason, lastCall).ConfigureAwait(false);
    }

    // It may be what takes workers down. It is kept whatever becomes of other messages that cannot be run: nobody has seen yet why.
    private async ValueTask PutAsideAsync(TaskRequest request, CancellationToken lastCall)
    {
        var (headers, delivery) = (request.Headers, request.Delivery);
        var error = new TooManyDeliveriesException(delivery.DeliveryCount, string.Create(
            CultureInfo.InvariantCulture,
            $"Task {headers.TaskName}[{headers.Id}] is not run again: {delivery.DeliveryCount} runs of its message were begun and none has settled it, and MaxDeliveries is {request.MaxDeliveries}."));
        logger.TaskUnrunnable(delivery.Queue, error.Message);
        TryOpen(request);
        var failed = new TaskOutcome.Failed(error);
        await recorder.RecordAsync(request, failed, null, lastCall).ConfigureAwait(false);
        if (request.Successors is not null)
        {
            await successors.ConcludeAsync(request, failed, lastCall).ConfigureAwait(false);
        }

        await delivery.SettleAsync(Settlement.DeadLetter(error.Message), lastCall).ConfigureAwait(false);
        _events.Failed(request, error);
    }

    // Results may show the arguments of a task that is not run; whether they can be read does not matter then.
    private void TryOpen(TaskRequest request)
    {
        try
        {
            admission.Open(request);
        }
        catch (MalformedMessageException)
        {
            // The result shows none.
        }
    }

    private async ValueTask PutAsideAsync(IDelivery delivery, Verdict.Unrunnable message, CancellationToken lastCall)
    {
        logger.TaskUnrunnable(delivery.Queue, message.Error.Message);
        if (message.Headers is { } headers && delivery.Envelope is { } envelope)
        {
            await recorder.RecordUnrunnableAsync(headers, envelope, message.Error, lastCall).ConfigureAwait(false);
            if (admission.ReadSuccessors(envelope, headers) is { } following)
            {
                // Whoever waits for the chord or the chain would wait for ever.
                await successors.RefuseAsync(headers, following, message.Error, lastCall).ConfigureAwait(false);
            }
        }

        var settlement = unrunnable == UnrunnableMessages.Keep ? Settlement.DeadLetter(message.Error.Message) : Settlement.Reject;
        await delivery.SettleAsync(settlement, lastCall).ConfigureAwait(false);
        if (message is { Headers: { } known, Error: UnknownTaskException })
        {
            _events.Unknown(known);
        }

        await _observers.RefusedAsync(delivery, message.Headers, message.Error, lastCall).ConfigureAwait(false);
    }

    // Left unsettled it would hold a place of the prefetch count for ever; requeued it would fail here again at once. What was settled before stays so.
    private async ValueTask GiveUpAsync(IDelivery delivery, TaskHeaders? headers, Exception error, CancellationToken lastCall)
    {
        logger.DeliveryFailed(error, delivery.Queue);
        if (error is BrokerUnavailableException || (error is OperationCanceledException && lastCall.IsCancellationRequested))
        {
            // Settled later by the transport, or delivered again when the connection ends.
            return;
        }

        await _observers.InternalErrorAsync(delivery, headers, error, lastCall).ConfigureAwait(false);
        try
        {
            await delivery.SettleAsync(Settlement.DeadLetter($"Handling it failed: {error.Message}"), lastCall).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What goes on would take a slot along for ever.
        catch (Exception settling)
#pragma warning restore CA1031
        {
            logger.SettlementFailed(settling, delivery.Queue, nameof(SettlementKind.DeadLetter));
        }
    }
}
