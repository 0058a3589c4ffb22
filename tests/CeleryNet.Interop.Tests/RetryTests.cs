using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Retries of .NET tasks as Python sees them, and retries that go from one language to the other.</summary>
public abstract class RetryTests(PeerFixture peers)
{
    [Fact]
    public async Task Python_sees_the_retries_of_a_dotnet_task_and_its_result_at_last()
    {
        var key = Names.Unique("interop-flaky");

        var answer = await peers.Python.CallAsync("interop.flaky", $"""["{key}", 2, 0.2]""");

        answer.Value.GetInt32().ShouldBe(2);
        answer.State.ShouldBe("SUCCESS");
        answer.States.Select(state => state.GetProperty("status").GetString()).ShouldBe(["RETRY", "RETRY", "SUCCESS"]);
        for (var i = 0; i < 2; i++)
        {
            var reason = answer.States[i].GetProperty("reason");
            reason.GetProperty("exc_type").GetString().ShouldBe("ValueError");
            reason.GetProperty("exc_message").ToString().ShouldBe($"""["not yet, {i}"]""");
            answer.States[i].GetProperty("traceback").GetString().ShouldNotBeNull().ShouldContain("Retry in 0.2s");
        }

        (await peers.Counters.ListRangeAsync(key)).Length.ShouldBe(3);
        await peers.Counters.KeyDeleteAsync(key);
    }

    [Fact]
    public async Task Python_gets_the_exception_of_a_dotnet_task_that_is_out_of_retries()
    {
        var answer = await peers.Python.CallAsync("interop.stubborn", """["no paper"]""");

        answer.State.ShouldBe("FAILURE");
        (answer.ErrorType, answer.ErrorMessage).ShouldBe(("OutOfPaperException", "no paper"));
        answer.States.Select(state => state.GetProperty("status").GetString()).ShouldBe(["RETRY", "RETRY", "FAILURE"]);
    }

    [Fact]
    public async Task Python_gets_Celerys_own_exception_where_a_dotnet_task_gave_none()
    {
        var answer = await peers.Python.CallAsync("interop.give_up");

        (answer.ErrorModule, answer.ErrorType).ShouldBe(("celery.exceptions", "MaxRetriesExceededError"));
        answer.States.Select(state => state.GetProperty("status").GetString()).ShouldBe(["RETRY", "FAILURE"]);
    }

    [Fact]
    public async Task A_Python_worker_sees_in_the_retry_of_a_dotnet_task_what_its_sender_said()
    {
        var options = new JsonObject
        {
            ["priority"] = 6,
            ["shadow"] = "shown",
            ["expires"] = 3600,
            ["time_limit"] = 60,
            ["soft_time_limit"] = 30,
            ["group_id"] = "group-1",
            ["group_index"] = 4,
            ["root_id"] = "root-1",
            ["parent_id"] = "parent-1",
            ["headers"] = new JsonObject { ["x-own"] = new JsonArray("a", 1) },
        };

        var answer = await peers.Python.CallAsync("interop.options", $"""["{peers.PythonQueue}"]""", options: options);

        var seen = answer.Value;
        seen.GetProperty("id").GetString().ShouldBe(answer.Id);
        seen.GetProperty("correlation_id").GetString().ShouldBe(answer.Id);
        seen.GetProperty("retries").GetInt32().ShouldBe(1);
        seen.GetProperty("eta").GetString().ShouldBeNull();
        seen.GetProperty("shadow").GetString().ShouldBe("shown");
        seen.GetProperty("timelimit").ToString().ShouldBe("[60, 30]");
        seen.GetProperty("group").GetString().ShouldBe("group-1");
        seen.GetProperty("group_index").GetInt32().ShouldBe(4);
        seen.GetProperty("root_id").GetString().ShouldBe("root-1");
        seen.GetProperty("parent_id").GetString().ShouldBe("parent-1");
        seen.GetProperty("argsrepr").GetString().ShouldBe($"['{peers.PythonQueue}']");
        seen.GetProperty("x-own").ToString().ShouldBe("""["a", 1]""");
        var delivery = seen.GetProperty("delivery_info");
        (delivery.GetProperty("priority").GetInt32(), delivery.GetProperty("routing_key").GetString()).ShouldBe((6, peers.PythonQueue));
        var left = seen.GetProperty("expires").GetDateTimeOffset() - DateTimeOffset.UnixEpoch.AddSeconds(answer.Sent);
        left.TotalSeconds.ShouldBe(3600, 30);
    }

    [Fact]
    public async Task Workers_of_both_languages_take_over_each_others_retries()
    {
        const int Tasks = 200;
        var queue = Names.Unique("interop-retries");
        var prefix = Names.Unique("interop-flaky");
        var pythonStart = PythonWorker.StartAsync(peers.PythonSettings(queue), queue, "--pool", "prefork", "-c", "2");
        await using var dotNet = await DotNetPeer.StartAsync(
            peers.Configure,
            worker =>
            {
                worker.Queues = [queue];
                worker.Hostname = $"dotnet-{queue}@%h";
                worker.Concurrency = 1;
                worker.PrefetchMultiplier = 1;
            },
            peers.Counters);
        await using var python = await pythonStart;

        var results = await Task.WhenAll(Enumerable.Range(0, Tasks).Select(number => peers.Client.SendTaskAsync<int>(
            "interop.flaky", [$"{prefix}-{number}", 2, 0.0], options: new() { Queue = queue })));
        foreach (var result in results)
        {
            (await result.GetAsync(Bound.Long)).ShouldBe(2);
        }

        var handovers = new List<string>();
        for (var number = 0; number < Tasks; number++)
        {
            var runs = (await peers.Counters.ListRangeAsync($"{prefix}-{number}")).Select(node => node.ToString().Split('-')[0]).ToArray();
            runs.Length.ShouldBe(3);
            handovers.AddRange([$"{runs[0]} to {runs[1]}", $"{runs[1]} to {runs[2]}"]);
            await peers.Counters.KeyDeleteAsync($"{prefix}-{number}");
        }

        handovers.ShouldContain("dotnet to python");
        handovers.ShouldContain("python to dotnet");
    }
}

[Collection<RedisRedis>]
public sealed class RetryOverRedisWithRedisResultsTests(PeerFixture<RedisBrokerRedisResults> peers) : RetryTests(peers);

[Collection<RedisRpc>]
public sealed class RetryOverRedisWithRpcResultsTests(PeerFixture<RedisBrokerRpcResults> peers) : RetryTests(peers);

[Collection<AmqpRedis>]
public sealed class RetryOverAmqpWithRedisResultsTests(PeerFixture<AmqpBrokerRedisResults> peers) : RetryTests(peers);

[Collection<AmqpRpc>]
public sealed class RetryOverAmqpWithRpcResultsTests(PeerFixture<AmqpBrokerRpcResults> peers) : RetryTests(peers);
