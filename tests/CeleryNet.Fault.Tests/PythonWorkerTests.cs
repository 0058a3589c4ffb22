using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>Messages on Redis that a killed worker held, and that one of the other language runs.</summary>
public sealed class PythonWorkerTests(SharedServers servers)
{
    [Fact]
    public async Task What_a_killed_worker_held_is_run_by_a_Python_worker()
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var probe = await scenario.Broker.ProbeAsync();
        await scenario.Ledger.SendAsync(60, TaskCall.Work(0.3));
        await using (var killed = await scenario.StartWorkerProgramAsync())
        {
            await killed.WaitForLineAsync(" succeeded in ");
            await killed.KillAsync();
        }

        (await probe.CountHeldAsync()).ShouldBeGreaterThan(0);

        // Celery looks for such messages when it starts, and then only every hundred seconds.
        await probe.WaitForVisibilityTimeoutAsync();
        await using var python = await WorkerProgram.StartPythonAsync(scenario.Broker, scenario.Queue, scenario.Runs);

        await scenario.ShouldLoseNothingAsync(describe: () => python.Output);
        await scenario.Broker.ShouldBeEmptyAsync(scenario.Queue);
    }

    [Fact]
    public async Task What_a_killed_Python_worker_held_is_run_by_a_worker()
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var probe = await scenario.Broker.ProbeAsync();
        await scenario.Ledger.SendAsync(50, TaskCall.Work(1));

        // Celery takes a message first and records it then. It is killed when it has all it may hold, so that this gap of its own is not what is tested.
        await using (var python = await WorkerProgram.StartPythonAsync(scenario.Broker, scenario.Queue, scenario.Runs))
        {
            await probe.WaitUntilHeldAsync(32, scenario.Queue, Bound.Default);
            await python.KillAsync();
        }

        (await probe.CountHeldAsync()).ShouldBe(32);
        await scenario.StartWorkerAsync(concurrency: 50);

        await scenario.ShouldLoseNothingAsync();
        await scenario.ShouldLeaveNothingAsync();
    }
}
