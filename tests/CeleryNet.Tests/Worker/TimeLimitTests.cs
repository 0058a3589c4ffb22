using System.Text.Json;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Worker;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Worker;

/// <summary>Tasks that reach their soft or their hard time limit and listen to their token.</summary>
public sealed class TimeLimitTests
{
    private static readonly TimeSpan _soft = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _hard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_task_that_heeds_its_soft_limit_fails_as_in_Celery_and_a_warning_is_logged()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { SoftTimeLimit = _soft });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_soft - TimeSpan.FromMilliseconds(1));
        var before = await harness.StoredAsync(id);
        harness.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await harness.ResultAsync(id);

        before.ShouldBeNull();
        (failure.State, Text(failure)).ShouldBe((TaskState.Failure, """{"exc_type":"SoftTimeLimitExceeded","exc_message":[],"exc_module":"billiard.exceptions"}"""));
        failure.Traceback!.ShouldContain(nameof(OperationCanceledException));
        (await gate.Cancelled.WaitAsync()).ShouldBe(CancellationReason.SoftTimeLimit);
        Logged(harness, EventIds.SoftTimeLimitExceeded).ShouldHaveSingleItem().Level.ShouldBe(LogLevel.Warning);
    }

    [Fact]
    public async Task A_task_that_waits_for_others_by_blocking_heeds_its_soft_limit_too()
    {
        var entered = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], invocation =>
        {
            var token = invocation.CancellationToken;
            entered.Fire();
            Task.Delay(Timeout.InfiniteTimeSpan, token).Wait(CancellationToken.None);
            return new(TaskValue.Null);
        })
        { SoftTimeLimit = _soft });
        var id = await harness.CallAsync("wait");
        await entered.WaitAsync();

        harness.Clock.Advance(_soft);

        Text(await harness.ResultAsync(id)).ShouldContain("SoftTimeLimitExceeded");
    }

    [Fact]
    public async Task A_task_may_catch_its_soft_limit_and_finish_well()
    {
        var entered = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(Finishing(entered));
        var id = await harness.CallAsync("wait");
        await entered.WaitAsync();

        harness.Clock.Advance(_soft);
        var result = await harness.ResultAsync(id);

        (result.State, Text(result)).ShouldBe((TaskState.Success, "\"SoftTimeLimit\""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_soft_limit_is_an_exception_on_which_a_task_may_be_retried_or_not(bool isRetried)
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(
            new TaskDefinition("wait", [], invocation => invocation.Context.Retries > 0 ? new(TaskValue.Of("again")) : gate.PassAsync(invocation))
            {
                SoftTimeLimit = _soft,
                AutoRetryFor = [isRetried ? typeof(SoftTimeLimitExceededException) : typeof(CeleryException)],
                DontAutoRetryFor = isRetried ? [] : [typeof(SoftTimeLimitExceededException)],
                RetryDelay = TimeSpan.Zero,
            });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_soft);

        (await harness.ResultAsync(id)).State.ShouldBe(isRetried ? TaskState.Success : TaskState.Failure);
    }

    [Fact]
    public async Task The_hard_limit_ends_a_task_that_went_on_after_its_soft_limit()
    {
        using var gate = new Gate();
        var reasons = new List<CancellationReason>();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], async invocation =>
        {
            await Should.ThrowAsync<OperationCanceledException>(gate.PassAsync(invocation).AsTask());
            reasons.Add(invocation.Context.CancellationReason);
            await gate.PassAsync(invocation).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
            gate.Entered.Fire(invocation.Context);
            await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
            return TaskValue.Null;
        })
        { SoftTimeLimit = _soft, TimeLimit = _hard });
        var id = await harness.CallAsync("wait");
        var context = await gate.Entered.WaitAsync();
        harness.Clock.Advance(_soft);
        await gate.Entered.WaitAsync();
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_hard - _soft);
        harness.Clock.Advance(TimeLimitWatch.Grace);

        Text(await harness.ResultAsync(id)).ShouldContain("\"TimeLimitExceeded\"");
        reasons.ShouldBe([CancellationReason.SoftTimeLimit]);
        context.CancellationReason.ShouldBe(CancellationReason.TimeLimit);
    }

    [Fact]
    public async Task A_task_that_went_on_after_its_soft_limit_can_still_be_ended_by_the_workers_stop()
    {
        var (entered, goOn) = (new TestSignal(), new TaskCompletionSource());
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], async invocation =>
            {
                entered.Fire();
                await Task.Delay(Timeout.InfiniteTimeSpan, invocation.CancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
                entered.Fire();
                await goOn.Task;
                throw new OperationCanceledException();
            })
            { SoftTimeLimit = _soft, AcksLate = true }],
            new WorkerOptions { ShutdownGrace = TimeSpan.FromSeconds(7) });
        await harness.StartAsync();
        var id = await harness.CallAsync("wait");
        await entered.WaitAsync();
        harness.Clock.Advance(_soft);
        await entered.WaitAsync();

        harness.Hurry();
        harness.BeginStop();
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.WorkerHurries, "the worker to cancel its tasks");
        for (var i = 0; i < 3; i++)
        {
            // For the consumer, for what waits, and for what runs.
            await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        }

        goOn.SetResult();

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Requeue);
        await harness.WhenStoppedAsync();
        (await harness.StoredAsync(id)).ShouldBeNull();
    }

    [Theory]
    [InlineData(30, "30")]
    [InlineData(0.5, "0.5")]
    public async Task A_task_that_heeds_its_hard_limit_has_exceeded_it_all_the_same(double seconds, string shown)
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(
            new TaskDefinition("wait", [], gate.PassAsync) { TimeLimit = TimeSpan.FromSeconds(seconds) });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(TimeSpan.FromSeconds(seconds));
        var failure = await harness.ResultAsync(id);

        (failure.State, failure.Traceback).ShouldBe((TaskState.Failure, null));
        Text(failure).ShouldBe($$"""{"exc_type":"TimeLimitExceeded","exc_message":[{{shown}}],"exc_module":"billiard.exceptions"}""");
        (await gate.Cancelled.WaitAsync()).ShouldBe(CancellationReason.TimeLimit);
        await harness.StopAsync();
        Logged(harness, EventIds.TimeLimitExceeded).ShouldHaveSingleItem().Level.ShouldBe(LogLevel.Error);
        Logged(harness, EventIds.TaskFailed).ShouldBeEmpty();
        Logged(harness, EventIds.TaskStuck).ShouldBeEmpty();
        harness.Worker.StuckTasks.ShouldBe(0);
    }

    [Fact]
    public async Task A_value_that_comes_after_the_hard_limit_does_not_count()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], async invocation =>
        {
            await gate.PassAsync(invocation).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
            return TaskValue.Of("late");
        })
        { TimeLimit = _hard });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_hard);

        Text(await harness.ResultAsync(id)).ShouldContain("\"TimeLimitExceeded\"");
    }

    [Fact]
    public async Task A_task_that_asks_for_a_retry_after_its_hard_limit_is_not_retried()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], async invocation =>
        {
            await gate.PassAsync(invocation).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
            throw invocation.Context.Retry(TimeSpan.Zero);
        })
        { TimeLimit = _hard });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_hard);

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Failure);
        harness.Transport.Published.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_task_in_time_succeeds_and_no_limit_comes_after_it()
    {
        await using var harness = await WorkerHarness.StartAsync(
            new TaskDefinition("quick", [], invocation => new(TaskValue.Of(invocation.CancellationToken.CanBeCanceled))) { SoftTimeLimit = _soft, TimeLimit = _hard });

        var result = await harness.RunAsync("quick");
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskSucceeded);
        harness.Clock.Advance(_hard);

        result.State.ShouldBe(TaskState.Success);
        Logged(harness, EventIds.SoftTimeLimitExceeded).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true, true, false, nameof(SettlementKind.Ack))]
    [InlineData(true, false, false, nameof(SettlementKind.Requeue))]
    [InlineData(true, true, true, nameof(SettlementKind.DeadLetter))]
    [InlineData(true, false, true, nameof(SettlementKind.DeadLetter))]
    [InlineData(false, false, false, nameof(SettlementKind.Ack))]
    public async Task The_options_decide_what_becomes_of_the_message_of_a_task_that_exceeded_its_limit(
        bool acksLate, bool acksOnTimeout, bool keep, string expected)
    {
        var runs = 0;
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], invocation => ++runs == 1 ? gate.PassAsync(invocation) : new(TaskValue.Of("again"))) { TimeLimit = _hard }],
            new WorkerOptions { AcksLate = acksLate, AcksOnFailure = false, AcksOnTimeout = acksOnTimeout, KeepFailedTasks = keep });
        await harness.StartAsync();
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_hard);

        (await harness.SettledAsync()).ToString().ShouldBe(expected);
    }

    [Fact]
    public async Task The_message_of_a_task_that_exceeded_its_limit_is_kept_also_if_it_was_acknowledged_early()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync) { TimeLimit = _hard }], new WorkerOptions { KeepFailedTasks = true });
        await harness.StartAsync();
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_hard);

        (await harness.Transport.Kept.WaitAsync("the kept message")).ShouldContain("exceeded its time limit of 00:00:30");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_failure_of_a_task_whose_result_is_ignored_is_stored_only_where_failures_are(bool stores)
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(
            new TaskDefinition("wait", [], gate.PassAsync) { TimeLimit = _hard, IgnoreResult = true, StoreErrorsEvenIfIgnored = stores });
        var id = await harness.PublishAsync(MessageFactory.Task("wait", headers: headers => headers.Set("ignore_result", null)));
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_hard);
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TimeLimitExceeded, "the end of the task");

        ((await harness.StoredAsync(id)) is not null).ShouldBe(stores);
    }

    [Fact]
    public async Task A_run_without_limits_makes_no_timer_and_one_with_both_limits_makes_one()
    {
        await using var harness = await WorkerHarness.StartAsync(
            new TaskDefinition("plain", [], _ => new(TaskValue.Null)),
            new TaskDefinition("limited", [], _ => new(TaskValue.Null)) { SoftTimeLimit = _soft, TimeLimit = _hard });
        var before = harness.Clock.Timers;

        await harness.RunAsync("plain");
        var plain = harness.Clock.Timers;
        await harness.RunAsync("limited");

        (plain - before, harness.Clock.Timers - plain).ShouldBe((0, 1));
    }

    [Fact]
    public async Task A_limit_longer_than_any_timer_holds()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { TimeLimit = TimeSpan.FromDays(60) });
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        for (var day = 1; day < 60; day++)
        {
            harness.Clock.Advance(TimeSpan.FromDays(1));
        }

        var before = await harness.StoredAsync(id);
        harness.Clock.Advance(TimeSpan.FromDays(1));

        before.ShouldBeNull();
        Text(await harness.ResultAsync(id)).ShouldContain("[5184000]");
    }

    [Fact]
    public async Task The_messages_own_limits_hold()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { TimeLimit = _hard });
        var id = await harness.PublishAsync(MessageFactory.Task("wait", headers: headers => headers.Set("timelimit", new object?[] { 2L, 1.5 })));
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(TimeSpan.FromSeconds(1.5));

        Text(await harness.ResultAsync(id)).ShouldContain("SoftTimeLimitExceeded");
    }

    private static TaskDefinition Finishing(TestSignal entered) => new("wait", [], async invocation =>
    {
        try
        {
            entered.Fire();
            await Task.Delay(Timeout.InfiniteTimeSpan, invocation.CancellationToken);
        }
        catch (OperationCanceledException) when (invocation.Context.CancellationReason == CancellationReason.SoftTimeLimit)
        {
            // As a task does that ends what it has begun.
        }

        return TaskValue.Of(invocation.Context.CancellationReason.ToString());
    })
    { SoftTimeLimit = _soft, TimeLimit = _hard };

    private static string Text(ResultMeta meta) => JsonDocument.Parse(meta.Result).RootElement.GetRawText();

    private static IEnumerable<LogLine> Logged(WorkerHarness harness, int id) => harness.Log.Lines.Where(line => line.EventId.Id == id);
}
