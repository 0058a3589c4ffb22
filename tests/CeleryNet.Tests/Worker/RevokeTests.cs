using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>What becomes of a revoked task, wherever it is when it is revoked.</summary>
public sealed class RevokeTests
{
    [Fact]
    public async Task A_task_that_was_revoked_before_it_came_is_not_run()
    {
        var runs = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(Counted(runs));

        var isHere = harness.Worker.Revoke("one");
        var result = await harness.RunAsync(MessageFactory.Task("count", id: "one"));

        isHere.ShouldBeFalse();
        ShouldBeRevoked(result, "revoked");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        runs.Count.ShouldBe(0);
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == EventIds.TaskRevoked && line.Message.Contains("one"));
    }

    [Fact]
    public async Task A_task_that_waits_for_a_slot_ends_when_it_is_revoked()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness([new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true }], new WorkerOptions { Concurrency = 1 });
        await harness.StartAsync();
        var running = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        TaskId[] waiting = [await CallAndReceiveAsync(harness, "wait"), await CallAndReceiveAsync(harness, "wait")];

        var isHere = harness.Worker.Revoke(waiting[0]);
        var revoked = await harness.ResultAsync(waiting[0]);
        var settled = await harness.SettledAsync();
        gate.Open(2);

        isHere.ShouldBeTrue();
        ShouldBeRevoked(revoked, "revoked");
        settled.ShouldBe(SettlementKind.Ack);
        (await harness.ResultAsync(running)).State.ShouldBe(TaskState.Success);
        (await harness.ResultAsync(waiting[1])).State.ShouldBe(TaskState.Success);
        gate.Entered.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_task_that_is_held_for_its_time_ends_when_it_is_revoked()
    {
        var runs = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(Counted(runs));
        var id = await harness.PublishAsync(Later(harness, TimeSpan.FromDays(1)));
        await harness.WhenHeldAsync();

        var isHere = harness.Worker.Revoke(id);
        var result = await harness.ResultAsync(id);
        harness.Clock.Advance(TimeSpan.FromDays(2));
        (await harness.RunAsync("count")).State.ShouldBe(TaskState.Success);

        isHere.ShouldBeTrue();
        ShouldBeRevoked(result, "revoked");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        runs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_waits_for_its_rate_limit_ends_when_it_is_revoked()
    {
        var runs = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(Counted(runs));
        harness.Worker.SetRateLimit("count", RateLimit.Parse("1/h"));
        (await harness.RunAsync("count")).State.ShouldBe(TaskState.Success);
        var id = await harness.CallAsync("count");
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskLimited);

        var isHere = harness.Worker.Revoke(id);

        isHere.ShouldBeTrue();
        ShouldBeRevoked(await harness.ResultAsync(id), "revoked");
        harness.Clock.Advance(TimeSpan.FromHours(2));
        (await harness.RunAsync("count")).State.ShouldBe(TaskState.Success);
        runs.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_running_task_goes_on_unless_it_is_terminated()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync));
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        var isHere = harness.Worker.Revoke(id);
        gate.Open();

        isHere.ShouldBeFalse();
        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
        gate.Cancelled.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_terminated_task_learns_of_it_by_its_token_and_ends_revoked(bool acksLate)
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = acksLate });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        var isHere = harness.Worker.Revoke(id, terminate: true);
        var reason = await gate.Cancelled.WaitAsync();
        var result = await harness.ResultAsync(id);

        isHere.ShouldBeTrue();
        reason.ShouldBe(CancellationReason.Revoked);
        ShouldBeRevoked(result, "terminated");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == EventIds.TaskTerminated);
        await harness.StopAsync();
        (await harness.DrainAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("retry")]
    public async Task However_a_terminated_task_ends_short_of_success_it_is_revoked(string ending)
    {
        var entered = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("work", [], async invocation =>
        {
            entered.Fire();
            await WhenCancelledAsync(invocation);
            throw ending == "fail" ? new InvalidOperationException("It was in the middle of something.") : invocation.Context.Retry(TimeSpan.Zero);
        })
        { AcksLate = true });
        var id = await harness.CallAsync("work");
        await entered.WaitAsync();

        harness.Worker.Revoke(id, terminate: true);

        ShouldBeRevoked(await harness.ResultAsync(id), "terminated");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        await harness.StopAsync();
        (await harness.DrainAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_terminated_task_that_ends_well_has_succeeded()
    {
        var entered = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("work", [], async invocation =>
        {
            entered.Fire();
            await WhenCancelledAsync(invocation);
            return TaskValue.Of("tidied up");
        }));
        var id = await harness.CallAsync("work");
        await entered.WaitAsync();

        harness.Worker.Revoke(id, terminate: true);

        var result = await harness.ResultAsync(id);
        (result.State, result.ReadResult().GetString()).ShouldBe((TaskState.Success, "tidied up"));
    }

    [Fact]
    public async Task The_retry_of_a_task_that_was_revoked_while_it_ran_is_not_run()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("work", [], async invocation =>
        {
            await gate.PassAsync(invocation);
            throw invocation.Context.Retry(TimeSpan.Zero);
        }));
        var id = await harness.CallAsync("work");
        await gate.Entered.WaitAsync();

        harness.Worker.Revoke(id);
        gate.Open(2);

        ShouldBeRevoked(await harness.ResultAsync(id), "revoked");
        gate.Entered.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Of_a_task_whose_result_is_ignored_nothing_is_stored_unless_errors_are(bool storeErrors, bool isStored)
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("count", [], _ => new(TaskValue.Null))], new WorkerOptions { StoreErrorsEvenIfIgnored = storeErrors });
        await harness.StartAsync();
        harness.Worker.Revoke("one");

        var id = await harness.PublishAsync(MessageFactory.Task("count", id: "one", headers: headers => headers.Set("ignore_result", true)));
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);

        ((await harness.StoredAsync(id)) is not null).ShouldBe(isStored);
    }

    [Fact]
    public async Task Tasks_are_revoked_by_a_stamp_wherever_they_are()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness([new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { Concurrency = 1 });
        await harness.StartAsync();
        var running = await harness.PublishAsync(Stamped("running", "b1"));
        await gate.Entered.WaitAsync();
        var waiting = await harness.PublishAsync(Stamped("waiting", new object?[] { "b0", "b1" }));
        var other = await harness.PublishAsync(Stamped("other", "b2"));
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskReceived && line.Message.Contains("other"));

        var count = harness.Worker.RevokeByStamp("batch", "b1", terminate: true);
        var later = await harness.PublishAsync(Stamped("later", "b1"));

        count.ShouldBe(2);
        ShouldBeRevoked(await harness.ResultAsync(running), "terminated");
        ShouldBeRevoked(await harness.ResultAsync(waiting), "revoked");
        ShouldBeRevoked(await harness.ResultAsync(later), "revoked");
        gate.Open();
        (await harness.ResultAsync(other)).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Revoked_tasks_leave_nothing_behind_where_they_waited()
    {
        var runs = new TestSignal();
        using var gate = new Gate();
        await using var harness = new WorkerHarness([new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true }, Counted(runs)], new WorkerOptions { Concurrency = 1 });
        await harness.StartAsync();
        harness.Worker.SetRateLimit("count", RateLimit.Parse("1/h"));
        (await harness.RunAsync("count")).State.ShouldBe(TaskState.Success);
        var prefetch = harness.Flow.Prefetch.Count;
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        var reserved = await CallAndReceiveAsync(harness, "wait");
        var held = await harness.PublishAsync(Later(harness, TimeSpan.FromDays(1)));
        await harness.WhenHeldAsync();
        var limited = await harness.CallAsync("count");
        await harness.WhenWaitingAsync(1);
        (harness.Flow.Slots.Waiting, harness.Flow.Prefetch.Count).ShouldBe((1, prefetch + 1));

        foreach (var id in new[] { reserved, held, limited })
        {
            harness.Worker.Revoke(id).ShouldBeTrue();
            ShouldBeRevoked(await harness.ResultAsync(id), "revoked");
        }

        (harness.Flow.Slots.Waiting, harness.Flow.Prefetch.Count).ShouldBe((0, prefetch));
        harness.Flow.RateLimits.Close().ShouldBeEmpty();
        gate.Open();
    }

    [Fact]
    public async Task A_result_that_cannot_be_stored_before_the_worker_ends_leaves_the_revoked_message_in_its_queue()
    {
        var backend = new FaultyBackend(int.MaxValue);
        await using var harness = new WorkerHarness([new TaskDefinition("count", [], _ => new(TaskValue.Null))], backend: backend);
        await harness.StartAsync();
        harness.Worker.Revoke("one");
        await harness.PublishAsync(MessageFactory.Task("count", id: "one"));
        await backend.Failed.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(25));
        harness.Hurry();
        await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        harness.Clock.Advance(TimeSpan.FromSeconds(3));
        await harness.WhenStoppedAsync();

        (await harness.DrainAsync()).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe("one");
    }

    [Fact]
    public async Task Revokes_at_any_moment_end_each_task_exactly_once()
    {
        const int Messages = 2000;
        var runs = new int[Messages];
        await using var harness = new WorkerHarness(
            [
                new TaskDefinition("work", [], async invocation =>
                {
                    Interlocked.Increment(ref runs[int.Parse(invocation.Context.Id.Value, null)]);
                    await Task.Yield();
                    invocation.CancellationToken.ThrowIfCancellationRequested();
                    return TaskValue.Null;
                })
                { AcksLate = true },
            ],
            new WorkerOptions { Concurrency = 4, PrefetchMultiplier = 1000 });
        await harness.StartAsync();
        var random = new Random(1);
        var order = Enumerable.Range(0, Messages).OrderBy(_ => random.Next()).Where(number => number % 3 != 0).ToArray();
        var revoking = Task.Run(async () =>
        {
            foreach (var number in order)
            {
                harness.Worker.Revoke($"{number}", terminate: number % 3 == 1);
                await Task.Yield();
            }
        },
        TestContext.Current.CancellationToken);

        for (var number = 0; number < Messages; number++)
        {
            await harness.PublishAsync(number % 5 == 0
                ? Later(harness, TimeSpan.FromMinutes(1), "work", $"{number}")
                : MessageFactory.Task("work", id: $"{number}"));
        }

        await revoking;
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskReceived && line.Message.Contains($"[{Messages - 2}]"));
        harness.Clock.Advance(TimeSpan.FromMinutes(2));
        var states = new List<TaskState>();
        for (var number = 0; number < Messages; number++)
        {
            states.Add((await harness.ResultAsync($"{number}")).State);
        }

        await harness.StopAsync();
        states.Where((_, number) => number % 3 == 0).ShouldAllBe(state => state == TaskState.Success);
        states.ShouldContain(TaskState.Revoked);
        runs.ShouldAllBe(count => count <= 1);
        harness.Transport.Settled.Count.ShouldBe(Messages);
        (await harness.DrainAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_revoked_is_known_to_a_worker_that_is_started_again_with_the_same_file()
    {
        using var directory = new TestDirectory();
        var options = new WorkerOptions { StateDb = directory["state"] };
        await using (var first = new WorkerHarness([Counted(new TestSignal())], options))
        {
            await first.StartAsync();
            first.Worker.Revoke("one");
            await first.StopAsync();
        }

        await using var second = new WorkerHarness([Counted(new TestSignal())], options);
        await second.StartAsync();

        ShouldBeRevoked(await second.RunAsync(MessageFactory.Task("count", id: "one")), "revoked");
    }

    private static TaskDefinition Counted(TestSignal runs) => new("count", [], _ =>
    {
        runs.Fire();
        return new(TaskValue.Null);
    });

    private static Envelope Later(WorkerHarness harness, TimeSpan delay, string task = "count", string? id = null) => MessageFactory.Task(
        task, id: id ?? TaskId.New().Value, headers: headers => headers.Set("eta", IsoTimestamp.Format(harness.Clock.GetUtcNow() + delay)));

    private static Envelope Stamped(string id, object value) => MessageFactory.Task("wait", id: id, headers: headers =>
    {
        headers.Set("stamped_headers", new object?[] { "batch" });
        headers.Set("stamps", new Dictionary<string, object?> { ["batch"] = value });
    });

    private static async Task<TaskId> CallAndReceiveAsync(WorkerHarness harness, string task)
    {
        var id = await harness.CallAsync(task);
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskReceived && line.Message.Contains(id.Value));
        return id;
    }

    private static async Task WhenCancelledAsync(TaskInvocation invocation)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = invocation.CancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }

    private static void ShouldBeRevoked(ResultMeta result, string reason)
    {
        var info = ExceptionInfo.Read(result);
        result.State.ShouldBe(TaskState.Revoked);
        (info.Type, info.Module, info.PlainMessage).ShouldBe(("TaskRevokedError", "celery.exceptions", reason));
        result.Traceback.ShouldBeNull();
    }
}
