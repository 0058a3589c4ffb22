using System.Runtime.ExceptionServices;
using CeleryNet.Control;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
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
    WorkerQueues queues,
    WorkerOptions options,
    string hostname,
    TimeProvider time,
    ILogger<CeleryWorker> logger,
    WorkerHooks? hooks = null,
    WorkerEvents? events = null) : ICeleryWorker, IAsyncDisposable
{
    private static readonly TimeSpan _reconnectDelay = TimeSpan.FromSeconds(2);

    // How long the start waits for remote control, which is not what it is there for.
    private static readonly TimeSpan _controlPatience = TimeSpan.FromSeconds(5);

    private readonly WorkerPool _pool = new(flow.Slots, flow.Prefetch, options.Autoscale, hostname, time, logger);
    private readonly TaskDrain _drain = new(flow, options, hostname, time, logger);
    private readonly WorkerHealthMonitor _health = new(flow.Retirement.Stuck, options, time);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkerState _state;
    private readonly WorkerObservers _observers = hooks?.WorkerObservers ?? WorkerObservers.None;

    // Then the transport has made all the attempts that the options allow.
    private readonly bool _endsWithoutBroker = hooks?.Resilience?.Settings.ConnectRetries is not null;
    private bool _isAnnounced;

    public string Hostname => hostname;

    public IReadOnlyList<string> Queues => queues.Names;

    public IReadOnlyList<string> TaskNames => registry.Names;

    public int StuckTasks => flow.Retirement.Stuck.Count;

    /// <summary>Whether the worker has stopped by itself since something went wrong.</summary>
    public bool HasFailed => flow.Retirement.IsFailure;

    public WorkerHealth GetHealth() => _health.Get();

    public WorkerState State => _state;

    public int Concurrency => _pool.Size;

    public AutoscaleRange? Autoscale => _pool.Range;

    public RateLimit GetRateLimit(string taskName) => flow.RateLimits.Of(taskName);

    public void SetRateLimit(string taskName, RateLimit limit) => flow.RateLimits.Set(taskName, limit);

    public void Resize(int concurrency) => _pool.Resize(concurrency);

    public void SetAutoscale(AutoscaleRange range) => _pool.SetRange(range);

    public Task<bool> AddQueueAsync(string name, CancellationToken cancellationToken = default) => queues.AddAsync(name, cancellationToken);

    public Task<bool> AddQueueAsync(CeleryQueue queue, CancellationToken cancellationToken = default) => queues.AddAsync(queue, cancellationToken);

    public Task<bool> RemoveQueueAsync(string name, CancellationToken cancellationToken = default) => queues.RemoveAsync(name, cancellationToken);

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => _ready.Task.WaitAsync(cancellationToken);

    public bool Revoke(TaskId taskId, bool terminate = false) => revoker.Revoke([taskId], terminate).Count > 0;

    public int RevokeByStamp(string name, string value, bool terminate = false) => revoker.Revoke([new Stamp(name, value)], terminate).Count;

    /// <summary>Connects and begins to take messages.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached or refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">The file of revoked tasks cannot be used.</exception>
    public async Task<IConsumer> ConnectAsync(CancellationToken cancellationToken)
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            await _observers.StartingAsync(this, cancellationToken).ConfigureAwait(false);
        }

        revokedFile?.Open();
        var consumed = queues.Current;
        var request = new ConsumerRequest(consumed, Math.Max(1, flow.Prefetch.Count));
        var consumer = await transport.ConsumeAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await queues.AttachAsync(consumer, consumed, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        flow.Prefetch.Steer(consumer);
        await StartControlAsync(cancellationToken).ConfigureAwait(false);
        _health.Consumes();
        _state = WorkerState.Consuming;
        events?.Start();
        if (logger.IsEnabled(LogLevel.Information))
        {
            logger.WorkerReady(hostname, string.Join(", ", queues.Names), _pool.Size, registry.Names.Count);
        }

        if (_ready.TrySetResult())
        {
            await _observers.ReadyAsync(this, cancellationToken).ConfigureAwait(false);
        }

        return consumer;
    }

    /// <summary>Works until told to stop, or until it is to be started anew.</summary>
    /// <param name="consumer">The consumer of <see cref="ConnectAsync"/>; null to connect here, for as long as it takes.</param>
    /// <param name="shutdown">Says when to stop, and how fast.</param>
    /// <exception cref="BrokerUnavailableException">The broker is away, and the options allow no more attempts; the worker has stopped.</exception>
    public async Task RunAsync(IConsumer? consumer, WorkerShutdown shutdown)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(shutdown.Warm, flow.Retirement.Due);
        var stopping = either.Token;
        Exception? failure = null;
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
                _state = WorkerState.Connecting;
                var reason = error.InnerException as CeleryException ?? error;
                if (_endsWithoutBroker && reason is BrokerUnavailableException)
                {
                    logger.WorkerGivesUp(hostname, reason.Message);
                    failure = reason;
                    break;
                }

                _health.Pauses(reason.Message);
                logger.WorkerCannotConsume(hostname, reason.Message, _reconnectDelay);
                if (consumer is not null)
                {
                    queues.Detach(consumer);
                    await consumer.DisposeAsync().ConfigureAwait(false);
                    consumer = null;
                }

                await WaitAsync(_reconnectDelay, stopping).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it is, what runs must be seen to its end before the worker fails of it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = error;
                break;
            }
        }

        await StopAsync(consumer, shutdown).ConfigureAwait(false);
        if (failure is BrokerUnavailableException)
        {
            throw new BrokerUnavailableException(failure.Message, failure);
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopControlAsync().ConfigureAwait(false);
        await StopEventsAsync().ConfigureAwait(false);
        await _pool.DisposeAsync().ConfigureAwait(false);
        await flow.DisposeAsync().ConfigureAwait(false);
        queues.Dispose();
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

    // Last of all: it tells of the last task, too.
    private ValueTask StopEventsAsync() => events?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task PumpAsync(IConsumer consumer, CancellationToken stopping)
    {
        await foreach (var delivery in consumer.Deliveries.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            flow.Receive(delivery);
        }

        throw new BrokerUnavailableException("The consumer has ended.");
    }

    private async Task StopAsync(IConsumer? consumer, WorkerShutdown shutdown)
    {
        _health.Pauses("it stops.");
        _state = WorkerState.Stopping;
        logger.WorkerStopping(hostname, flow.Slots.Busy, shutdown.Grace);
        if (consumer is not null)
        {
            queues.Detach(consumer);
            await StopIntakeAsync(consumer).ConfigureAwait(false);
        }

        using (var deadline = new CancellationTokenSource(TaskDrain.WindUp, time))
        {
            await flow.CloseAsync(deadline.Token).ConfigureAwait(false);
        }

        await TellAsync(_observers.StoppingAsync, shutdown.Cold).ConfigureAwait(false);

        // Until here tasks can be revoked that hold up the end.
        await _drain.EndAsync(shutdown).ConfigureAwait(false);
        await StopControlAsync().ConfigureAwait(false);
        await StopEventsAsync().ConfigureAwait(false);
        if (consumer is not null)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
        }

        _state = WorkerState.Stopped;
        await TellAsync(_observers.StoppedAsync, CancellationToken.None).ConfigureAwait(false);
        logger.WorkerStopped(hostname);
    }

    // Observers must not keep a worker from stopping.
    private async Task TellAsync(Func<ICeleryWorker, CancellationToken, ValueTask> tell, CancellationToken hurry)
    {
        if (_observers.IsEmpty)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(TaskDrain.WindUp, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, hurry);
        await tell(this, either.Token).ConfigureAwait(false);
    }

    private async Task StopIntakeAsync(IConsumer consumer)
    {
        using var deadline = new CancellationTokenSource(TaskDrain.WindUp, time);
        try
        {
            await consumer.StopAsync(deadline.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The tasks that run must be seen to their end, whatever it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // Disposing the consumer closes its connection; the broker then takes back what is unsettled.
            logger.WorkerCannotConsume(hostname, error.Message, TimeSpan.Zero);
        }
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
