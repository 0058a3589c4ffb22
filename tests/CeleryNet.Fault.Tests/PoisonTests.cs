using CeleryNet.Fault.Tests.Setup;
using CeleryNet.Fault.Worker;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>A task that takes its worker down each time it runs.</summary>
public sealed class PoisonTests(SharedServers servers)
{
    private const int MaxDeliveries = 3;

    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Poison_takes_down_as_many_workers_as_it_may_and_ends_among_the_dead_letters(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var poison = await TaskCall.Poison(0.5).SendAsync(scenario.Client, TaskId.New(), scenario.Queue);
        for (; scenario.Rounds < MaxDeliveries; scenario.Rounds++)
        {
            await scenario.Ledger.SendAsync(10, TaskCall.Work(0.01));
            await using var victim = await scenario.StartWorkerProgramAsync();
            (await victim.WaitForExitAsync()).ShouldNotBe(0, victim.Output);
            victim.Output.ShouldContain($"Task {poison.Id} is poison.");
        }

        await scenario.Ledger.SendAsync(10, TaskCall.Work(0.01));
        await using var survivor = await scenario.StartWorkerProgramAsync();

        var failure = await Should.ThrowAsync<RemoteTaskException>(() => poison.GetAsync(Bound.Long));
        (failure.ExceptionModule, failure.ExceptionType).ShouldBe(("billiard.exceptions", "WorkerLostError"));
        failure.ExceptionMessage.ShouldContain($"{MaxDeliveries} runs of its message were begun");
        RunLog.Read(scenario.Runs).Begun[poison.Id.Value].ShouldBe(MaxDeliveries);
        await scenario.ShouldLoseNothingAsync(describe: () => survivor.Output);
        if (scenario.Broker.IsRedis)
        {
            await scenario.Broker.ShouldBeEmptyAsync(scenario.Queue);
        }

        (await survivor.StopAsync()).ShouldBe(0, survivor.Output);
        await scenario.Broker.ShouldBeEmptyAsync(scenario.Queue);
        var letter = (await scenario.DeadLetters.ListAsync(scenario.Queue).ToListAsync()).ShouldHaveSingleItem();
        (letter.TaskName, letter.TaskId, letter.Reason).ShouldBe(("fault.poison", poison.Id, failure.ExceptionMessage));
    }
}
