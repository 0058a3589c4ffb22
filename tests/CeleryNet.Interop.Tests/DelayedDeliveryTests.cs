using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Interop.Tests;

/// <summary>Calls to quorum queues that RabbitMQ keeps until their time has come, from the client to the task.</summary>
[Collection<AmqpRedis>]
public sealed class DelayedDeliveryTests(PeerFixture<AmqpBrokerRedisResults> peers) : IAsyncLifetime
{
    private readonly string _name = Names.Unique("interop-delayed");
    private DotNetPeer? _dotNet;

    private DotNetPeer DotNet => _dotNet ?? throw new InvalidOperationException("The worker has not been started.");

    private string Topic => _name + "-topic";

    public async ValueTask InitializeAsync() => _dotNet = await DotNetPeer.StartAsync(
        options =>
        {
            peers.Configure(options);
            options.DefaultQueue = _name;
            options.Queues =
            [
                new(_name) { QueueType = QueueType.Quorum },
                new(Topic) { QueueType = QueueType.Quorum, Exchange = Topic, ExchangeType = "topic", RoutingKey = Topic + ".#" },
            ];
        },
        worker => worker.Hostname = $"dotnet-{_name}@%h",
        peers.Counters);

    public async ValueTask DisposeAsync()
    {
        if (_dotNet is not null)
        {
            foreach (var queue in new[] { _name, Topic })
            {
                await DotNet.Services.GetRequiredService<ITransport>().DeleteQueueAsync(QueueSpec.Named(queue), CancellationToken.None);
            }

            await _dotNet.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_call_stays_with_the_broker_and_runs_when_it_is_due()
    {
        var wait = TimeSpan.FromSeconds(3);
        var sent = DateTimeOffset.UtcNow;
        var later = await DotNet.Client.SendTaskAsync<double>("interop.now", options: new() { Countdown = wait });

        await (await DotNet.Client.SendTaskAsync<double>("interop.now")).GetAsync(Bound.Default);
        DotNet.Log.Lines.ShouldNotContain(line => line.Message.Contains(later.Id.Value, StringComparison.Ordinal));

        (DateTimeOffset.UnixEpoch.AddSeconds(await later.GetAsync(Bound.Default)) - sent).ShouldBeGreaterThanOrEqualTo(wait - TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_task_sees_the_way_of_the_call_and_no_trace_of_the_wait()
    {
        var wait = new SendOptions { Countdown = TimeSpan.FromSeconds(1.5) };
        var where = await DotNet.Client.SendTaskAsync<string[]>("interop.where", options: wait);
        var byTopic = await DotNet.Client.SendTaskAsync<string[]>("interop.where", options: wait with { Queue = Topic, RoutingKey = Topic + ".a.b" });
        var request = await DotNet.Client.SendTaskAsync<SeenRequest>("interop.request", options: wait);

        (await where.GetAsync(Bound.Default)).ShouldBe(["", _name]);
        (await byTopic.GetAsync(Bound.Default)).ShouldBe([Topic, Topic + ".a.b"]);
        (await request.GetAsync(Bound.Default)).Headers.Keys.ShouldNotContain(name => name.StartsWith("x-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_task_that_is_retried_after_pauses_comes_back_each_time()
    {
        var key = Names.Unique("interop-flaky");

        // Two levels: RabbitMQ would drop a message that says it has been there before.
        var result = await DotNet.Client.SendTaskAsync<int>("interop.flaky", [key, 2, 3.2], options: new() { Countdown = TimeSpan.FromSeconds(3.2) });
        var byTopic = await DotNet.Client.SendTaskAsync<int>("interop.flaky", [key, 2, 1.2], options: new() { Queue = Topic, RoutingKey = Topic + ".a" });

        (await result.GetAsync(Bound.Default)).ShouldBe(2);
        (await byTopic.GetAsync(Bound.Default)).ShouldBe(2);
        (await peers.Counters.ListLengthAsync(key)).ShouldBe(6);
        await peers.Counters.KeyDeleteAsync(key);
    }

    [Fact]
    public async Task A_call_that_Python_has_the_broker_keep_runs_here()
    {
        var answer = await peers.Python.AskAsync(
            "delayed", new JsonObject { ["name"] = "interop.where", ["args"] = new JsonArray(), ["countdown"] = 1, ["routing_key"] = Topic + ".python" });

        answer.GetProperty("value").EnumerateArray().Select(each => each.GetString()).ShouldBe([Topic, Topic + ".python"]);
    }
}
