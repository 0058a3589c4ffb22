using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests.Peers;

/// <summary>A worker of Celery's own: <c>celery -A app worker</c>.</summary>
internal sealed class PythonWorker : IAsyncDisposable
{
    private readonly PythonProcess _process;

    private PythonWorker(PythonProcess process) => _process = process;

    /// <summary>Starts it and waits until it consumes.</summary>
    /// <param name="settings">Where it finds everything.</param>
    /// <param name="queue">The queue to consume.</param>
    /// <param name="pool">Options of the worker's pool.</param>
    public static async Task<PythonWorker> StartAsync(PythonSettings settings, string queue, params string[] pool)
    {
        var process = PythonProcess.StartModule(
            "celery",
            [
                "-A", "app", "worker", "-Q", queue, "-n", $"python-{queue}@%h", "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
                .. pool.Length == 0 ? ["--pool", "solo"] : pool,
            ],
            settings.Environment,
            PythonSettings.Directory);
        await process.WaitForLineAsync("WORKER-READY");
        return new PythonWorker(process);
    }

    public async ValueTask DisposeAsync()
    {
        // A pool's processes end with their parent only if it ends in order.
        await _process.StopAsync();
        await _process.DisposeAsync();
    }
}
