using CeleryNet.Diagnostics;
using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>Monitors and those they watch, while their broker is away.</summary>
public sealed class EventFaultTests(SharedServers servers)
{
    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Heartbeats_are_heard_again_after_the_broker_was_killed(string kind)
    {
        using var directory = new TestDirectory();
        await using var broker = await FaultBroker.StartAsync(kind, servers);
        using var bound = new CancellationTokenSource(Bound.Long);
        await using var worker = await CeleryHost.StartWorkerAsync(broker, Names.Unique("events"), directory["runs"], 1, null, null);
        await using var monitor = await CeleryHost.StartProducerAsync(broker);
        await using var listening = monitor.Events.ListenAsync("worker.#", bound.Token).GetAsyncEnumerator(bound.Token);
        await HearAsync(listening, worker.Worker.Hostname, DateTimeOffset.MinValue);

        await broker.Server.KillAsync();
        await worker.Log.WaitForAsync(line => line.EventId.Id == EventIds.EventsDelayed, "the outage to be noticed", Bound.Long);
        var back = DateTimeOffset.UtcNow;
        await broker.Server.StartAsync();

        await HearAsync(listening, worker.Worker.Hostname, back);
        await worker.Log.WaitForAsync(line => line.EventId.Id == EventIds.EventsResumed, "the end of the outage", Bound.Long);
    }

    private static async Task HearAsync(IAsyncEnumerator<CeleryEvent> listening, string node, DateTimeOffset after)
    {
        do
        {
            (await listening.MoveNextAsync()).ShouldBeTrue();
        }
        while (listening.Current is not { Type: "worker-heartbeat" } told || told.Hostname != node || told.Timestamp < after);
    }
}
