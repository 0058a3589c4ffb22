using CeleryNet.Fault.Tests.Setup;

namespace CeleryNet.Fault.Tests;

/// <summary>Workers killed (SIGKILL) in the middle of work.</summary>
public sealed class WorkerKilledTests(SharedServers servers)
{
    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Kills_at_random_moments_lose_no_task(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var hits = 0;
        for (var round = 0; round < FaultScale.Of(4, 200); round++)
        {
            // More than a worker can take and hold.
            await scenario.Ledger.SendAsync(35, TaskCall.Work(0.05));
            await scenario.Ledger.SendAsync(10, TaskCall.WorkRetried(0.02, times: 2, countdown: 0.1));
            await using var killed = await scenario.StartWorkerProgramAsync();

            // Every second one dies while it starts to take messages, the others when they are at work.
            if (round % 2 == 1)
            {
                await killed.WaitForLineAsync(" succeeded in ");
            }

            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(300));
            await killed.KillAsync();
            hits += Interrupted(scenario) > hits ? 1 : 0;
            scenario.Rounds++;
        }

        await using var survivor = await scenario.StartWorkerProgramAsync(concurrency: 32);
        await scenario.ShouldLoseNothingAsync(describe: () => survivor.Output);
        if (scenario.Broker.IsRedis)
        {
            await scenario.Broker.ShouldBeEmptyAsync(scenario.Queue);
        }

        (await survivor.StopAsync()).ShouldBe(0, survivor.Output);
        await scenario.Broker.ShouldBeEmptyAsync(scenario.Queue);

        // Else hardly a kill has hit a worker at work, and nothing was tested.
        hits.ShouldBeGreaterThan(scenario.Rounds / 4);
    }

    // Runs that began and did not end: by a kill, since no other worker is there.
    private static int Interrupted(FaultScenario scenario)
    {
        var runs = Worker.RunLog.Read(scenario.Runs);
        return runs.Begun.Values.Sum() - runs.Finished.Values.Sum();
    }
}
