using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>What becomes of messages that tasks refuse, ignore or put back, between the two languages.</summary>
public abstract class RejectionTests(PeerFixture peers)
{
    [Fact]
    public async Task Python_gets_Celerys_own_exception_for_a_message_that_a_dotnet_task_refuses()
    {
        var answer = await peers.Python.CallAsync("interop.refuse", """["no such customer"]""");

        answer.State.ShouldBe("FAILURE");
        (answer.ErrorModule, answer.ErrorType).ShouldBe(("celery.exceptions", "Reject"));
        answer.ErrorMessage.ShouldBe("('no such customer', False)");
    }

    [Fact]
    public async Task Python_sees_the_state_that_a_dotnet_task_has_set_before_its_end_was_ignored()
    {
        // Later states would replace it; where results are messages, each is told only to who asks for it.
        if (!peers.HasRedisResults)
        {
            return;
        }

        var sent = await peers.Python.AskAsync("send", new JsonObject { ["name"] = "interop.hand_over", ["args"] = new JsonArray("to a human") });
        var id = sent.GetProperty("id").GetString()!;
        await peers.DotNet.Log.WaitForAsync(line => line.EventId.Id == 2027 && line.Message.Contains(id), "the end of the task");

        var seen = await peers.Python.AskAsync("outcome", new JsonObject { ["id"] = id, ["state"] = "HANDED_OVER" });

        seen.GetProperty("repr").GetString().ShouldBe("'to a human'");
    }

    [Fact]
    public async Task Message_that_a_dotnet_task_puts_back_is_run_by_a_Python_worker_as_redelivered()
    {
        var (queue, key) = (Names.Unique("interop-back"), Names.Unique("interop-back"));
        var sent = await peers.Client.SendTaskAsync<bool>("interop.put_back", [key], options: new() { Queue = queue });
        await using (var dotNet = await StartDotNetAsync(queue))
        {
            await dotNet.Log.WaitForAsync(line => line.EventId.Id == 2025 && line.Message.Contains("requeue: True"), "the message to be put back");
        }

        await using var python = await PythonWorker.StartAsync(peers.PythonSettings(queue), queue);

        (await sent.GetAsync(Bound.Long)).ShouldBeTrue();
        var nodes = (await peers.Counters.ListRangeAsync(key)).Select(node => node.ToString().Split('-')[0]).ToArray();
        nodes[..^1].ShouldAllBe(node => node == "dotnet");
        nodes[^1].ShouldBe("python");
        await peers.Counters.KeyDeleteAsync(key);
    }

    [Fact]
    public async Task Runs_stay_counted_when_Python_puts_the_message_back_and_end_in_a_failure_that_Python_knows()
    {
        var (queue, key) = (Names.Unique("interop-bound"), Names.Unique("interop-bound"));
        var sending = peers.Python.AskAsync("send", new JsonObject { ["name"] = "interop.put_back_bound", ["args"] = new JsonArray(key), ["queue"] = queue });
        await using (await StartDotNetAsync(queue))
        {
            await sending;
            await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key + "-second", ["count"] = 1 });
        }

        await using (await PythonWorker.StartAsync(peers.PythonSettings(queue), queue))
        {
            await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key + "-python", ["count"] = 2 });
        }

        await using var last = await StartDotNetAsync(queue);
        var id = (await sending).GetProperty("id").GetString()!;
        var letter = await peers.Python.AskAsync("dead_letter", new JsonObject { ["queue"] = queue, ["marker"] = id });

        var reason = letter.GetProperty("reason").GetString().ShouldNotBeNull();
        reason.ShouldContain("2 runs of its message were begun and none has settled it, and MaxDeliveries is 2");
        (await peers.Counters.ListLengthAsync(key)).ShouldBe(2);
        if (peers.HasRedisResults)
        {
            var seen = await peers.Python.AskAsync("outcome", new JsonObject { ["id"] = id, ["state"] = "FAILURE" });
            seen.GetProperty("repr").GetString().ShouldBe($"WorkerLostError('{reason}')");
        }

        await peers.Counters.KeyDeleteAsync([key, key + "-python"]);
    }

    private Task<DotNetPeer> StartDotNetAsync(string queue) => DotNetPeer.StartAsync(
        peers.Configure,
        worker =>
        {
            worker.Queues = [queue];
            worker.Hostname = $"dotnet-{queue}@%h";
            worker.Concurrency = 1;
            worker.PrefetchMultiplier = 1;
            worker.ShutdownGrace = TimeSpan.Zero;
        },
        peers.Counters);
}

[Collection<RedisRedis>]
public sealed class RejectionOverRedisWithRedisResultsTests(PeerFixture<RedisBrokerRedisResults> peers) : RejectionTests(peers);

[Collection<RedisRpc>]
public sealed class RejectionOverRedisWithRpcResultsTests(PeerFixture<RedisBrokerRpcResults> peers) : RejectionTests(peers);

[Collection<AmqpRedis>]
public sealed class RejectionOverAmqpWithRedisResultsTests(PeerFixture<AmqpBrokerRedisResults> peers) : RejectionTests(peers);

[Collection<AmqpRpc>]
public sealed class RejectionOverAmqpWithRpcResultsTests(PeerFixture<AmqpBrokerRpcResults> peers) : RejectionTests(peers);
