using System.Globalization;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>Starts workers as programs of their own, so that they can be killed.</summary>
internal static class WorkerProgram
{
    private static readonly string _visibilitySeconds = VisibilityTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>The visibility timeout of every worker on Redis here, so that what a dead one held comes back soon.</summary>
    public static TimeSpan VisibilityTimeout => TimeSpan.FromSeconds(2);

    /// <summary>Starts CeleryNet.Fault.Worker and waits until it consumes.</summary>
    public static async Task<ChildProcess> StartAsync(FaultBroker broker, string queue, string runs, int concurrency)
    {
        var worker = ChildProcess.Start(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "CeleryNet.Fault.Worker.dll"),
                "--RunLog", runs,
                "--Celery:Broker", broker.Url,
                "--Celery:ResultBackend", broker.Results,
                "--Celery:CreateMissingQueueType", broker.QueueType.ToString(),
                "--Celery:VisibilityTimeout", _visibilitySeconds,
                "--Celery:Worker:Queues", queue,
                "--Celery:Worker:Concurrency", concurrency.ToString(CultureInfo.InvariantCulture),
            ],
            workingDirectory: Path.GetTempPath());
        return await WhenReadyAsync(worker, "The worker is ready.");
    }

    /// <summary>Starts a Celery worker in Python with the same tasks and waits until it consumes.</summary>
    public static async Task<PythonProcess> StartPythonAsync(FaultBroker broker, string queue, string runs, int concurrency = 8)
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
                ["CELERY_BROKER_URL"] = broker.Url,
                ["CELERY_RESULT_BACKEND"] = broker.Results,
                ["FAULT_VISIBILITY_TIMEOUT"] = _visibilitySeconds,
                ["FAULT_RUN_LOG"] = runs,
            },
            Path.Combine(AppContext.BaseDirectory, "python"));
        return await WhenReadyAsync(worker, " ready.");
    }

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
