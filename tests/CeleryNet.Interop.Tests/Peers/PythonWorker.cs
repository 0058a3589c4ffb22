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
    public static Task<PythonWorker> StartAsync(PythonSettings settings, string queue, params string[] pool)
        => StartAsync(settings.Environment, queue, $"python-{queue}@%h", pool);

    /// <summary>Starts one that is sent to directly too (<c>worker_direct</c>).</summary>
    public static Task<PythonWorker> StartDirectAsync(PythonSettings settings, string queue, string nodeName)
        => StartAsync(new Dictionary<string, string>(settings.Environment) { ["CELERYNET_WORKER_DIRECT"] = "1" }, queue, nodeName, []);

    private static async Task<PythonWorker> StartAsync(IReadOnlyDictionary<string, string> environment, string queue, string nodeName, string[] pool)
    {
        var process = PythonProcess.StartModule(
            "celery",
            [
                "-A", "app", "worker", "-Q", queue, "-n", nodeName, "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
                .. pool.Length == 0 ? ["--pool", "solo"] : pool,
            ],
            environment,
            PythonSettings.Directory);
        await process.WaitForLineAsync("WORKER-READY");
        return new PythonWorker(process);
    }

    /// <summary>Kills it with the processes of its pool, for when it may not end in order.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _process.StopAsync(TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            // Celery 5.2 answers the signal with an exception wherever it is just then, and some of its handlers swallow it.
            await _process.KillAsync();
        }

        await _process.DisposeAsync();
    }
}
