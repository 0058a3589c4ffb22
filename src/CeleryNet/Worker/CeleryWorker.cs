using CeleryNet.Diagnostics;
using CeleryNet.Routing;
using CeleryNet.Tasks;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>Consumes, hands deliveries to free slots, and stops in order: intake first, then running tasks, then the connection.</summary>
internal sealed class CeleryWorker(
    ITransport transport,
    DeliveryHandler handler,
    TaskRegistry registry,
    IReadOnlyList<QueueSpec> queues,
    WorkerOptions options,
    string hostname,
    TimeProvider time,
    ILogger<CeleryWorker> logger) : ICeleryWorker, IDisposable
{
    private static readonly TimeSpan _reconnectDelay = TimeSpan.FromSeconds(2);

    // What a cancelled task gets to wind up, and what stopping the consumer may take.
    private static readonly TimeSpan _windUp = TimeSpan.FromSeconds(3);

    private readonly string _queueNames = string.Join(", ", queues.Select(queue => queue.Name));
    private readonly ExecutionSlots _slots = new(options.Concurrency);
    private readonly EtaQueue _etas = new(time);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _shutdown = new();
    private readonly CancellationTokenSource _lastCall = new();

    public string Hostname => hostname;

    public IReadOnlyList<string> Queues { get; } = [.. queues.Select(queue => queue.Name)];

    public IReadOnlyList<string> TaskNames => registry.Names;

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Connects and begins to take messages.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached or refuses us.</exception>
    public async Task<IConsumer> ConnectAsync(CancellationToken cancellationToken)
    {
        var prefetch = Math.Min((long)options.Concurrency * options.PrefetchMultiplier, ushort.MaxValue);
        var consumer = await transport.ConsumeAsync(new ConsumerRequest(queues, (int)prefetch), cancellationToken).ConfigureAwait(false);
        logger.WorkerReady(hostname, _queueNames, options.Concurrency, registry.Names.Count);
        _ready.TrySetResult();
        return consumer;
    }

    /// <summary>Works until told to stop.</summary>
    /// <param name="consumer">The consumer of <see cref="ConnectAsync"/>; null to connect here, for as long as it takes.</param>
    /// <param name="stopping">Fires when no more messages shall be taken.</param>
    /// <param name="hurry">Fires when running tasks shall be cancelled before their grace is over.</param>
    public async Task RunAsync(IConsumer? consumer, CancellationToken stopping, CancellationToken hurry)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                consumer ??= await ConnectAsync(stopping).ConfigureAwait(false);
                await PumpAsync(consumer, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error) when (error is CeleryException or System.Threading.Channels.ChannelClosedException)
            {
                logger.WorkerCannotConsume(hostname, (error.InnerException as CeleryException ?? error).Message, _reconnectDelay);
                if (consumer is not null)
                {
                    await consumer.DisposeAsync().ConfigureAwait(false);
                    consumer = null;
                }

                await WaitAsync(_reconnectDelay, stopping).ConfigureAwait(false);
            }
        }

        await StopAsync(consumer, hurry).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _slots.Dispose();
        _shutdown.Dispose();
        _lastCall.Dispose();
    }

    private async Task PumpAsync(IConsumer consumer, CancellationToken stopping)
    {
        while (await consumer.Deliveries.WaitToReadAsync(stopping).ConfigureAwait(false))
        {
            // The slot comes first: what is not taken out of the channel can still go back to its queue unread.
            await _slots.TakeAsync(stopping).ConfigureAwait(false);
            if (consumer.Deliveries.TryRead(out var delivery) && !delivery.Lost.IsCancellationRequested)
            {
                Start(delivery, stopping);
            }
            else
            {
                _slots.Release();
            }
        }

        throw new BrokerUnavailableException("The consumer has ended.");
    }

    private void Start(IDelivery delivery, CancellationToken stopping) => ThreadPool.UnsafeQueueUserWorkItem(
        static work => _ = work.Worker.HandleAsync(work.Delivery, work.Stopping),
        new Work(this, delivery, stopping),
        preferLocal: false);

    private async Task HandleAsync(IDelivery delivery, CancellationToken stopping)
    {
        Verdict.Hold? hold;
        try
        {
            hold = await handler.HandleAsync(delivery, _shutdown.Token, _lastCall.Token).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }

        if (hold is not null
            && await _etas.HoldAsync(delivery, hold.Until, stopping).ConfigureAwait(false) is { } due
            && await TryTakeSlotAsync(stopping).ConfigureAwait(false))
        {
            Start(due, stopping);
        }
    }

    private async ValueTask<bool> TryTakeSlotAsync(CancellationToken stopping)
    {
        try
        {
            await _slots.TakeAsync(stopping).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task StopAsync(IConsumer? consumer, CancellationToken hurry)
    {
        logger.WorkerStopping(hostname, _slots.Running, options.ShutdownGrace);
        if (consumer is not null)
        {
            await StopIntakeAsync(consumer).ConfigureAwait(false);
        }

        await DrainAsync(hurry).ConfigureAwait(false);
        if (consumer is not null)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
        }

        logger.WorkerStopped(hostname);
    }

    private async Task StopIntakeAsync(IConsumer consumer)
    {
        using var deadline = new CancellationTokenSource(_windUp, time);
        try
        {
            await consumer.StopAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is CeleryException or OperationCanceledException)
        {
            // Disposing the consumer closes its connection; the broker then takes back what is unsettled.
            logger.WorkerCannotConsume(hostname, error.Message, TimeSpan.Zero);
        }
    }

    private async Task DrainAsync(CancellationToken hurry)
    {
        using var grace = new CancellationTokenSource(options.ShutdownGrace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, hurry);
        if (await _slots.TryCloseAsync(either.Token).ConfigureAwait(false))
        {
            return;
        }

        logger.WorkerHurries(hostname, _slots.Running);
        await _shutdown.CancelAsync().ConfigureAwait(false);
        await WaitUntilIdleAsync(_windUp).ConfigureAwait(false);
        await _lastCall.CancelAsync().ConfigureAwait(false);
        await WaitUntilIdleAsync(_windUp).ConfigureAwait(false);
        if (_slots.Running > 0)
        {
            logger.WorkerLeftBehind(hostname, _slots.Running);
        }
    }

    private async Task WaitUntilIdleAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        await _slots.TryCloseAsync(deadline.Token).ConfigureAwait(false);
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(delay, time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The loop's condition ends it.
        }
    }

    private readonly record struct Work(CeleryWorker Worker, IDelivery Delivery, CancellationToken Stopping);
}
