using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;
using StackExchange.Redis;

namespace CeleryNet.Interop.Tests;

/// <summary>Keys and channels that are named otherwise than by default, alike on both sides.</summary>
[Collection<RedisRedis>]
public sealed class RedisNamingTests
{
    [Theory]
    [InlineData("::", "/{db}.", true, """{"sep": "::", "fanout_prefix": true, "fanout_patterns": true}""")]
    [InlineData("\u0006\u0016", "", false, """{"fanout_prefix": false, "fanout_patterns": false}""")]
    [InlineData("|", "/interop{db}.", true, """{"sep": "|", "fanout_prefix": "/interop{db}."}""")]
    public async Task Calls_with_priorities_bindings_broadcasts_and_remote_control_go_both_ways(string separator, string prefix, bool patterns, string python)
    {
        var name = Names.Unique("naming");
        var broadcast = $"{name}-all";
        var settings = new PythonSettings(Urls.RedisBroker, Urls.RedisResults, name) { Topology = name, TransportOptions = python };
        await using var redis = await ConnectionMultiplexer.ConnectAsync(PeerFixture.Configuration(Urls.RedisResults));
        await using var driver = await PythonDriver.StartAsync(settings);
        await using var pythonWorker = await PythonWorker.StartAsync(settings, $"{name}-py,{name}-py-priority,{broadcast}");
        await using var dotNet = await DotNetPeer.StartAsync(
            options =>
            {
                (options.Broker, options.ResultBackend, options.DefaultQueue) = (Urls.RedisBroker, Urls.RedisResults, name);
                (options.RedisSeparator, options.FanoutPrefix, options.FanoutPatterns) = (separator, prefix, patterns);
                var topics = $"{name}-topics";
                options.Queues =
                [
                    new($"{name}-py") { Exchange = topics, ExchangeType = "topic", RoutingKey = "to.py.#" },
                    new($"{name}-net") { Exchange = topics, ExchangeType = "topic", RoutingKey = "to.net.#" },
                    new($"{name}-py-priority"),
                    new($"{name}-net-priority"),
                    CeleryQueue.Broadcast(broadcast),
                ];
            },
            worker => (worker.Queues, worker.Hostname) = ([$"{name}-net", $"{name}-net-priority", broadcast], $"net-{name}@%h"),
            redis.GetDatabase());
        var notes = $"{name}-notes";

        // The lists of priorities.
        await dotNet.Client.SendTaskAsync("interop.note", [notes, "urgent"], options: new() { Queue = $"{name}-py-priority", RoutingKey = "", Priority = 9 });
        await SendAsync(driver, notes, "urgent", new JsonObject { ["queue"] = $"{name}-net-priority", ["routing_key"] = "", ["priority"] = 9 });
        (await NotesAsync(driver, notes, 2)).ShouldBe(["net urgent", "py urgent"], ignoreOrder: true);

        // The bindings, each side reading what the other wrote.
        await dotNet.Client.SendTaskAsync("interop.note", [notes, "bound"], options: new() { Exchange = $"{name}-topics", RoutingKey = "to.py.x" });
        await SendAsync(driver, notes, "bound", new JsonObject { ["routing_key"] = "to.net.x" });
        (await NotesAsync(driver, notes, 2)).ShouldBe(["net bound", "py bound"], ignoreOrder: true);

        // The channels. With no key at their ends, a message for any key is heard.
        var key = patterns ? name : "any.key";
        await SendAsync(driver, notes, "first", new JsonObject { ["fanout"] = broadcast, ["routing_key"] = name });
        (await NotesAsync(driver, notes, 2)).ShouldBe(["net first", "py first"], ignoreOrder: true);
        await dotNet.Client.SendTaskAsync("interop.note", [notes, "from .NET"], options: new() { Exchange = broadcast, RoutingKey = key });
        await SendAsync(driver, notes, "from Python", new JsonObject { ["fanout"] = broadcast, ["routing_key"] = key });
        (await NotesAsync(driver, notes, 4)).ShouldBe(["net from .NET", "py from .NET", "net from Python", "py from Python"], ignoreOrder: true);

        // Remote control, there and back.
        var node = dotNet.Worker.Hostname;
        var answer = await driver.AskAsync("control", new JsonObject { ["method"] = "revoke", ["task_id"] = "x", ["destination"] = new JsonArray(node) });
        answer.GetProperty(node).ToString().ShouldBe("""{"ok": "tasks x flagged as revoked"}""");
        var held = await dotNet.Client.SendTaskAsync<long>(
            "interop.add", [1, 2], options: new() { Queue = $"{name}-py-priority", RoutingKey = "", Countdown = TimeSpan.FromSeconds(2) });
        await held.RevokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<RemoteTaskException>(() => held.GetAsync(Bound.Default, TestContext.Current.CancellationToken))).State.ShouldBe(TaskState.Revoked);
    }

    private static async Task SendAsync(PythonDriver driver, string notes, string text, JsonObject options)
    {
        options["name"] = "interop.note";
        options["args"] = new JsonArray(notes, text);
        await driver.AskAsync("send", options);
    }

    private static async Task<string?[]> NotesAsync(PythonDriver driver, string notes, int count)
        => [.. (await driver.AskAsync("pop", new JsonObject { ["key"] = notes, ["count"] = count })).EnumerateArray().Select(note => note.GetString())];
}
