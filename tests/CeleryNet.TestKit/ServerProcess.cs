namespace CeleryNet.TestKit;

/// <summary>
/// A server of one test's own, which may be stopped, killed and started again on the same port and data. Disposing kills it and removes its data.
/// </summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private readonly TestDirectory _directory = new();
    private ChildProcess? _process;

    /// <summary>The port it listens on, the same after each start.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Whether it was started and has not ended.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it has written since it was started last, for messages of failures.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>The directory of its data.</summary>
    public string DataDirectory => _directory.Path;

    private protected ChildProcess Process => _process ?? throw new InvalidOperationException($"{GetType().Name} was not started.");

    /// <summary>Starts it and waits until it takes connections.</summary>
    /// <exception cref="InvalidOperationException">It runs already.</exception>
    public async Task StartAsync()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{GetType().Name} runs already.");
        }

        if (_process is { } ended)
        {
            // Not twice, even if it cannot be started again now.
            _process = null;
            await ended.DisposeAsync();
        }

        _process = await LaunchAsync();
    }

    /// <summary>Stops it as an administrator would (SIGTERM) and waits until it has ended.</summary>
    public Task StopAsync() => Process.StopAsync();

    /// <summary>Ends it as a power cut would (SIGKILL).</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>Stops it from running without ending it (SIGSTOP): connections stay open, nothing answers.</summary>
    public void Freeze() => SignalServer(Signals.Stop);

    /// <summary>Lets it go on after <see cref="Freeze"/>.</summary>
    public void Thaw() => SignalServer(Signals.Continue);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await CleanUpAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the process and returns when it takes connections.</summary>
    private protected abstract Task<ChildProcess> LaunchAsync();

    private protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    private protected virtual void SignalServer(int signal) => Process.Signal(signal);

    /// <summary>A process that failed to come up must not stay.</summary>
    private protected static async Task<ChildProcess> WhenReadyAsync(ChildProcess process, string line)
    {
        try
        {
            await process.WaitForLineAsync(line);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
