using CeleryNet.Fault.Worker;
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

    public IDeadLetters DeadLetters => _host.Services.GetRequiredService<IDeadLetters>();

    public ICeleryEvents Events => _host.Services.GetRequiredService<ICeleryEvents>();

    public ICeleryWorker Worker => _host.Services.GetRequiredService<ICeleryWorker>();

    public RecordingLogger Log { get; }

    public static Task<CeleryHost> StartProducerAsync(FaultBroker broker, Action<CeleryOptions>? configure = null)
        => StartAsync(broker, configure, static _ => { });

    public static async Task<CeleryHost> StartWorkerAsync(
        FaultBroker broker, string queue, string runs, int concurrency, TimeProvider? time, Action<CeleryOptions>? configure)
    {
        var host = await StartAsync(broker, configure, services =>
        {
            services.AddSingleton(time ?? TimeProvider.System);
            services.AddSingleton(_ => new RunLog(runs));
            services.AddCelery().AddTasks<FaultTasks>().AddWorker(worker =>
            {
                worker.Queues = [queue];
                worker.Concurrency = concurrency;
                worker.ShutdownGrace = TimeSpan.FromSeconds(5);
            });
        });
        try
        {
            await host._host.Services.GetRequiredService<ICeleryWorker>().WaitUntilReadyAsync().WithinBound("the worker to consume");
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().WithinBound("the host to stop", Bound.Long);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private static async Task<CeleryHost> StartAsync(FaultBroker broker, Action<CeleryOptions>? configure, Action<IServiceCollection> add)
    {
        var loggers = new RecordingLoggerFactory();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(loggers).AddFilter("CeleryNet", LogLevel.Debug);
        add(builder.Services);
        builder.Services.AddCelery(celery =>
        {
            celery.Broker = broker.Url;
            celery.ResultBackend = broker.Results;
            celery.CreateMissingQueueType = broker.QueueType;
            celery.VisibilityTimeout = WorkerProgram.VisibilityTimeout;
            configure?.Invoke(celery);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new CeleryHost(host, loggers.Log);
    }
}
