using System.Diagnostics;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CeleryNet.Aot.Tests;

/// <summary>The native worker on a queue of its own, and a client for it.</summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    private readonly IHost _host;
    private ChildProcess? _process;

    public RunningWorker(string broker)
    {
        Broker = broker;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddCelery(celery => (celery.Broker, celery.ResultBackend, celery.DefaultQueue) = (broker, Results, Queue));
        _host = builder.Build();
    }

    public string Broker { get; }

    public string Results { get; } = TestBrokers.RedisDatabase(10);

    public string Queue { get; } = Names.Unique("aot");

    public ICeleryClient Client => _host.Services.GetRequiredService<ICeleryClient>();

    /// <summary>Starts the program with a task waiting for it, and waits until that has ended.</summary>
    public async Task StartAsync(string program)
    {
        await _host.StartAsync().WithinBound("the client to start");
        var first = await Client.SendTaskAsync("tasks.add", [1, 1]);
        var started = Stopwatch.GetTimestamp();
        _process = ChildProcess.Start(program, ["--broker", Broker, "--result-backend", Results, "-Q", Queue, "--loglevel", "info"]);
        try
        {
            await first.GetAsync(Bound.Long);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The worker did not run its first task. Its output:\n{_process.Output}");
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        await _process.WaitForLineAsync("ready: queues");
        await NativeReport.WriteAsync(
            $"{new Uri(Broker).Scheme}: first task done {elapsed.TotalMilliseconds:F0} ms after the start, {ResidentMegabytes():F1} MB resident");
    }

    /// <summary>Asks the program to stop.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync() => _process!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await _host.StopAsync().WithinBound("the client to stop");
        _host.Dispose();
    }

    private double ResidentMegabytes()
    {
        using var process = Process.GetProcessById(_process!.Id);
        return process.WorkingSet64 / 1e6;
    }
}
