using CeleryNet.Extensibility;
using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>Workers killed (SIGKILL) in the middle of workflows.</summary>
public sealed class CanvasTests(SharedServers servers)
{
    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Chords_and_chains_come_to_their_end_although_their_workers_are_killed(string broker)
    {
        const int Parts = 60, Steps = 25;
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var chords = new List<AsyncResult<int>>();
        var chains = new List<AsyncResult<int>>();
        for (var round = 0; round < FaultScale.Of(3, 40); round++)
        {
            chords.Add(await scenario.Client.SendAsync(Canvas.Chain<int>(Canvas.Group(Enumerable.Range(0, Parts).Select(i => Next(scenario, i))), Total(scenario))));
            chains.Add(await scenario.Client.SendAsync(Canvas.Chain<int>([Next(scenario, 0), .. Enumerable.Repeat(Next(scenario), Steps - 1)])));
            await using var killed = await scenario.StartWorkerProgramAsync();
            await killed.WaitForLineAsync(" succeeded in ");
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(400));
            await killed.KillAsync();
            scenario.Rounds++;
        }

        await using var survivor = await scenario.StartWorkerProgramAsync(concurrency: 16);

        foreach (var chord in chords)
        {
            (await chord.GetAsync(Bound.Long)).ShouldBe(Enumerable.Range(1, Parts).Sum(), survivor.Output);
        }

        foreach (var chain in chains)
        {
            (await chain.GetAsync(Bound.Long)).ShouldBe(Steps, survivor.Output);
        }
    }

    private static Signature<int> Next(FaultScenario scenario, int? number = null)
        => new("fault.next", number is { } given ? [TaskValue.Of(given)] : [], options: new SendOptions { Queue = scenario.Queue });

    private static Signature<int> Total(FaultScenario scenario) => new("fault.total", [], options: new SendOptions { Queue = scenario.Queue });
}
