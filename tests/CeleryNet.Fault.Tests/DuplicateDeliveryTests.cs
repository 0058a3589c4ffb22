using CeleryNet.Diagnostics;
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
        var worker = await scenario.StartWorkerAsync(concurrency: 16);
        for (var call = 0; call < calls; call++)
        {
            await scenario.Ledger.SendTwiceAsync(call < calls / 2 ? TaskCall.Work(0.02) : TaskCall.WorkRetried(0.001, times: 1, countdown: 0.05));
            scenario.Rounds++;
        }

        // The second of a pair may end after the first one's result was seen, and a worker that stops gives back what it has not begun.
        var (tally, runs) = (await scenario.ShouldLoseNothingAsync(), 0);
        await worker.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskSucceeded && ++runs == 2 * calls, "the second run of each call");
        await scenario.ShouldLeaveNothingAsync();

        // Each message is one that a sender counts on.
        scenario.Ledger.Count().Duplicates.ShouldBe(tally.Confirmed);
    }
}
