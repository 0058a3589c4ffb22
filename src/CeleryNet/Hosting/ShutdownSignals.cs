using System.Globalization;
using System.Runtime.InteropServices;
using CeleryNet.Diagnostics;
using CeleryNet.Worker;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Hosting;

/// <summary>
/// Has the process's signals mean to the worker what they mean to Celery's: each one takes its shutdown a stage further, and the one after the last ends the
/// process. The host's own handlers go on beside these; to them each signal is a stop. celery/apps/worker.py
/// </summary>
internal sealed class ShutdownSignals : IDisposable
{
    private const string RemapVariable = "REMAP_SIGTERM";

    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly WorkerShutdown _shutdown;
    private readonly ShutdownActions _actions;
    private readonly bool _isTerminateCold;
    private readonly string _hostname;
    private readonly ILogger _logger;
    private ShutdownStage _stage;

    /// <param name="shutdown">The worker's shutdown.</param>
    /// <param name="actions">What a signal can do beyond the worker.</param>
    /// <param name="remap">What SIGTERM is to mean, as in the environment's REMAP_SIGTERM; null or empty for what it is.</param>
    /// <param name="hostname">The worker's name, for the log.</param>
    /// <param name="logger">Where to say so.</param>
    /// <exception cref="CeleryConfigurationException">SIGTERM cannot mean that.</exception>
    public ShutdownSignals(WorkerShutdown shutdown, ShutdownActions actions, string? remap, string hostname, ILogger logger)
    {
        (_shutdown, _actions, _hostname, _logger) = (shutdown, actions, hostname, logger);
        _isTerminateCold = remap switch
        {
            null or "" => false,
            "SIGQUIT" => true,
            _ => throw new CeleryConfigurationException($"The environment's {RemapVariable} must be SIGQUIT or absent, was '{remap}'."),
        };
    }

    /// <summary>Whether there was a signal.</summary>
    public bool HasReceived
    {
        get
        {
            lock (_gate)
            {
                return _stage > ShutdownStage.None;
            }
        }
    }

    /// <summary>What REMAP_SIGTERM is in this process.</summary>
    public static string? Remap => Environment.GetEnvironmentVariable(RemapVariable);

    /// <summary>Begins to handle the signals of this process. On Windows these are Ctrl+C (SIGINT) and Ctrl+Break (SIGQUIT).</summary>
    public void Listen()
    {
        // When Windows shuts down, it waits for one handler only: that is the host's.
        PosixSignal[] signals = OperatingSystem.IsWindows()
            ? [PosixSignal.SIGINT, PosixSignal.SIGQUIT]
            : [PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM];
        foreach (var signal in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Receive(context.Signal);
            }));
        }
    }

    /// <summary>Does what a signal says.</summary>
    public void Receive(PosixSignal signal)
    {
        var isCold = signal == PosixSignal.SIGQUIT || (signal == PosixSignal.SIGTERM && _isTerminateCold);
        ShutdownStage? next;
        lock (_gate)
        {
            next = Next(isCold && _stage == ShutdownStage.None ? ShutdownStage.Warm : _stage);
            _stage = next ?? _stage;
        }

        if (_logger.IsEnabled(LogLevel.Information))
        {
            _logger.ShutdownSignalled(_hostname, signal.ToString(), Describe(next));
        }

        if (next is not { } stage)
        {
            _actions.Exit(128 + NumberOf(signal));
            return;
        }

        _shutdown.Advance(stage);
        _actions.StopHost();
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    // Null when there is no further stage.
    private ShutdownStage? Next(ShutdownStage stage) => stage switch
    {
        ShutdownStage.None => ShutdownStage.Warm,
        ShutdownStage.Warm when _actions.SoftTimeout > TimeSpan.Zero => ShutdownStage.Soft,
        ShutdownStage.Warm or ShutdownStage.Soft => ShutdownStage.Cold,
        _ => null,
    };

    private string Describe(ShutdownStage? stage) => stage switch
    {
        ShutdownStage.Warm => "running tasks may finish; another signal cancels them",
        ShutdownStage.Soft => string.Create(
            CultureInfo.InvariantCulture, $"running tasks are cancelled in {_actions.SoftTimeout}; another signal cancels them at once"),
        ShutdownStage.Cold => "running tasks are cancelled; another signal ends the process",
        _ => "the process ends",
    };

    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        _ => 15,
    };
}

/// <summary>What signals can do beyond the worker.</summary>
/// <param name="SoftTimeout">How long the soft stage lasts; 0 when there is none.</param>
/// <param name="StopHost">Asks the host to stop. It may be asked more than once.</param>
/// <param name="Exit">Ends the process with an exit code.</param>
internal sealed record ShutdownActions(TimeSpan SoftTimeout, Action StopHost, Action<int> Exit);
