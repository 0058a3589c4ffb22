using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Interop.Tests.Peers;

/// <summary>A .NET client, with a worker beside it when it is given a queue to consume.</summary>
internal sealed class DotNetPeer : IAsyncDisposable
{
    private readonly IHost _host;

    private DotNetPeer(IHost host, RecordingLogger log)
    {
        _host = host;
        Log = log;
    }

    public ICeleryClient Client => _host.Services.GetRequiredService<ICeleryClient>();

    public ICeleryWorker Worker => _host.Services.GetRequiredService<ICeleryWorker>();

    public IServiceProvider Services => _host.Services;

    public RecordingLogger Log { get; }

    /// <summary>Makes the host without starting it.</summary>
    public static DotNetPeer Create(Action<CeleryOptions> configure, Action<WorkerOptions>? worker = null, IDatabase? counters = null, Action<CeleryBuilder>? extend = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var loggers = new RecordingLoggerFactory();
        builder.Logging.AddProvider(loggers).AddFilter("CeleryNet", LogLevel.Debug);
        if (counters is not null)
        {
            builder.Services.AddSingleton(counters);
        }

        var celery = builder.Services.AddCelery(configure);
        extend?.Invoke(celery);
        if (worker is not null)
        {
            celery.AddTasks<InteropTasks>().AddWorker(worker);
        }

        return new DotNetPeer(builder.Build(), loggers.Log);
    }

    /// <summary>Makes and starts the host, and waits until its worker consumes.</summary>
    public static async Task<DotNetPeer> StartAsync(Action<CeleryOptions> configure, Action<WorkerOptions>? worker = null, IDatabase? counters = null, Action<CeleryBuilder>? extend = null)
    {
        var peer = Create(configure, worker, counters, extend);
        await peer.StartAsync();
        return peer;
    }

    public async Task StartAsync()
    {
        await _host.StartAsync().WithinBound("the host to start");
        if (_host.Services.GetService<ICeleryWorker>() is { } worker)
        {
            await worker.WaitUntilReadyAsync().WithinBound($"the worker to consume; its log: {string.Join(Environment.NewLine, Log.Lines)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().WithinBound("the host to stop");
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
