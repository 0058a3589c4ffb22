using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>A network between worker and broker that cuts, hangs or is slow, while the broker is well.</summary>
public sealed class NetworkFaultTests(SharedServers servers)
{
    // So that a dead connection is found out within seconds, as it would be within minutes otherwise.
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(2);

    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Cut_and_reset_connections_lose_no_task(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var network = scenario.Broker.Network;
        await StartWorkerAsync(scenario);

        for (; scenario.Rounds < FaultScale.Of(8, 100); scenario.Rounds++)
        {
            await scenario.Ledger.SendAsync(20, TaskCall.Work(0.02));
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(50));
            if (scenario.Rounds % 2 == 0)
            {
                network.CutConnections();
            }
            else
            {
                network.ResetConnections();
            }

            await scenario.Ledger.RoundTripAsync("after the fault");
        }

        await scenario.ShouldLoseNothingAsync();
        await scenario.ShouldLeaveNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Frozen_network_loses_no_task(string broker)
    {
        // The publisher has the same network, so it is frozen too; what it sends meanwhile may be refused.
        await using var scenario = await FaultScenario.StartAsync(broker, servers, (server, celery) =>
        {
            celery.Broker = server.UrlThroughNetwork;
            celery.Heartbeat = _heartbeat;
            celery.PublishTimeout = TimeSpan.FromSeconds(2);
        });
        var network = scenario.Broker.Network;
        await StartWorkerAsync(scenario);

        // It is not frozen, and takes what the frozen one seems to have left behind.
        await scenario.StartWorkerAsync(concurrency: 4);

        foreach (var seconds in FaultScale.Of<int[]>([1, 3], [1, 2, 3, 5, 10, 20, 30, 60]))
        {
            await scenario.Ledger.SendAsync(100, TaskCall.Work(0.05));
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(100));
            network.Freeze();
            var sending = scenario.Ledger.TrySendAsync(20, TaskCall.Work(0.01));
            await scenario.Moments.LastAsync(TimeSpan.FromSeconds(seconds));
            network.Resume();
            await sending.WithinBound("the end of all sends");
            await scenario.Ledger.RoundTripAsync("after the frost");
            scenario.Rounds++;
        }

        await scenario.ShouldLoseNothingAsync();
        await scenario.ShouldLeaveNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Half_open_connections_of_a_worker_lose_no_task(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var network = scenario.Broker.Network;
        await StartWorkerAsync(scenario);
        ProxyDirections[] directions = [ProxyDirections.ToServer, ProxyDirections.ToClient];
        for (; scenario.Rounds < FaultScale.Of(2, 20); scenario.Rounds++)
        {
            await scenario.Ledger.SendAsync(60, TaskCall.Work(0.05));
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(100));
            network.Freeze(directions[scenario.Rounds % 2]);
            await scenario.Moments.LastAsync(TimeSpan.FromSeconds(FaultScale.Of(1.5, 5)));

            // Every second one ends with a reset: what was on its way is gone.
            if (scenario.Rounds / 2 % 2 == 1)
            {
                network.ResetConnections();
            }

            network.Resume();
            await scenario.Ledger.RoundTripAsync("after the fault", Bound.Long);
        }

        await scenario.ShouldLoseNothingAsync();
        await scenario.ShouldLeaveNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Slow_network_runs_each_task_once(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var network = scenario.Broker.Network;
        await StartWorkerAsync(scenario);
        await scenario.Ledger.RoundTripAsync("before the fault");

        // Some 200 messages of more than a kilobyte each.
        network.Slow(TimeSpan.FromMilliseconds(100), bytesPerSecond: 100_000);
        await scenario.Ledger.SendAsync(FaultScale.Of(100, 2000), TaskCall.Work(0.01));
        await scenario.Ledger.RoundTripAsync("in slow motion", Bound.Long);
        scenario.Rounds = 1;

        await scenario.ShouldLoseNothingAsync(duplicates: 0);
        network.Resume();
        await scenario.ShouldLeaveNothingAsync();
    }

    private static Task<CeleryHost> StartWorkerAsync(FaultScenario scenario) => scenario.StartWorkerAsync(configure: celery =>
    {
        celery.Broker = scenario.Broker.UrlThroughNetwork;
        celery.Heartbeat = _heartbeat;
    });
}
