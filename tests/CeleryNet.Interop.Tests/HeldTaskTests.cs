using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;
using StackExchange.Redis;

namespace CeleryNet.Interop.Tests;

/// <summary>A task that waits for its time in a worker for longer than Redis lets a message be out, with Python beside it that looks for such messages.</summary>
public sealed class HeldTaskTests : IAsyncLifetime
{
    // As short as kombu lets it be.
    private static readonly TimeSpan _visibility = TimeSpan.FromSeconds(1);

    private readonly RedisServerProcess _server = new();

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_held_task_runs_once_though_Python_would_take_what_is_out_for_too_long()
    {
        var queue = Names.Unique("interop-held");
        var key = Names.Unique("interop-runs");
        var broker = $"redis://127.0.0.1:{_server.Port}/0";
        var settings = new PythonSettings(broker, Urls.RedisResults, queue) { VisibilityTimeout = (int)_visibility.TotalSeconds };
        await using var redis = await ConnectionMultiplexer.ConnectAsync(PeerFixture.Configuration(Urls.RedisResults));
        await using var dotNet = await DotNetPeer.StartAsync(
            options => (options.Broker, options.ResultBackend, options.DefaultQueue, options.VisibilityTimeout) = (broker, Urls.RedisResults, queue, _visibility),
            worker => (worker.Queues, worker.Hostname) = ([queue], $"dotnet-{queue}@%h"),
            redis.GetDatabase());
        await using var python = await PythonDriver.StartAsync(settings);
        var held = await dotNet.Client.SendTaskAsync<string>("interop.who", [key, 1], options: new() { Countdown = 8 * _visibility });
        while (await RestoreAsync(python) == 0)
        {
            // Not taken yet.
        }

        await using var pythonWorker = await PythonWorker.StartAsync(settings, queue);

        var restores = 0;
        var running = held.GetAsync(Bound.Default);
        while (!running.IsCompleted)
        {
            restores += await RestoreAsync(python);
        }

        (await running).ShouldStartWith("dotnet-");
        restores.ShouldBeGreaterThan(0);

        // What Python might have taken is before this one.
        await (await dotNet.Client.SendTaskAsync<string>("interop.who", [key, 2], options: new() { Queue = queue })).GetAsync(Bound.Default);
        (await redis.GetDatabase().HashGetAsync(key, 1)).ShouldBe(1);
        await redis.GetDatabase().KeyDeleteAsync(key);
    }

    /// <summary>Has Python give to others what is out for too long.</summary>
    /// <returns>How many messages were out.</returns>
    private static async Task<int> RestoreAsync(PythonDriver python) => (await python.AskAsync("restore", [])).GetInt32();
}
