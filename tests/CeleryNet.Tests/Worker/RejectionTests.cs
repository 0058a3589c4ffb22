using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>Tasks that refuse their message, or want nothing to be stored of their end.</summary>
public sealed class RejectionTests
{
    [Theory]
    [InlineData(true, nameof(SettlementKind.Reject))]
    [InlineData(false, nameof(SettlementKind.Ack))]
    public async Task A_refused_message_is_rejected_and_its_task_fails_with_what_Celery_stores(bool acksLate, string expected)
    {
        await using var harness = await StartAsync(new TaskRejectException("no such customer", requeue: false), acksLate);

        var failure = await harness.RunAsync("refuse");

        failure.State.ShouldBe(TaskState.Failure);
        Text(failure).ShouldBe("""{"exc_type":"Reject","exc_message":["no such customer",false],"exc_module":"celery.exceptions"}""");
        (await harness.SettledAsync()).ToString().ShouldBe(expected);
        await harness.StopAsync();
        (await harness.DrainAsync()).ShouldBeEmpty();
        harness.Log.Lines.ShouldContain(line => line.Message.Contains("rejected its message (requeue: False): no such customer"));
    }

    [Fact]
    public async Task A_refused_message_without_a_reason_says_so()
    {
        await using var harness = await StartAsync(new TaskRejectException(null, requeue: false), acksLate: true);

        Text(await harness.RunAsync("refuse")).ShouldBe("""{"exc_type":"Reject","exc_message":[null,false],"exc_module":"celery.exceptions"}""");
    }

    [Fact]
    public async Task A_refused_message_is_kept_where_failures_are()
    {
        await using var harness = await StartAsync(
            new TaskRejectException("no such customer", requeue: false), acksLate: true, new WorkerOptions { KeepFailedTasks = true });

        await harness.RunAsync("refuse");

        (await harness.Transport.Settled.WaitAsync("a settlement")).Reason.ShouldBe("The task failed: TaskRejectException: Rejected: no such customer");
    }

    [Fact]
    public async Task A_message_that_is_put_back_runs_again_as_redelivered_and_nothing_is_stored_of_the_first_run()
    {
        var runs = 0;
        var redelivered = new List<bool>();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("busy", [], invocation =>
        {
            redelivered.Add(invocation.Context.IsRedelivered);
            return ++runs < 3 ? throw invocation.Context.Reject("busy", requeue: true) : new(TaskValue.Of(runs));
        })
        { AcksLate = true, TrackStarted = false });

        var result = await harness.RunAsync("busy");

        result.State.ShouldBe(TaskState.Success);
        redelivered.ShouldBe([false, true, true]);
        SettlementKind[] settled = [await harness.SettledAsync(), await harness.SettledAsync(), await harness.SettledAsync()];
        settled.ShouldBe([SettlementKind.Requeue, SettlementKind.Requeue, SettlementKind.Ack]);
    }

    [Fact]
    public async Task A_message_acknowledged_early_cannot_go_back_so_its_task_fails_and_the_log_says_why()
    {
        await using var harness = await StartAsync(new TaskRejectException("busy", requeue: true), acksLate: false);

        var failure = await harness.RunAsync("refuse");

        failure.State.ShouldBe(TaskState.Failure);
        Text(failure).ShouldBe("""{"exc_type":"Reject","exc_message":["busy",true],"exc_module":"celery.exceptions"}""");
        await harness.Log.WaitForAsync(line => line.EventId.Id == 2026 && line.Message.Contains("AcksLate"), "the warning");
        await harness.StopAsync();
        (await harness.DrainAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_ignored_end_leaves_the_state_as_the_task_has_set_it(bool acksLate)
    {
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("own", [], async invocation =>
        {
            await invocation.Context.UpdateStateAsync("HANDED_OVER", "to a human");
            throw invocation.Context.Ignore();
        })
        { AcksLate = acksLate });

        var id = await harness.CallAsync("own");
        await harness.Log.WaitForAsync(line => line.EventId.Id == 2027, "the end of the task");

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        (await harness.StoredAsync(id)).ShouldNotBeNull().State.Name.ShouldBe("HANDED_OVER");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Neither_is_retried_by_itself(bool rejects)
    {
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("end", [], invocation => throw (rejects
            ? invocation.Context.Reject()
            : invocation.Context.Ignore()))
        { AutoRetryFor = [typeof(Exception)], AcksLate = true });

        await harness.CallAsync("end");

        (await harness.SettledAsync()).ShouldBe(rejects ? SettlementKind.Reject : SettlementKind.Ack);
        harness.Transport.Published.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_rejection_that_a_blocking_wait_has_wrapped_is_one()
    {
        await using var harness = await StartAsync(new AggregateException(new TaskRejectException("wrapped", requeue: false)), acksLate: true);

        (await harness.RunAsync("refuse")).State.ShouldBe(TaskState.Failure);

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Reject);
    }

    private static string Text(ResultMeta meta)
        => JsonSerializer.Serialize(JsonDocument.Parse(meta.Result).RootElement);

    private static async Task<WorkerHarness> StartAsync(Exception error, bool acksLate, WorkerOptions? options = null)
    {
        var harness = new WorkerHarness([new TaskDefinition("refuse", [], _ => throw error) { AcksLate = acksLate }], options);
        await harness.StartAsync();
        return harness;
    }
}
