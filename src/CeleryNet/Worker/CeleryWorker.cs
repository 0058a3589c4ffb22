using CeleryNet.Control;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Routing;
using CeleryNet.Tasks;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>Consumes for as long as it is to, and stops in order: intake first, then what waits, then running tasks, then the connection.</summary>
internal sealed class CeleryWorker(
    ITransport transport,
    TaskFlow flow,
    Revoker revoker,
    RevokedTaskFile? revokedFile,
    ControlNode? control,
    TaskRegistry registry,
    IReadOnlyList<QueueSpec> queues,
    WorkerOptions options,
    string hostname,
    TimeProvider time,
    ILogger<CeleryWorker> logger) : ICeleryWorker, IAsyncDisposable
{
    private static readonly TimeSpan _reconnectDelay = TimeSpan.FromSeconds(2);

    // What a cancelled task gets to wind up, and what stopping the consumer may take.
    private static readonly TimeSpan _windUp = TimeSpan.FromSeconds(3);

    // How long the start waits for remote control, which is not what it is there for.
    private static readonly TimeSpan _controlPatience = TimeSpan.FromSeconds(5);

    private readonly string _queueNames = string.Join(", ", queues.Select(queue => queue.Name));
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Hostname => hostname;

    public IReadOnlyList<string> Queues { get; } = [.. queues.Select(queue => queue.Name)];

    public IReadOnlyList<string> TaskNames => registry.Names;

    public RateLimit GetRateLimit(string taskName) => flow.RateLimits.Of(taskName);

    public void SetRateLimit(string taskName, RateLimit limit) => flow.RateLimits.Set(taskName, limit);

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => _ready.Task.WaitAsync(cancellationToken);

    public bool Revoke(TaskId taskId, bool terminate = false) => revoker.Revoke([taskId], terminate).Count > 0;

    public int RevokeByStamp(string name, string value, bool terminate = false) => revoker.Revoke([new Stamp(name, value)], terminate).Count;

    /// <summary>Connects and begins to take messages.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached or refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">The file of revoked tasks cannot be used.</exception>
    public async Task<IConsumer> ConnectAsync(CancellationToken cancellationToken)
    {
        revokedFile?.Open();
        var consumer = await transport.ConsumeAsync(new ConsumerRequest(queues, Math.Max(1, flow.Prefetch.Count)), cancellationToken).ConfigureAwait(false);
        flow.Prefetch.Steer(consumer);
        await StartControlAsync(cancellationToken).ConfigureAwait(false);
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

    public async ValueTask DisposeAsync()
    {
        await StopControlAsync().ConfigureAwait(false);
        await flow.DisposeAsync().ConfigureAwait(false);
    }

    // Tasks run whether or not remote control can be received.
    private async Task StartControlAsync(CancellationToken cancellationToken)
    {
        if (control is null)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(_controlPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        await control.StartAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask StopControlAsync()
    {
        if (control is not null)
        {
            await control.DisposeAsync().ConfigureAwait(false);
        }

        if (revokedFile is not null)
        {
            await revokedFile.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task PumpAsync(IConsumer consumer, CancellationToken stopping)
    {
        await foreach (var delivery in consumer.Deliveries.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            flow.Receive(delivery);
        }

        throw new BrokerUnavailableException("The consumer has ended.");
    }

    private async Task StopAsync(IConsumer? consumer, CancellationToken hurry)
    {
        logger.WorkerStopping(hostname, flow.Slots.Busy, options.ShutdownGrace);
        if (consumer is not null)
        {
            await StopIntakeAsync(consumer).ConfigureAwait(false);
        }

        using (var deadline = new CancellationTokenSource(_windUp, time))
        {
            await flow.CloseAsync(deadline.Token).ConfigureAwait(false);
        }

        // Until here tasks can be revoked that hold up the end.
        await DrainAsync(hurry).ConfigureAwait(false);
        await StopControlAsync().ConfigureAwait(false);
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
        if (await flow.TryWaitUntilIdleAsync(either.Token).ConfigureAwait(false))
        {
            return;
        }

        logger.WorkerHurries(hostname, flow.Slots.Busy);
        flow.Cancel(CancellationReason.Shutdown);
        await WaitUntilIdleAsync(_windUp).ConfigureAwait(false);
        await flow.LastCallAsync().ConfigureAwait(false);
        await WaitUntilIdleAsync(_windUp).ConfigureAwait(false);
        if (flow.Slots.Busy > 0)
        {
            logger.WorkerLeftBehind(hostname, flow.Slots.Busy);
        }
    }

    private async Task WaitUntilIdleAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        await flow.TryWaitUntilIdleAsync(deadline.Token).ConfigureAwait(false);
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
}
