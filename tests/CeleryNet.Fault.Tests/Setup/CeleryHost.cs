using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>A host in this process: a producer, or a worker of <see cref="FaultTasks"/>.</summary>
internal sealed class CeleryHost : IAsyncDisposable
{
    private readonly IHost _host;

    private CeleryHost(IHost host, RecordingLogger log)
    {
        _host = host;
        Log = log;
    }

    public ICeleryClient Client => _host.Services.GetRequiredService<ICeleryClient>();

    public RecordingLogger Log { get; }

    public static Task<CeleryHost> StartProducerAsync(string broker, string results, Action<CeleryOptions>? configure = null)
        => StartAsync(broker, results, configure, static _ => { });

    public static async Task<CeleryHost> StartWorkerAsync(
        string broker, string results, string queue, int concurrency = 16, Action<CeleryOptions>? configure = null)
    {
        var host = await StartAsync(broker, results, configure, celery => celery.AddTasks<FaultTasks>().AddWorker(worker =>
        {
            worker.Queues = [queue];
            worker.Concurrency = concurrency;
            worker.ShutdownGrace = TimeSpan.FromSeconds(5);
        }));
        await host._host.Services.GetRequiredService<ICeleryWorker>().WaitUntilReadyAsync().WithinBound("the worker to consume");
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().WithinBound("the host to stop", Bound.Long);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private static async Task<CeleryHost> StartAsync(string broker, string results, Action<CeleryOptions>? configure, Action<CeleryBuilder> add)
    {
        var loggers = new RecordingLoggerFactory();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(loggers);
        add(builder.Services.AddCelery(celery =>
        {
            celery.Broker = broker;
            celery.ResultBackend = results;
            celery.VisibilityTimeout = TimeSpan.FromSeconds(3);
            configure?.Invoke(celery);
        }));
        var host = builder.Build();
        await host.StartAsync();
        return new CeleryHost(host, loggers.Log);
    }
}
