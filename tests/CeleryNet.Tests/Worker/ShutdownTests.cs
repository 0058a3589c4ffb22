using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Worker;

/// <summary>How much runs at a time, and how a worker stops.</summary>
public sealed class ShutdownTests
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan _windUp = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_tasks_run_at_a_time_than_there_are_slots(int concurrency)
    {
        const int Messages = 12;
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { Concurrency = concurrency });
        var ids = new List<TaskId>();
        for (var i = 0; i < Messages; i++)
        {
            ids.Add(await harness.CallAsync("wait"));
        }

        await harness.StartAsync();
        for (var i = 0; i < concurrency; i++)
        {
            await gate.Entered.WaitAsync($"run {i}");
        }

        for (var i = concurrency; i < Messages; i++)
        {
            gate.Open();
            await gate.Entered.WaitAsync($"run {i}");
        }

        gate.Open(concurrency);
        foreach (var id in ids)
        {
            (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
        }

        gate.Most.ShouldBe(concurrency);
    }

    [Fact]
    public async Task A_worker_that_fails_unforeseen_sees_its_tasks_to_their_end()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync));
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        harness.Transport.ConsumeError = new InvalidOperationException("unforeseen");

        await harness.Transport.LoseConsumerAsync();
        await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        harness.Clock.Advance(TimeSpan.FromSeconds(2));
        await harness.Clock.WaitForTimerAsync(_grace);
        gate.Open();
        var error = await harness.WhenFailedAsync<InvalidOperationException>();

        error.Message.ShouldBe("unforeseen");
        (await harness.StoredAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
        harness.Worker.State.ShouldBe(WorkerState.Stopped);
    }

    [Fact]
    public async Task A_stopping_worker_waits_for_running_tasks_and_leaves_the_rest_in_the_queue()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness([new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { Concurrency = 1 });
        var running = await harness.CallAsync("wait");
        TaskId[] rest = [await harness.CallAsync("wait"), await harness.CallAsync("wait")];
        await harness.StartAsync();
        await gate.Entered.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.Clock.Advance(_grace - TimeSpan.FromSeconds(1));
        var isWaiting = harness.IsRunning;
        gate.Open(3);
        await harness.WhenStoppedAsync();

        isWaiting.ShouldBeTrue();
        (await harness.StoredAsync(running)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
        var left = await harness.DrainAsync();
        left.Select(delivery => new TaskId(delivery.Envelope!.Headers.GetString("id")!)).ShouldBe(rest);
        left.ShouldAllBe(delivery => !delivery.Redelivered);
        gate.Entered.Count.ShouldBe(1);
        gate.Cancelled.Count.ShouldBe(0);
    }

    [Fact]
    public async Task What_waits_for_a_slot_is_back_in_its_queue_while_the_stopping_worker_ends_its_tasks()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness([new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { Concurrency = 1 });
        await harness.CallAsync("wait");
        TaskId[] rest = [await harness.CallAsync("wait"), await harness.CallAsync("wait"), await harness.CallAsync("wait")];
        await harness.StartAsync();
        await gate.Entered.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        var left = await harness.DrainAsync();
        var isWaiting = harness.IsRunning;
        gate.Open();
        await harness.WhenStoppedAsync();

        isWaiting.ShouldBeTrue();
        left.Select(delivery => new TaskId(delivery.Envelope!.Headers.GetString("id")!)).ShouldBe(rest);
        left.ShouldAllBe(delivery => !delivery.Redelivered);
    }

    [Fact]
    public async Task An_idle_worker_stops_at_once()
    {
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("one", [], _ => new(TaskValue.Of(1))));
        await harness.RunAsync("one");

        await harness.StopAsync();

        harness.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task When_its_grace_is_over_a_task_acknowledged_late_is_cancelled_and_its_message_goes_back()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.Clock.Advance(_grace);
        var reason = await gate.Cancelled.WaitAsync();
        await harness.WhenStoppedAsync();

        reason.ShouldBe(CancellationReason.Shutdown);
        (await harness.StoredAsync(id)).ShouldBeNull();
        var back = (await harness.DrainAsync()).ShouldHaveSingleItem();
        (back.Envelope!.Headers.GetString("id"), back.Redelivered).ShouldBe((id.Value, true));
    }

    [Fact]
    public async Task When_its_grace_is_over_a_task_acknowledged_early_is_cancelled_and_stored_as_lost()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync));
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.Clock.Advance(_grace);
        var reason = await gate.Cancelled.WaitAsync();
        await harness.WhenStoppedAsync();

        reason.ShouldBe(CancellationReason.Shutdown);
        var failure = (await harness.StoredAsync(id)).ShouldNotBeNull();
        var info = ExceptionInfo.Read(failure);
        failure.State.ShouldBe(TaskState.Failure);
        (info.Type, info.Module).ShouldBe(("WorkerLostError", "billiard.exceptions"));
        (await harness.DrainAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hurried_worker_cancels_running_tasks_before_their_grace_is_over()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true });
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);

        harness.Hurry();
        await harness.WhenStoppedAsync();

        (await gate.Cancelled.WaitAsync()).ShouldBe(CancellationReason.Shutdown);
    }

    [Fact]
    public async Task A_task_that_ends_well_although_it_was_cancelled_has_succeeded()
    {
        var entered = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("tidy", [], async invocation =>
        {
            var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = invocation.CancellationToken.Register(cancelled.SetResult);
            entered.Fire();
            await cancelled.Task;
            return TaskValue.Of(invocation.Context.CancellationReason.ToString());
        })
        { AcksLate = true });
        var id = await harness.CallAsync("tidy");
        await entered.WaitAsync();

        harness.BeginStop();
        harness.Hurry();
        await harness.WhenStoppedAsync();

        var result = (await harness.StoredAsync(id)).ShouldNotBeNull();
        (result.State, result.ReadResult().GetString()).ShouldBe((TaskState.Success, "Shutdown"));
        (await harness.DrainAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_that_does_not_heed_its_cancellation_is_left_behind_and_its_message_goes_back()
    {
        var entered = new TestSignal();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("deaf", [], async _ =>
        {
            entered.Fire();
            await end.Task;
            return TaskValue.Null;
        })
        { AcksLate = true });
        var id = await harness.CallAsync("deaf");
        await entered.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.Clock.Advance(_grace);
        for (var i = 0; i < 2; i++)
        {
            await harness.Clock.WaitForTimerAsync(_windUp);
            harness.Clock.Advance(_windUp);
        }

        await harness.WhenStoppedAsync();
        var left = await harness.DrainAsync();
        end.SetResult();

        left.ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(id.Value);
    }

    [Fact]
    public async Task A_result_that_cannot_be_stored_before_the_worker_ends_sends_a_message_acknowledged_late_back()
    {
        var backend = new FaultyBackend(int.MaxValue);
        await using var harness = new WorkerHarness([new TaskDefinition("one", [], _ => new(TaskValue.Of(1))) { AcksLate = true }], backend: backend);
        await harness.StartAsync();
        var id = await harness.CallAsync("one");
        await backend.Failed.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.Hurry();
        await harness.Clock.WaitForTimerAsync(_windUp);
        harness.Clock.Advance(_windUp);
        await harness.WhenStoppedAsync();

        (await harness.DrainAsync()).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(id.Value);
    }
}
