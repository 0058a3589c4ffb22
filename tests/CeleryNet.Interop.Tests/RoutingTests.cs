using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Topic exchanges, priorities and broadcasts that both sides describe, in both directions.</summary>
public abstract class RoutingTests(TopologyFixture peers)
{
    [Fact]
    public async Task A_call_is_routed_by_pattern_through_a_topic_exchange_to_Python()
    {
        var result = await peers.Client.SendTaskAsync<string[]>("interop.where");

        (await result.GetAsync(Bound.Default)).ShouldBe([$"{peers.Name}-topics", "to.py.by.pattern"]);
    }

    [Fact]
    public async Task A_call_with_a_routing_key_of_its_own_is_routed_by_it()
    {
        var result = await peers.Client.SendTaskAsync<string[]>("interop.where", options: new SendOptions { RoutingKey = "to.py.own" });

        (await result.GetAsync(Bound.Default)).ShouldBe([$"{peers.Name}-topics", "to.py.own"]);
    }

    [Fact]
    public async Task A_call_of_Python_is_routed_through_a_topic_exchange_to_NET()
    {
        (await peers.Python.CallAsync("interop.where")).Value.GetRawText().ShouldBe($"""["{peers.Name}-topics", "to.net.by.pattern"]""");
        (await peers.Python.CallAsync("interop.where", options: new JsonObject { ["routing_key"] = "to.net.own" })).Value.GetRawText()
            .ShouldBe($"""["{peers.Name}-topics", "to.net.own"]""");
    }

    [Fact]
    public async Task A_call_may_name_a_queue_of_a_topic_exchange_in_both_directions()
    {
        var key = Names.Unique("notes");

        await peers.Client.SendTaskAsync("interop.note", [key, "a"], options: new SendOptions { RoutingKey = "to.net.across" });
        await peers.SendFromPythonAsync("interop.note", [key, "b"], new JsonObject { ["routing_key"] = "to.py.across" });

        (await peers.NotesAsync(key, 2)).ShouldBe(["net a", "py b"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_broadcast_comes_to_the_workers_of_both_sides_whoever_sends_it()
    {
        var key = Names.Unique("notes");

        await peers.Client.SendTaskAsync("interop.note", [key, "from .NET"], options: new SendOptions { Exchange = peers.Broadcast, RoutingKey = peers.Name });
        await peers.SendFromPythonAsync("interop.note", [key, "from Python"], new JsonObject { ["fanout"] = peers.Broadcast, ["routing_key"] = peers.Name });

        (await peers.NotesAsync(key, 4)).ShouldBe(["net from .NET", "py from .NET", "net from Python", "py from Python"], ignoreOrder: true);
    }

    [Fact]
    public async Task Python_takes_the_most_urgent_first()
    {
        var key = Names.Unique("notes");
        foreach (var priority in new[] { 3, 9, 6 })
        {
            await peers.Client.SendTaskAsync(
                "interop.note", [key, $"{priority}"], options: new SendOptions { Queue = $"{peers.Name}-py-priority", RoutingKey = "", Priority = priority });
        }

        await using var worker = await peers.StartPythonWorkerAsync($"{peers.Name}-py-priority");

        (await peers.NotesAsync(key, 3)).ShouldBe(InOrder("py"));
    }

    [Fact]
    public async Task NET_takes_the_most_urgent_first()
    {
        var key = Names.Unique("notes");
        foreach (var priority in new[] { 3, 9, 6 })
        {
            await peers.SendFromPythonAsync(
                "interop.note", [key, $"{priority}"], new JsonObject { ["queue"] = $"{peers.Name}-net-priority", ["routing_key"] = "", ["priority"] = priority });
        }

        await using var worker = await peers.StartDotNetWorkerAsync($"{peers.Name}-net-priority");

        (await peers.NotesAsync(key, 3)).ShouldBe(InOrder("net"));
    }

    [Fact]
    public async Task A_worker_of_an_unknown_queue_does_not_start_and_says_which_there_are()
    {
        var error = await Should.ThrowAsync<CeleryConfigurationException>(() => peers.StartDotNetWorkerAsync("no-such-queue"));

        error.Message.ShouldStartWith("Queue 'no-such-queue' is not known, and CreateMissingQueues is off; known: ");
        error.Message.ShouldContain($"{peers.Name}-net-priority");
    }

    // Larger is more urgent to RabbitMQ, smaller to Redis.
    private string[] InOrder(string side) => [.. (peers.HasRedisBroker ? new[] { 3, 6, 9 } : [9, 6, 3]).Select(priority => $"{side} {priority}")];
}

[Collection<RedisRedis>]
public sealed class RoutingOverRedisTests(TopologyFixture<RedisBrokerRedisResults> peers) : RoutingTests(peers), IClassFixture<TopologyFixture<RedisBrokerRedisResults>>;

[Collection<AmqpRedis>]
public sealed class RoutingOverAmqpTests(TopologyFixture<AmqpBrokerRedisResults> peers) : RoutingTests(peers), IClassFixture<TopologyFixture<AmqpBrokerRedisResults>>;
