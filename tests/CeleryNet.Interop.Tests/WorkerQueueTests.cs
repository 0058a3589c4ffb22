using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Interop.Tests;

/// <summary>Queues that a worker has to itself, or gets while it works.</summary>
public abstract class WorkerQueueTests(PeerFixture peers)
{
    [Fact]
    public async Task Python_sends_a_call_to_one_worker_directly()
    {
        var name = Names.Unique("interop-direct");
        await using var others = await StartAsync(name, "one");
        await using var wanted = await StartAsync(name, "two");

        var nodes = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var answer = await peers.Python.CallAsync("interop.who", $"""["{name}", {i}]""", options: new JsonObject { ["direct"] = $"two@{name}" });
            nodes.Add(answer.Value.GetString()!);
        }

        nodes.ShouldAllBe(node => node == $"two@{name}");
        await peers.Counters.KeyDeleteAsync(name);
    }

    [Fact]
    public async Task A_call_is_sent_to_a_worker_of_Python_directly()
    {
        var queue = Names.Unique("interop-direct");
        var settings = peers.PythonSettings(queue);
        await using var python = await PythonWorker.StartDirectAsync(settings, queue, $"direct@{queue}");

        var result = await peers.Client.SendTaskAsync<string>(
            "interop.who", [queue, 1], options: new SendOptions { Exchange = "C.dq2", RoutingKey = $"direct@{queue}" });

        (await result.GetAsync(Bound.Default)).ShouldBe($"direct@{queue}");
        await peers.Counters.KeyDeleteAsync(queue);
    }

    [Fact]
    public async Task Calls_of_Python_to_a_queue_are_run_from_when_it_is_added_until_it_is_removed()
    {
        var queue = Names.Unique("interop-added");
        await using var peer = await StartAsync(queue, "one");
        var worker = peer.Services.GetRequiredService<ICeleryWorker>();
        var options = new JsonObject { ["queue"] = queue };

        (await worker.AddQueueAsync(queue)).ShouldBeTrue();
        (await peers.Python.CallAsync("interop.add", "[2, 3]", options: options)).Value.GetInt32().ShouldBe(5);
        (await worker.RemoveQueueAsync(queue)).ShouldBeTrue();

        // Another worker has what this one does not take any more.
        await using var python = await PythonWorker.StartAsync(peers.PythonSettings(queue), queue);
        var nodes = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            nodes.Add((await peers.Python.CallAsync("interop.who", $"""["{queue}", {i}]""", options: new JsonObject { ["queue"] = queue })).Value.GetString()!);
        }

        nodes.ShouldAllBe(node => node.StartsWith("python-", StringComparison.Ordinal));
        await peers.Counters.KeyDeleteAsync(queue);
    }

    private Task<DotNetPeer> StartAsync(string host, string name) => DotNetPeer.StartAsync(
        peers.Configure,
        worker =>
        {
            worker.Queues = [Names.Unique("interop-idle")];
            worker.Hostname = $"{name}@{host}";
            worker.WorkerDirect = true;
        },
        peers.Counters);
}

[Collection<RedisRedis>]
public sealed class WorkerQueueOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : WorkerQueueTests(peers);

[Collection<AmqpRedis>]
public sealed class WorkerQueueOverAmqpTests(PeerFixture<AmqpBrokerRedisResults> peers) : WorkerQueueTests(peers);
