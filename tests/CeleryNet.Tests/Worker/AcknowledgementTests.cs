using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>When a message is settled, and how.</summary>
public sealed class AcknowledgementTests
{
    [Fact]
    public async Task A_message_is_acknowledged_before_its_run()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync));

        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        var settledAtRun = harness.Transport.Settled.Count;
        gate.Open();

        settledAtRun.ShouldBe(1);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, true)]
    public async Task A_message_is_acknowledged_after_its_run_when_worker_or_task_ask_for_it(bool worker, bool? task)
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = task }], new WorkerOptions { AcksLate = worker });
        await harness.StartAsync();

        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        var settledAtRun = harness.Transport.Settled.Count;
        gate.Open();
        var settlement = await harness.SettledAsync();

        settledAtRun.ShouldBe(0);
        settlement.ShouldBe(SettlementKind.Ack);
        (await harness.StoredAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_task_that_acknowledges_early_does_so_on_a_worker_that_acknowledges_late()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = false }], new WorkerOptions { AcksLate = true });
        await harness.StartAsync();

        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.Transport.Settled.Count.ShouldBe(1);
        gate.Open();
    }

    [Theory]
    [InlineData(true, null, nameof(SettlementKind.Ack))]
    [InlineData(false, null, nameof(SettlementKind.Reject))]
    [InlineData(true, false, nameof(SettlementKind.Reject))]
    [InlineData(false, true, nameof(SettlementKind.Ack))]
    public async Task A_failing_task_acknowledged_late_is_settled_as_told(bool worker, bool? task, string expected)
    {
        var definition = new TaskDefinition("fail", [], _ => throw new InvalidOperationException("broken")) { AcksLate = true, AcksOnFailure = task };
        await using var harness = new WorkerHarness([definition], new WorkerOptions { AcksOnFailure = worker });
        await harness.StartAsync();

        var failure = await harness.RunAsync("fail");

        failure.State.ShouldBe(TaskState.Failure);
        (await harness.SettledAsync()).ToString().ShouldBe(expected);
        await harness.StopAsync();
        (await harness.DrainAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_runs_although_its_early_acknowledgement_did_not_reach_the_broker()
    {
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("one", [], _ => new(TaskValue.Of(1))));
        harness.Transport.SettlementError = new BrokerUnavailableException("The broker is away.");

        var result = await harness.RunAsync("one");

        result.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_lost_connection_cancels_a_task_acknowledged_late_and_the_worker_consumes_again()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true });
        var id = await harness.CallAsync("wait");
        var first = await gate.Entered.WaitAsync();

        await harness.Transport.LoseConsumerAsync();
        var reason = await gate.Cancelled.WaitAsync();
        await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        harness.Clock.Advance(TimeSpan.FromSeconds(2));
        var second = await gate.Entered.WaitAsync("the second run");
        gate.Open();

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
        reason.ShouldBe(CancellationReason.LeaseLost);
        (first.IsRedelivered, second.IsRedelivered).ShouldBe((false, true));
    }

    [Fact]
    public async Task A_lost_connection_lets_a_task_acknowledged_late_run_on_if_it_is_to()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true }],
            new WorkerOptions { Concurrency = 2, CancelLongRunningTasksOnConnectionLoss = false });
        await harness.StartAsync();
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        await harness.Transport.LoseConsumerAsync();
        await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        harness.Clock.Advance(TimeSpan.FromSeconds(2));
        await gate.Entered.WaitAsync("the second run");
        gate.Open(2);

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
        (gate.Most, gate.Cancelled.Count).ShouldBe((2, 0));
    }

    [Fact]
    public async Task A_lost_connection_leaves_a_task_acknowledged_early_alone()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync));
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        await harness.Transport.LoseConsumerAsync();
        gate.Open();

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
        gate.Cancelled.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_lost_while_it_waited_is_left_to_whoever_has_it_now_although_it_has_expired_or_is_revoked(bool isRevoked)
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { Concurrency = 1 });
        await harness.StartAsync();
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        var id = await harness.PublishAsync(MessageFactory.Task(
            "wait", headers: headers => headers["expires"] = (harness.Clock.GetUtcNow() + TimeSpan.FromMinutes(1)).ToString("o")));
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskReceived && line.Message.Contains(id.Value), "the second message");

        // Another worker runs it.
        await harness.Transport.LoseConsumerAsync();
        await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        (await harness.DrainAsync()).ShouldHaveSingleItem();
        await harness.Backend.StoreAsync(new ResultMeta(id, TaskState.Success), default, CancellationToken.None);
        harness.Clock.Advance(TimeSpan.FromMinutes(2));
        if (isRevoked)
        {
            harness.Worker.Revoke(id);
        }

        await harness.CallAsync("wait");
        gate.Open();
        await gate.Entered.WaitAsync("the third task");
        gate.Open();
        await harness.StopAsync();

        (await harness.StoredAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_message_is_settled_although_its_result_could_not_be_stored_for_an_odd_reason()
    {
        var backend = new FaultyBackend(1, () => new TaskCanceledException("A client of the backend's has lost patience."));
        await using var harness = new WorkerHarness([new TaskDefinition("one", [], _ => new(TaskValue.Of(1))) { AcksLate = true }], backend: backend);
        await harness.StartAsync();

        var id = await harness.CallAsync("one");
        SettlementKind[] settled = [await harness.SettledAsync(), await harness.SettledAsync()];

        settled.ShouldBe([SettlementKind.Requeue, SettlementKind.Ack]);
        (await harness.StoredAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_worker_that_cannot_consume_tries_again()
    {
        await using var harness = new WorkerHarness([new TaskDefinition("one", [], _ => new(TaskValue.Of(1)))]);
        harness.Transport.RefuseConsumers(2);

        harness.Begin();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
            harness.Clock.Advance(TimeSpan.FromSeconds(2));
        }

        await harness.WhenReadyAsync();
        (await harness.RunAsync("one")).State.ShouldBe(TaskState.Success);
    }
}
