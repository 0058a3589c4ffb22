using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>What Python sees of the states of .NET tasks.</summary>
public abstract class StateTests(PeerFixture peers)
{
    [Fact]
    public async Task Python_sees_a_dotnet_task_start_and_progress()
    {
        var answer = await peers.Python.CallAsync("interop.steps");

        answer.Value.GetString().ShouldBe("done");
        answer.States.Select(state => state.GetProperty("status").GetString()).ShouldBe(["STARTED", "PROGRESS", "SUCCESS"]);
        var started = answer.States[0].GetProperty("shown");
        started.GetProperty("pid").GetInt32().ShouldBe(Environment.ProcessId);
        started.GetProperty("hostname").GetString().ShouldNotBeNull().ShouldStartWith($"dotnet-{peers.DotNetQueue}@");
        answer.States[1].GetProperty("shown").ToString().ShouldBe("""{"done": 3, "total": 10}""");
    }

    [Fact]
    public async Task An_ignored_result_is_not_stored_by_the_task_or_by_the_call()
    {
        var key = Names.Unique("interop-quiet");
        // By default a call by name says that it wants a result, which goes before what the task says.
        var byTask = await SendAsync("interop.quiet", new JsonObject { ["args"] = new JsonArray(key), ["ignore_result"] = null });
        var byCall = await SendAsync("interop.note", new JsonObject { ["args"] = new JsonArray(key, "said"), ["ignore_result"] = true });
        var notes = await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = 2 });

        // Whatever the two have stored is there before the result of one that came after them.
        await peers.Python.CallAsync("interop.add", "[1, 1]");

        notes.EnumerateArray().Select(note => note.GetString()).ShouldBe(["quiet", "net said"], ignoreOrder: true);
        (await StoredAsync(byTask, wait: false)).ShouldBe("PENDING");
        (await StoredAsync(byCall, wait: false)).ShouldBe("PENDING");
    }

    [Fact]
    public async Task A_failure_is_stored_where_errors_are_wanted_although_results_are_not()
    {
        var answer = await peers.Python.CallAsync("interop.quiet_failure");

        (answer.State, answer.ErrorType, answer.ErrorMessage).ShouldBe(("FAILURE", "ValueError", "heard nevertheless"));
    }

    [Fact]
    public async Task Extended_results_show_the_call_and_results_expire()
    {
        var queue = Names.Unique("interop-extended");
        await using var dotNet = await DotNetPeer.StartAsync(
            options =>
            {
                peers.Configure(options);
                options.ResultExtended = true;
                options.ResultExpires = TimeSpan.FromSeconds(500);
            },
            worker => (worker.Queues, worker.Hostname) = ([queue], $"dotnet-{queue}@%h"),
            peers.Counters);

        var id = await SendAsync("interop.describe", new JsonObject
        {
            ["args"] = new JsonArray("box"),
            ["kwargs"] = new JsonObject { ["count"] = 3 },
            ["queue"] = queue,
        });
        var stored = await peers.Python.AskAsync("stored", new JsonObject { ["id"] = id });

        stored.GetProperty("state").GetString().ShouldBe("SUCCESS");
        stored.GetProperty("name").GetString().ShouldBe("interop.describe");
        stored.GetProperty("args").ToString().ShouldBe("""["box"]""");
        stored.GetProperty("kwargs").ToString().ShouldBe("""{"count": 3}""");
        stored.GetProperty("worker").GetString().ShouldNotBeNull().ShouldStartWith($"dotnet-{queue}@");
        stored.GetProperty("retries").GetInt32().ShouldBe(0);
        stored.GetProperty("queue").GetString().ShouldBe(queue);
        stored.GetProperty("ttl").GetInt32().ShouldBeInRange(440, 500);
    }

    private async Task<string> SendAsync(string task, JsonObject command)
    {
        command["name"] = task;
        return (await peers.Python.AskAsync("send", command)).GetProperty("id").GetString()!;
    }

    private async Task<string?> StoredAsync(string id, bool wait)
        => (await peers.Python.AskAsync("stored", new JsonObject { ["id"] = id, ["wait"] = wait })).GetProperty("state").GetString();
}

[Collection<RedisRedis>]
public sealed class StatesOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : StateTests(peers);

[Collection<AmqpRedis>]
public sealed class StatesOverAmqpTests(PeerFixture<AmqpBrokerRedisResults> peers) : StateTests(peers);
