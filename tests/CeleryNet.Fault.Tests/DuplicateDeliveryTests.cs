using CeleryNet.Fault.Tests.Setup;

namespace CeleryNet.Fault.Tests;

/// <summary>Messages that come twice, as they do after a retried send or a lost acknowledgement.</summary>
public sealed class DuplicateDeliveryTests(SharedServers servers)
{
    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Message_that_comes_twice_runs_twice(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var calls = FaultScale.Of(100, 1000);

        // Both at the same time in the first half, since as many run as there are; one after the other in the second, since the worker is busy.
        await scenario.StartWorkerAsync(concurrency: 16);
        for (var call = 0; call < calls; call++)
        {
            await scenario.Ledger.SendTwiceAsync(call < calls / 2 ? TaskCall.Work(0.02) : TaskCall.WorkRetried(0.001, times: 1, countdown: 0.05));
            scenario.Rounds++;
        }

        var tally = await scenario.ShouldLoseNothingAsync();
        await scenario.ShouldLeaveNothingAsync();

        // Each message is one that a sender counts on. The second of a pair may end after the first one's result was seen: counted when the worker has stopped.
        scenario.Ledger.Count().Duplicates.ShouldBe(tally.Confirmed);
    }
}
