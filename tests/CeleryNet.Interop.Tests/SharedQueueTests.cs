using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Many tasks at a time, and workers of both languages on one queue.</summary>
public abstract class SharedQueueTests(PeerFixture peers)
{
    private const int Tasks = 2000;

    [Fact]
    public async Task Each_task_of_a_queue_of_two_workers_is_run_once_by_one_of_them()
    {
        var queue = Names.Unique("interop-shared");
        var key = Names.Unique("interop-runs");
        var pythonStart = PythonWorker.StartAsync(peers.PythonSettings(queue), queue, "--pool", "prefork", "-c", "2");
        await using var dotNet = await DotNetPeer.StartAsync(
            peers.Configure,
            worker =>
            {
                worker.Queues = [queue];
                worker.Hostname = $"dotnet-{queue}@%h";
                worker.Concurrency = 2;
            },
            peers.Counters);
        await using var python = await pythonStart;

        var sends = Enumerable.Range(0, Tasks).Select(number => peers.Client.SendAsync(IPythonTasks.Signatures.Who(key, number).With(queue: queue)));
        var results = await Task.WhenAll(sends);
        var nodes = new List<string>();
        foreach (var result in results)
        {
            nodes.Add(await result.GetAsync(Bound.Long));
        }

        var runs = await peers.Counters.HashGetAllAsync(key);
        runs.Length.ShouldBe(Tasks);
        runs.ShouldAllBe(run => run.Value == 1);
        nodes.ShouldContain(node => node.StartsWith("dotnet-", StringComparison.Ordinal));
        nodes.ShouldContain(node => node.StartsWith("python-", StringComparison.Ordinal));
        await peers.Counters.KeyDeleteAsync(key);
    }

    [Fact]
    public async Task Thousands_of_tasks_of_several_Python_producers_all_get_their_results()
    {
        const int Producers = 4;
        var drivers = await Task.WhenAll(Enumerable.Range(0, Producers).Select(_ => PythonDriver.StartAsync(peers.PythonSettings(peers.DotNetQueue))));
        try
        {
            var answers = await Task.WhenAll(drivers.Select((driver, index) => driver.AskAsync(
                "burst", new JsonObject { ["count"] = Tasks / Producers, ["offset"] = index * Tasks })));

            answers.Select(answer => answer.GetProperty("right").GetInt32()).ShouldAllBe(right => right == Tasks / Producers);
        }
        finally
        {
            foreach (var driver in drivers)
            {
                await driver.DisposeAsync();
            }
        }
    }
}

[Collection<RedisRedis>]
public sealed class SharedQueueOverRedisWithRedisResultsTests(PeerFixture<RedisBrokerRedisResults> peers) : SharedQueueTests(peers);

[Collection<AmqpRedis>]
public sealed class SharedQueueOverAmqpWithRedisResultsTests(PeerFixture<AmqpBrokerRedisResults> peers) : SharedQueueTests(peers);
