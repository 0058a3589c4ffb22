using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Throughput.Work;

/// <summary>A worker as a user would write it.</summary>
internal static class CeleryNetWorker
{
    public static async Task RunAsync(WorkerSettings settings, Marks marks, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(marks);
        builder.Services.AddCelery(celery =>
            {
                celery.Broker = settings.Broker;
                celery.ResultBackend = settings.Results;
                celery.IgnoreResult = settings.Results is null;
            })
            .AddTasks(settings.Static ? typeof(StaticTasks) : typeof(BenchTasks))
            .AddWorker(worker =>
            {
                worker.Queues = settings.Queue.Split(',');
                worker.Concurrency = settings.Concurrency ?? worker.Concurrency;
                worker.PrefetchMultiplier = settings.PrefetchMultiplier ?? worker.PrefetchMultiplier;
            });
        using var host = builder.Build();
        await host.RunAsync(cancellationToken);
    }
}
