using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>How a worker stops that was told to be quick.</summary>
public sealed class ColdShutdownTests
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan _soft = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_cold_shutdown_gives_a_task_acknowledged_late_back_at_once()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(gate, acksLate: true, new WorkerOptions());
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.BeginStop(ShutdownStage.Cold);
        await harness.WhenStoppedAsync();

        (await gate.Cancelled.WaitAsync()).ShouldBe(CancellationReason.Shutdown);
        (await harness.StoredAsync(id)).ShouldBeNull();
        (await harness.DrainAsync()).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(id.Value);
        harness.HasCancelled.ShouldBeTrue();
    }

    [Fact]
    public async Task A_cold_shutdown_stores_that_a_task_acknowledged_early_was_lost()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(gate, acksLate: false, new WorkerOptions());
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.BeginStop(ShutdownStage.Cold);
        await harness.WhenStoppedAsync();

        var failure = (await harness.StoredAsync(id)).ShouldNotBeNull();
        (failure.State, ExceptionInfo.Read(failure).Type).ShouldBe((TaskState.Failure, "WorkerLostError"));
    }

    [Fact]
    public async Task A_task_acknowledged_early_that_does_not_heed_its_cancellation_is_stored_as_lost()
    {
        var entered = new TestSignal();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("deaf", [], async _ =>
        {
            entered.Fire();
            await end.Task;
            return TaskValue.Null;
        }));
        var id = await harness.CallAsync("deaf");
        await entered.WaitAsync();

        harness.BeginStop(ShutdownStage.Cold);
        await harness.Clock.WaitForTimerAsync(_grace);
        await harness.Clock.WaitForTimerAsync(TaskDrain.WindUp);
        harness.Clock.Advance(TaskDrain.WindUp);

        // That of the store is over before the last one begins.
        await harness.Clock.WaitForTimerAsync(TaskDrain.WindUp);
        await harness.Clock.WaitForTimerAsync(TaskDrain.WindUp);
        harness.Clock.Advance(TaskDrain.WindUp);
        await harness.WhenStoppedAsync();
        var failure = (await harness.StoredAsync(id)).ShouldNotBeNull();
        end.SetResult();

        (failure.State, ExceptionInfo.Read(failure).Type).ShouldBe((TaskState.Failure, "WorkerLostError"));
        ExceptionInfo.Read(failure).Message.ShouldContain("did not heed its cancellation");
    }

    [Fact]
    public async Task A_cold_shutdown_gives_back_a_task_that_waits_for_others_by_blocking()
    {
        var entered = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], invocation =>
        {
            var token = invocation.CancellationToken;
            entered.Fire();
            Task.Delay(Timeout.InfiniteTimeSpan, token).Wait(CancellationToken.None);
            return new(TaskValue.Null);
        })
        { AcksLate = true });
        var id = await harness.CallAsync("wait");
        await entered.WaitAsync();

        harness.BeginStop(ShutdownStage.Cold);
        await harness.WhenStoppedAsync();

        (await harness.StoredAsync(id)).ShouldBeNull();
        (await harness.DrainAsync()).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(id.Value);
    }

    [Fact]
    public async Task What_has_exceeded_its_hard_limit_is_not_lost_once_more_when_the_worker_stops()
    {
        var entered = new TestSignal();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var backend = new FaultyBackend(int.MaxValue);
        await using var harness = new WorkerHarness(
            [new TaskDefinition("deaf", [], async _ =>
            {
                entered.Fire();
                await end.Task;
                return TaskValue.Null;
            })
            { TimeLimit = _soft, KeepIfFailed = true }],
            backend: backend);
        await harness.StartAsync();
        await harness.CallAsync("deaf");
        await entered.WaitAsync();
        harness.Clock.Advance(_soft);
        await harness.Transport.Kept.WaitAsync();
        await backend.Failed.WaitAsync();

        harness.BeginStop(ShutdownStage.Cold);
        await harness.Clock.WaitForTimerAsync(_grace);
        await harness.Clock.WaitForTimerAsync(TaskDrain.WindUp);
        harness.Clock.Advance(TaskDrain.WindUp);
        await harness.WhenStoppedAsync();
        end.SetResult();

        harness.Transport.Kept.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_soft_shutdown_lets_a_task_end_that_needs_no_longer_than_its_timeout()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(gate, acksLate: true, new WorkerOptions { SoftShutdownTimeout = _soft });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.BeginStop(ShutdownStage.Soft);
        await harness.Clock.WaitForTimerAsync(_soft);
        harness.Clock.Advance(_soft - TimeSpan.FromSeconds(1));
        gate.Open();
        await harness.WhenStoppedAsync();

        (await harness.StoredAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
        (gate.Cancelled.Count, harness.HasCancelled).ShouldBe((0, false));
    }

    [Fact]
    public async Task When_the_soft_timeout_is_over_tasks_are_cancelled()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(gate, acksLate: true, new WorkerOptions { SoftShutdownTimeout = _soft });
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.BeginStop(ShutdownStage.Soft);
        await harness.Clock.WaitForTimerAsync(_soft);
        var before = gate.Cancelled.Count;
        harness.Clock.Advance(_soft);
        await harness.WhenStoppedAsync();

        before.ShouldBe(0);
        (await gate.Cancelled.WaitAsync()).ShouldBe(CancellationReason.Shutdown);
    }

    [Fact]
    public async Task A_cold_shutdown_cuts_a_soft_one_short()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(gate, acksLate: true, new WorkerOptions { SoftShutdownTimeout = _soft });
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.BeginStop(ShutdownStage.Soft);
        await harness.Clock.WaitForTimerAsync(_soft);
        harness.BeginStop(ShutdownStage.Cold);
        await harness.WhenStoppedAsync();

        (await gate.Cancelled.WaitAsync()).ShouldBe(CancellationReason.Shutdown);
    }

    [Fact]
    public async Task A_soft_shutdown_of_an_idle_worker_does_not_wait()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(gate, acksLate: true, new WorkerOptions { SoftShutdownTimeout = _soft });

        harness.BeginStop(ShutdownStage.Soft);
        await harness.WhenStoppedAsync();

        harness.Log.Lines.ShouldNotContain(line => line.EventId.Id == EventIds.SoftShutdown);
    }

    [Fact]
    public async Task A_soft_shutdown_of_an_idle_worker_waits_if_it_is_to()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(
            gate, acksLate: true, new WorkerOptions { SoftShutdownTimeout = _soft, EnableSoftShutdownOnIdle = true });

        harness.BeginStop(ShutdownStage.Soft);
        await harness.Clock.WaitForTimerAsync(_soft);
        harness.Clock.Advance(_soft - TimeSpan.FromSeconds(1));
        var isWaiting = harness.IsRunning;
        harness.Clock.Advance(TimeSpan.FromSeconds(1));
        await harness.WhenStoppedAsync();

        (isWaiting, harness.HasCancelled).ShouldBe((true, false));
    }

    [Fact]
    public async Task A_soft_shutdown_gives_back_at_once_what_waits_for_its_time()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(gate, acksLate: true, new WorkerOptions { SoftShutdownTimeout = _soft });
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        var held = await harness.PublishAsync(MessageFactory.Task(
            "wait", headers: headers => headers["eta"] = (harness.Clock.GetUtcNow() + TimeSpan.FromHours(1)).ToString("o")));
        await harness.WhenHeldAsync();

        harness.BeginStop(ShutdownStage.Soft);
        await harness.Clock.WaitForTimerAsync(_soft);
        var left = await harness.DrainAsync();
        gate.Open();
        await harness.WhenStoppedAsync();

        left.ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(held.Value);
    }

    private static async Task<WorkerHarness> StartAsync(Gate gate, bool acksLate, WorkerOptions options)
    {
        var harness = new WorkerHarness([new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = acksLate }], options);
        await harness.StartAsync();
        return harness;
    }
}
