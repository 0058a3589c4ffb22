using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Tasks;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Leads each delivery as it comes in to where it belongs: aside, to wait for its time or its task's rate limit, or to a slot. What waits here is known, and goes back to its queue
/// when the worker stops. Safe for concurrent use. celery/worker/strategy.py
/// </summary>
internal sealed class TaskFlow : IAsyncDisposable
{
    private readonly DeliveryHandler _handler;
    private readonly LiveTasks _live;
    private readonly Action<TaskRequest> _removeLive;
    private readonly EtaQueue _etas;
    private readonly BackgroundWork _endings = new();
    private readonly CancellationTokenSource _lastCall = new();
    private readonly Lock _counting = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public TaskFlow(
        DeliveryHandler handler, LiveTasks live, TaskRegistry registry, WorkerRetirement retirement, WorkerOptions options, TimeProvider time, ILogger<TaskFlow> logger)
    {
        Retirement = retirement;
        _handler = handler;
        _live = live;
        _removeLive = live.Remove;
        _time = time;
        _logger = logger;
        Prefetch = new PrefetchBudget(options);
        Slots = new ExecutionSlots(WorkerPool.InitialSize(options), Start);
        var fallback = options.DefaultRateLimit is { } limit ? RateLimit.Parse(limit) : RateLimit.None;
        RateLimits = new RateLimits(registry, fallback, options.DisableRateLimits, time, Reserve);
        _etas = new EtaQueue(time, Release);
    }

    public ExecutionSlots Slots { get; }

    public RateLimits RateLimits { get; }

    public PrefetchBudget Prefetch { get; }

    public WorkerRetirement Retirement { get; }

    /// <summary>How many tasks have begun to run until now.</summary>
    public long Begun => _live.Begun;

    /// <summary>Takes a delivery. Never waits.</summary>
    public void Receive(IDelivery delivery)
    {
        if (delivery.IsLost)
        {
            return;
        }

        switch (_handler.Judge(delivery))
        {
            case Verdict.Run run:
                _handler.AnnounceReceived(run.Request, _lastCall.Token);
                _live.Add(run.Request, TaskPhase.Limited);
                Limit(run.Request);
                EndIfRevoked(run.Request);
                break;
            case Verdict.Hold hold:
                _handler.AnnounceReceived(hold.Request, _lastCall.Token);
                _live.Add(hold.Request, TaskPhase.Held);
                Hold(hold);
                EndIfRevoked(hold.Request);
                break;
            case var refusal:
                End(delivery, refusal);
                break;
        }
    }

    /// <summary>Starts nothing any more, and gives back what waits, so that other workers can have it while this one ends its tasks.</summary>
    public async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        TaskRequest[] waiting = [.. _etas.Close(), .. RateLimits.Close(), .. Slots.Close()];

        // The youngest first: what goes back last is delivered first.
        foreach (var request in waiting.OrderByDescending(request => request.Number))
        {
            if (_live.TryTake(request))
            {
                await _handler.ReturnAsync(request.Delivery, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits until nothing is under way.</summary>
    /// <returns>Whether that came before the token fired.</returns>
    public async ValueTask<bool> TryWaitUntilIdleAsync(CancellationToken cancellationToken)
        => await Slots.TryWaitUntilIdleAsync(cancellationToken).ConfigureAwait(false)
            && await _endings.TryWaitUntilIdleAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Ends requests that were revoked: at once if they wait; if they run only if that is wanted, and when they heed it.</summary>
    /// <returns>Those that end by it.</returns>
    public IReadOnlyList<TaskRequest> Revoke(Func<TaskRequest, bool> isRevoked, bool terminate)
    {
        var (waiting, ended) = (new List<TaskRequest>(), new List<TaskRequest>());
        foreach (var request in _live.Find(isRevoked))
        {
            if (_live.TryTake(request))
            {
                waiting.Add(request);
                ended.Add(request);
            }
            else if (terminate && (request.Cancellation.TryCancel(CancellationReason.Revoked) || request.Cancellation.Reason == CancellationReason.Revoked))
            {
                ended.Add(request);
            }
        }

        if (waiting.Count > 0)
        {
            Forget(waiting);
            foreach (var request in waiting)
            {
                End(request);
            }
        }

        return ended;
    }

    /// <summary>Wants everything that runs to end.</summary>
    public void Cancel(CancellationReason reason)
    {
        foreach (var request in _live.Find(_ => true))
        {
            request.Cancellation.TryCancel(reason);
        }
    }

    /// <summary>Stores that runs are lost which do not end, where nobody will be given their messages again.</summary>
    public async ValueTask GiveUpAsync(TimeSpan limit)
    {
        var lost = _live.Find(request => request is { Phase: TaskPhase.Running, AcksLate: false, Context: not null, HasRun: false });
        if (lost.Count > 0)
        {
            using var deadline = new CancellationTokenSource(limit, _time);
            await Task.WhenAll(lost.Select(request => _handler.GiveUpAsync(request, deadline.Token).AsTask())).ConfigureAwait(false);
        }
    }

    /// <summary>Ends even what stores results and settles.</summary>
    public Task LastCallAsync() => _lastCall.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _etas.DisposeAsync().ConfigureAwait(false);
        await RateLimits.DisposeAsync().ConfigureAwait(false);
        _lastCall.Dispose();
        Retirement.Dispose();
    }

    private void Hold(Verdict.Hold hold)
    {
        if (_etas.TryHold(hold.Request, hold.Until, _removeLive))
        {
            CountHeld();
            _logger.TaskHeld(hold.Request.Headers.DisplayName, hold.Request.Headers.Id.Value, hold.Until);
        }
        else
        {
            Return(hold.Request);
        }
    }

    private void Release(TaskRequest request)
    {
        CountHeld();
        Limit(request);
    }

    // One at a time: an older count that is set after a newer one would keep places taken until the next change.
    private void CountHeld()
    {
        lock (_counting)
        {
            var count = _etas.Count;
            var wasReached = Prefetch.IsEtaLimitReached;
            Prefetch.SetHeld(count);
            if (!wasReached && Prefetch.IsEtaLimitReached)
            {
                _logger.EtaLimitReached(count);
            }
        }
    }

    private void Limit(TaskRequest request)
    {
        // In this order: once it waits there it may go on at any moment.
        if (!_live.TryMove(request, TaskPhase.Limited))
        {
            return;
        }

        if (RateLimits.TryHold(request, _removeLive))
        {
            _logger.TaskLimited(request.Headers.DisplayName, request.Headers.Id.Value);
        }
        else
        {
            Reserve(request);
        }
    }

    private void Reserve(TaskRequest request)
    {
        if (!_live.TryMove(request, TaskPhase.Reserved))
        {
            return;
        }

        if (!Slots.TryEnter(request, _removeLive))
        {
            Return(request);
        }
    }

    private void Return(TaskRequest request)
    {
        if (_live.TryTake(request))
        {
            _endings.Add(() => _handler.ReturnAsync(request.Delivery, _lastCall.Token));
        }
    }

    // A revoke between the verdict and the place where it waits now did not find it.
    private void EndIfRevoked(TaskRequest request)
    {
        if (!_handler.IsRevoked(request))
        {
            return;
        }

        if (_live.TryTake(request))
        {
            End(request);
        }

        Forget([request]);
    }

    private void End(TaskRequest request) => End(request.Delivery, new Verdict.Revoked(request));

    private void End(IDelivery delivery, Verdict refusal) => _endings.Add(() => _handler.EndAsync(delivery, refusal, _lastCall.Token));

    // Those that are not live any more would be passed over when their turn comes, which may be in a year.
    private void Forget(IReadOnlyList<TaskRequest> requests)
    {
        var wasHeld = false;
        foreach (var request in requests)
        {
            wasHeld |= _etas.Remove(request);
            RateLimits.Remove(request);
            Slots.Remove(request);
        }

        if (wasHeld)
        {
            CountHeld();
        }
    }

    private void Start(TaskRequest request)
        => ThreadPool.UnsafeQueueUserWorkItem(static work => _ = work.Flow.RunAsync(work.Request), (Flow: this, Request: request), preferLocal: false);

    // A slot goes from task to task for as long as one waits for it.
    private async Task RunAsync(TaskRequest first)
    {
        for (var request = first; request is not null; request = Slots.NextOrLeave())
        {
            if (!_live.TryMove(request, TaskPhase.Running))
            {
                continue;
            }

            if (!request.AcksLate)
            {
                Prefetch.BeginEarly();
            }

            await _handler.RunAsync(request, _lastCall.Token).ConfigureAwait(false);
            if (!request.AcksLate)
            {
                Prefetch.EndEarly();
            }

            _live.Remove(request);
            Retirement.TaskEnded();
        }
    }
}
