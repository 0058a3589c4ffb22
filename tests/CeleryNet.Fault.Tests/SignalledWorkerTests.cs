using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>Workers that get signals in the middle of tasks that take longer than anybody waits.</summary>
public sealed class SignalledWorkerTests(SharedServers servers)
{
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const int Terminate = 15;
    private const int Long = 300;

    private static readonly string[] _brokers = [FaultBroker.Redis, FaultBroker.Classic, FaultBroker.Quorum];

    public static TheoryData<string> Brokers => [.. _brokers];

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public async Task The_first_signal_lets_tasks_finish(int signal)
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var worker = await StartAtWorkAsync(scenario, TaskCall.Work(2));

        worker.Signal(signal);

        (await worker.WaitForExitAsync()).ShouldBe(0, worker.Output);
        worker.Lines.Count(line => line.Contains("fault.work[", StringComparison.Ordinal) && line.Contains(" succeeded in ", StringComparison.Ordinal)).ShouldBe(3, worker.Output);
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task SIGQUIT_gives_tasks_back_at_once(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        await using var worker = await StartAtWorkAsync(scenario, TaskCall.Work(Long));

        worker.Signal(Quit);

        (await worker.WaitForExitAsync()).ShouldBe(1, worker.Output);
        (await scenario.Broker.CountReadyAsync(scenario.Queue)).ShouldBe(2u);
        worker.Lines.Count(IsAbandoned).ShouldBe(2, worker.Output);
    }

    [Theory]
    [InlineData(Interrupt, Interrupt)]
    [InlineData(Terminate, Terminate)]
    [InlineData(Terminate, Quit)]
    public async Task The_second_signal_gives_tasks_back(int first, int second)
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var worker = await StartAtWorkAsync(scenario, TaskCall.Work(Long));

        worker.Signal(first);
        await worker.WaitForLineAsync("no more messages are taken");
        worker.Signal(second);

        (await worker.WaitForExitAsync()).ShouldBe(1, worker.Output);
        (await scenario.Broker.CountReadyAsync(scenario.Queue)).ShouldBe(2u);
        worker.Lines.Count(IsAbandoned).ShouldBe(2, worker.Output);
    }

    [Fact]
    public async Task The_third_signal_ends_a_worker_whose_tasks_do_not_heed_their_cancellation()
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var worker = await StartAtWorkAsync(scenario, TaskCall.WorkDeaf(Long));

        worker.Signal(Terminate);
        await worker.WaitForLineAsync("no more messages are taken");
        worker.Signal(Terminate);
        await worker.WaitForLineAsync("cancels the 2 tasks that still run");
        worker.Signal(Terminate);

        (await worker.WaitForExitAsync()).ShouldBe(128 + Terminate, worker.Output);
        worker.Lines.ShouldNotContain(line => line.Contains("has stopped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_a_soft_timeout_SIGQUIT_lets_tasks_finish_that_need_no_longer()
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var worker = await StartAtWorkAsync(scenario, TaskCall.Work(2), ("CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT", "100"));

        worker.Signal(Quit);

        (await worker.WaitForExitAsync()).ShouldBe(0, worker.Output);
        worker.Lines.ShouldContain(line => line.Contains("gives the 2 tasks that still run 00:01:40 more", StringComparison.Ordinal), worker.Output);
        worker.Lines.Count(IsAbandoned).ShouldBe(0, worker.Output);
    }

    [Fact]
    public async Task A_signal_cuts_a_soft_shutdown_short()
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var worker = await StartAtWorkAsync(scenario, TaskCall.Work(Long), ("CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT", "200"));

        worker.Signal(Quit);
        await worker.WaitForLineAsync("more");
        worker.Signal(Terminate);

        (await worker.WaitForExitAsync()).ShouldBe(1, worker.Output);
        (await scenario.Broker.CountReadyAsync(scenario.Queue)).ShouldBe(2u);
    }

    [Fact]
    public async Task A_remapped_SIGTERM_gives_tasks_back_at_once()
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var worker = await StartAtWorkAsync(scenario, TaskCall.Work(Long), ("REMAP_SIGTERM", "SIGQUIT"));

        worker.Signal(Terminate);

        (await worker.WaitForExitAsync()).ShouldBe(1, worker.Output);
        worker.Lines.Count(IsAbandoned).ShouldBe(2, worker.Output);
    }

    [Fact]
    public async Task Without_signal_handling_SIGQUIT_is_a_stop_like_any_other()
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var worker = await StartAtWorkAsync(scenario, TaskCall.Work(2), ("Celery__Worker__HandleSignals", "false"));

        worker.Signal(Quit);

        (await worker.WaitForExitAsync()).ShouldBe(0, worker.Output);
        worker.Lines.Count(IsAbandoned).ShouldBe(0, worker.Output);
    }

    [Fact]
    public async Task A_task_acknowledged_early_that_SIGQUIT_cancels_has_failed_for_whoever_waits()
    {
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var producer = await CeleryHost.StartProducerAsync(scenario.Broker);
        await using var worker = await scenario.StartWorkerProgramAsync(concurrency: 2);
        var cancelled = await TaskCall.WorkEarly(Long).SendAsync(producer.Client, TaskId.New(), scenario.Queue);
        await (await TaskCall.Work(0.5).SendAsync(producer.Client, TaskId.New(), scenario.Queue)).WaitAsync(Bound.Default);

        worker.Signal(Quit);

        (await worker.WaitForExitAsync()).ShouldBe(1, worker.Output);
        var error = await Should.ThrowAsync<RemoteTaskException>(() => cancelled.WaitAsync(Bound.Default));
        error.ExceptionType.ShouldBe("WorkerLostError");
        (await scenario.Broker.CountReadyAsync(scenario.Queue)).ShouldBe(0u);
    }

    // A third task, which ends soon and came last, tells that the two before it have begun.
    private static async Task<ChildProcess> StartAtWorkAsync(FaultScenario scenario, TaskCall call, params (string Name, string Value)[] environment)
    {
        var worker = await scenario.StartWorkerProgramAsync(concurrency: 3, environment.ToDictionary(pair => pair.Name, pair => pair.Value));
        try
        {
            await scenario.Ledger.SendAsync(2, call);
            await scenario.Ledger.SendAsync(1, TaskCall.Work(0.5));
            await worker.WaitForLineAsync(" succeeded in ");
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    private static bool IsAbandoned(string line) => line.Contains("was ended by the worker (Shutdown) and will run again", StringComparison.Ordinal);
}
