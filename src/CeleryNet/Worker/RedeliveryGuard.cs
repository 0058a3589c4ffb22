using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Keeps messages that were delivered before from being run once more in vain or without end: what has succeeded is not run again, and each run
/// is counted where their number is bounded.
/// </summary>
internal sealed class RedeliveryGuard(IResultBackend backend, bool deduplicates, ILogger<RedeliveryGuard> logger, SuccessorPublisher? successors = null)
{
    private readonly SuccessfulTasks _recent = new(SuccessfulTasks.DefaultCapacity);

    /// <summary>Whether the run may begin; if not, the delivery is lost or settled.</summary>
    /// <exception cref="BrokerUnavailableException">It may not begin, and could not be settled.</exception>
    public async ValueTask<bool> MayRunAsync(TaskRequest request, CancellationToken lastCall)
    {
        if (!request.AcksLate)
        {
            return true;
        }

        if (deduplicates && await FindSuccessAsync(request, lastCall).ConfigureAwait(false) is { } success)
        {
            logger.AlreadySucceeded(request.Headers.DisplayName, request.Headers.Id.Value);

            // The run that stored its success had sent what follows, but may not have come to report its part of a chord. To report it twice changes nothing.
            var isOver = success.Stored is not { } stored || successors is null || await successors.ReportAgainAsync(request, stored.Result, lastCall).ConfigureAwait(false);
            await request.Delivery.SettleAsync(isOver ? Settlement.Ack : Settlement.Requeue, lastCall).ConfigureAwait(false);
            return false;
        }

        return request.MaxDeliveries is null || await CountAsync(request, lastCall).ConfigureAwait(false);
    }

    /// <summary>Notes that a task has succeeded and its result is stored, if it is to be.</summary>
    public void Remember(TaskRequest request)
    {
        if (deduplicates && request.AcksLate)
        {
            _recent.Add(request.Headers.Id);
        }
    }

    // celery/app/trace.py trace_task
    private async ValueTask<Success?> FindSuccessAsync(TaskRequest request, CancellationToken lastCall)
    {
        if (request.Delivery is { Redelivered: false, DeliveryCount: 0 })
        {
            return null;
        }

        if (_recent.Contains(request.Headers.Id))
        {
            return new Success(null);
        }

        try
        {
            return await backend.GetAsync(request.Headers.Id, lastCall).ConfigureAwait(false) is { } stored && stored.State == TaskState.Success ? new Success(stored) : null;
        }
        catch (CeleryException error)
        {
            // To run it twice is allowed, to wait for the backend is not better.
            logger.RunUnguarded(error, request.Headers.DisplayName, request.Headers.Id.Value, "looked up whether it has succeeded before");
            return null;
        }
    }

    private async ValueTask<bool> CountAsync(TaskRequest request, CancellationToken lastCall)
    {
        try
        {
            return await request.Delivery.CountAsync(lastCall).ConfigureAwait(false);
        }
        catch (PublishException error)
        {
            // The broker would refuse it next time too, as for a full queue, and it is better run than held up.
            logger.RunUnguarded(error, request.Headers.DisplayName, request.Headers.Id.Value, "counted");
            return true;
        }
        catch (BrokerUnavailableException error)
        {
            // Unsettled it would hold its place for ever.
            logger.DeliveryFailed(error, request.Delivery.Queue);
            await request.Delivery.SettleAsync(Settlement.Return, lastCall).ConfigureAwait(false);
            return false;
        }
    }

    // What is stored is null of a task that this worker has brought to its end itself.
    private sealed record Success(ResultMeta? Stored);
}
