using CeleryNet.Diagnostics;
using CeleryNet.Transports;
using CeleryNet.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <summary>Runs the worker with the host: a stop of the host is a warm shutdown. The end of the host's patience cancels what still runs, unless the options say how long that may take.</summary>
/// <param name="worker">The worker.</param>
/// <param name="options">Its options.</param>
/// <param name="startTimeout">How long a start may take that does not go on trying.</param>
/// <param name="time">Measures it.</param>
/// <param name="lifetime">Stops the host when the worker has ended by itself.</param>
/// <param name="fail">Has the process tell whoever started it that it failed.</param>
/// <param name="logger">Told why the worker failed.</param>
internal sealed class WorkerHostedService(
    CeleryWorker worker,
    IOptions<WorkerOptions> options,
    TimeSpan startTimeout,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    Action fail,
    ILogger<WorkerHostedService> logger) : IHostedService, IDisposable
{
    // Five seconds less than a host gives its services by default, for cancelled tasks to wind up.
    private static readonly TimeSpan _defaultGrace = TimeSpan.FromSeconds(25);

    private readonly WorkerShutdown _shutdown = new(options.Value.ShutdownGrace ?? _defaultGrace);
    private ShutdownSignals? _signals;
    private Task _running = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var consumer = options.Value.ConnectRetryOnStartup ? null : await ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (options.Value.HandleSignals)
        {
            var actions = new ShutdownActions(options.Value.SoftShutdownTimeout, lifetime.StopApplication, Environment.Exit);
            _signals = new ShutdownSignals(_shutdown, actions, ShutdownSignals.Remap, worker.Hostname, logger);
            _signals.Listen();
        }

        _running = RunAsync(consumer);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _shutdown.Advance(ShutdownStage.Warm);

        // Whoever has said how long tasks may take means it: a host waits for its services beyond its own timeout, it only asks them to hurry.
        var heeded = options.Value is { ShutdownGrace: null, SoftShutdownTimeout.Ticks: 0 } ? cancellationToken : CancellationToken.None;
        await using var impatience = heeded
            .UnsafeRegister(static shutdown => ((WorkerShutdown)shutdown!).Advance(ShutdownStage.Cold), _shutdown).ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        // Where no signal began the stop, whatever stopped the host knows better what the end means.
        if (_shutdown.HasCancelled && _signals is { HasReceived: true })
        {
            fail();
        }
    }

    public void Dispose()
    {
        _signals?.Dispose();
        _shutdown.Dispose();
    }

    // A transport tries until it is told to stop.
    private async Task<IConsumer> ConnectAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(startTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        return await worker.ConnectAsync(either.Token).ConfigureAwait(false);
    }

    private async Task RunAsync(IConsumer? consumer)
    {
        // The host's other services start meanwhile.
        await Task.Yield();
        try
        {
            await worker.RunAsync(consumer, _shutdown).ConfigureAwait(false);
            if (worker.HasFailed)
            {
                fail();
            }

            // A host without its worker would look alive.
            if (!_shutdown.Warm.IsCancellationRequested)
            {
                lifetime.StopApplication();
            }
        }
#pragma warning disable CA1031 // A worker that cannot go on must not leave a host behind that looks alive.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.WorkerFailed(error, worker.Hostname);
            fail();
            lifetime.StopApplication();
        }
    }
}
