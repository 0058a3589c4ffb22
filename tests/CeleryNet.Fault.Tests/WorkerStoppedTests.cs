using CeleryNet.Fault.Tests.Setup;
using CeleryNet.Fault.Worker;

namespace CeleryNet.Fault.Tests;

/// <summary>Workers told to end (SIGTERM) in the middle of work, again and again, as when a new version is rolled out.</summary>
public sealed class WorkerStoppedTests(SharedServers servers)
{
    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public Task Graceful_restarts_run_each_task_once(string broker) => RestartAsync(broker, TaskCall.Work(0.3));

    [Theory]
    [MemberData(nameof(Brokers))]
    public Task Graceful_restarts_run_each_task_once_that_is_acknowledged_early(string broker) => RestartAsync(broker, TaskCall.WorkEarly(0.3));

    private async Task RestartAsync(string broker, TaskCall call)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var rounds = FaultScale.Of(2, 20);
        for (; scenario.Rounds < rounds; scenario.Rounds++)
        {
            await scenario.Ledger.SendAsync(20, call);
            await using var worker = await scenario.StartWorkerProgramAsync(concurrency: 4);
            await worker.WaitForLineAsync(" succeeded in ");
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(300));
            (await worker.StopAsync()).ShouldBe(0, worker.Output);

            // It has finished what ran, and given back the rest.
            var runs = RunLog.Read(scenario.Runs);
            runs.Begun.ShouldBe(runs.Finished, ignoreOrder: true);
            (await scenario.Broker.CountReadyAsync(scenario.Queue)).ShouldBe((uint)(scenario.Ledger.Confirmed - runs.Finished.Count));
        }

        await using var last = await scenario.StartWorkerProgramAsync(concurrency: 40);
        await scenario.ShouldLoseNothingAsync(duplicates: 0, describe: () => last.Output);
        (await last.StopAsync()).ShouldBe(0, last.Output);
        await scenario.Broker.ShouldBeEmptyAsync(scenario.Queue);
    }
}
