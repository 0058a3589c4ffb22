using CeleryNet.Extensibility;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>Messages of tasks that failed for good, kept where it is wanted.</summary>
public sealed class KeptFailureTests
{
    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, true, true)]
    [InlineData(false, false, true)]
    [InlineData(true, null, false)]
    public async Task A_failed_task_acknowledged_late_is_kept_when_worker_or_task_ask_for_it(bool worker, bool? task, bool acksOnFailure)
    {
        await using var harness = await StartAsync(new WorkerOptions { AcksLate = true, KeepFailedTasks = worker, AcksOnFailure = acksOnFailure }, task);

        var id = await harness.CallAsync("fail");

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Failure);
        var settlement = await harness.Transport.Settled.WaitAsync("a settlement");
        var isKept = task ?? worker;
        settlement.Kind.ShouldBe(isKept ? SettlementKind.DeadLetter : SettlementKind.Ack);
        settlement.Reason.ShouldBe(isKept ? "The task failed: InvalidOperationException: it is broken" : null);
    }

    [Fact]
    public async Task A_failed_task_acknowledged_early_is_kept()
    {
        await using var harness = await StartAsync(new WorkerOptions { KeepFailedTasks = true });

        var id = await harness.CallAsync("fail");

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Failure);
        (await harness.Transport.Kept.WaitAsync("the kept message")).ShouldBe("The task failed: InvalidOperationException: it is broken");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        var letter = (await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldHaveSingleItem();
        letter.Envelope!.Headers.GetString("id").ShouldBe(id.Value);
    }

    [Fact]
    public async Task An_outage_of_the_broker_delays_the_keeping_of_a_message_acknowledged_early()
    {
        await using var harness = await StartAsync(new WorkerOptions { KeepFailedTasks = true });
        harness.Transport.KeepRefusals = 3;

        await harness.CallAsync("fail");
        var kept = harness.Transport.Kept.WaitAsync("the kept message");
        while (!kept.IsCompleted)
        {
            harness.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await kept;
        (await harness.DrainAsync(WorkerHarness.DeadLetters)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_result_that_cannot_be_written_is_a_failure_and_kept()
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("odd", [], _ => new(TaskValue.Of(typeof(int))))], new WorkerOptions { KeepFailedTasks = true });
        await harness.StartAsync();

        var id = await harness.CallAsync("odd");

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Failure);
        await harness.Transport.Kept.WaitAsync("the kept message");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_that_succeeds_is_not_kept(bool acksLate)
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("pass", [], _ => new(TaskValue.Null))], new WorkerOptions { AcksLate = acksLate, KeepFailedTasks = true });
        await harness.StartAsync();

        await harness.RunAsync("pass");

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        harness.Transport.Kept.Count.ShouldBe(0);
        await harness.StopAsync();
        (await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_long_failure_is_cut_to_what_a_header_can_hold()
    {
        await using var harness = await StartAsync(new WorkerOptions { KeepFailedTasks = true }, text: new string('x', 100_000));

        await harness.CallAsync("fail");

        (await harness.Transport.Kept.WaitAsync("the kept message")).Length.ShouldBe(2001);
    }

    private static async Task<WorkerHarness> StartAsync(WorkerOptions options, bool? keepIfFailed = null, string text = "it is broken")
    {
        var harness = new WorkerHarness(
            [new TaskDefinition("fail", [], _ => throw new InvalidOperationException(text)) { KeepIfFailed = keepIfFailed }], options);
        await harness.StartAsync();
        return harness;
    }
}
