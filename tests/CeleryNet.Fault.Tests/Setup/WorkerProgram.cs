using System.Globalization;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>Starts workers as programs of their own, so that they can be killed.</summary>
internal static class WorkerProgram
{
    /// <summary>The visibility timeout of every worker on Redis here, so that what a dead one held comes back soon.</summary>
    public static TimeSpan VisibilityTimeout { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Starts samples/Worker and waits until it consumes.</summary>
    public static async Task<ChildProcess> StartAsync(string broker, string results, string queue, int concurrency = 8)
    {
        // artifacts/bin/<project>/<configuration>: the same configuration as these tests.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(output.Parent!.Parent!.FullName, "CeleryNet.Samples.Worker", output.Name, "CeleryNet.Samples.Worker.dll");
        var worker = ChildProcess.Start(
            "dotnet",
            [
                program,
                "--broker", broker,
                "--result-backend", results,
                "--queues", queue,
                "--concurrency", concurrency.ToString(CultureInfo.InvariantCulture),
                "--visibility-timeout", VisibilityTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            ],
            workingDirectory: Path.GetTempPath());
        return await WhenReadyAsync(worker, "ready: queues");
    }

    /// <summary>Starts a Celery worker in Python with the same tasks and waits until it consumes.</summary>
    public static async Task<PythonProcess> StartPythonAsync(string broker, string results, string queue, int concurrency = 8)
    {
        var worker = PythonProcess.StartModule(
            "celery",
            [
                "-A", "fault_app", "worker",
                "--pool", "threads",
                "--concurrency", concurrency.ToString(CultureInfo.InvariantCulture),
                "--queues", queue,
                "--hostname", $"{Names.Unique("python")}@localhost",
                "--loglevel", "INFO",
                "--without-gossip", "--without-mingle", "--without-heartbeat",
            ],
            new Dictionary<string, string>
            {
                ["CELERY_BROKER_URL"] = broker,
                ["CELERY_RESULT_BACKEND"] = results,
                ["FAULT_VISIBILITY_TIMEOUT"] = VisibilityTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            },
            Path.Combine(AppContext.BaseDirectory, "python"));
        return await WhenReadyAsync(worker, " ready.");
    }

    /// <summary>How many runs a worker has reported as succeeded.</summary>
    public static int Successes(this ChildProcess worker) => worker.Lines.Count(line => line.Contains(" succeeded in ", StringComparison.Ordinal));

    // A worker that does not come up must not stay.
    private static async Task<T> WhenReadyAsync<T>(T worker, string line)
        where T : ChildProcess
    {
        try
        {
            await worker.WaitForLineAsync(line);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }
}
