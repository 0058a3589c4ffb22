using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Tasks;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>Tasks that ask to be run again, and those that are without asking.</summary>
public sealed class RetryTests
{
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_task_runs_again_when_its_countdown_is_over_and_shows_the_reason_until_then()
    {
        await using var harness = await WorkerHarness.StartAsync(
            Task("flaky", context => context.Retries == 0 ? throw context.Retry(_hour, exception: new ArgumentException("not yet")) : context.Retries));
        var id = await harness.CallAsync("flaky");

        await harness.WhenHeldAsync();
        var waiting = (await harness.StoredAsync(id)).ShouldNotBeNull();
        harness.Clock.Advance(_hour);
        var result = await harness.ResultAsync(id);

        waiting.State.ShouldBe(TaskState.Retry);
        waiting.DateDone.ShouldBeNull();
        waiting.Traceback.ShouldNotBeNull().ShouldContain("Retry in 3600s: ArgumentException: not yet");
        var reason = ExceptionInfo.Read(waiting);
        (reason.Module, reason.Type, reason.Message).ShouldBe(("builtins", "ValueError", "not yet"));
        (result.State, result.ReadResult().GetInt32()).ShouldBe((TaskState.Success, 1));
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task A_retry_without_a_reason_shows_none()
    {
        await using var harness = await WorkerHarness.StartAsync(Task("flaky", context => throw context.Retry(_hour)));
        var id = await harness.CallAsync("flaky");

        await harness.WhenHeldAsync();

        var waiting = (await harness.StoredAsync(id)).ShouldNotBeNull();
        waiting.State.ShouldBe(TaskState.Retry);
        waiting.Result.IsEmpty.ShouldBeTrue();
        waiting.Traceback.ShouldNotBeNull().ShouldContain("Retry in 3600s");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_retry_that_need_not_wait_has_no_eta_and_runs_at_once(int seconds)
    {
        await using var harness = await WorkerHarness.StartAsync(
            Task("flaky", context => context.Retries < 3 ? throw context.Retry(TimeSpan.FromSeconds(seconds)) : context.Retries));

        var result = await harness.RunAsync("flaky");

        result.ReadResult().GetInt32().ShouldBe(3);
        (await harness.Transport.Published.WaitAsync()).Envelope.Headers["eta"].ShouldBeNull();
    }

    [Fact]
    public async Task A_retry_waits_until_its_eta()
    {
        await using var harness = await WorkerHarness.StartAsync(
            Task("flaky", context => throw context.Retry(eta: new DateTimeOffset(2026, 3, 4, 7, 6, 7, TimeSpan.FromHours(1)))));

        await harness.CallAsync("flaky");

        (await harness.Transport.Published.WaitAsync()).Envelope.Headers["eta"].ShouldBe("2026-03-04T07:06:07+01:00");
        await harness.WhenHeldAsync();
    }

    [Theory]
    [InlineData(null, "2026-03-04T05:09:07+00:00")]
    [InlineData(45, "2026-03-04T05:06:52+00:00")]
    public async Task A_retry_that_does_not_say_waits_as_long_as_the_task_is_declared_to(int? seconds, string eta)
    {
        var task = new TaskDefinition("flaky", [], call => throw call.Context.Retry());
        if (seconds is { } delay)
        {
            task = new TaskDefinition("flaky", [], task.Invoke) { RetryDelay = TimeSpan.FromSeconds(delay) };
        }

        await using var harness = await WorkerHarness.StartAsync(task);

        await harness.CallAsync("flaky");

        (await harness.Transport.Published.WaitAsync()).Envelope.Headers["eta"].ShouldBe(eta);
    }

    [Theory]
    [InlineData(2, null, 3)]
    [InlineData(0, null, 1)]
    [InlineData(2, 4, 5)]
    [InlineData(null, 1, 2)]
    public async Task A_task_without_retries_left_fails_with_its_reason(int? declared, int? asked, int expectedRuns)
    {
        var runs = 0;
        var task = new TaskDefinition("flaky", [], call =>
        {
            runs++;
            throw call.Context.Retry(TimeSpan.Zero, exception: new KeyNotFoundException("gone"), maxRetries: asked);
        })
        {
            MaxRetries = declared,
        };
        await using var harness = await WorkerHarness.StartAsync(task);

        var failure = await harness.RunAsync("flaky");

        failure.State.ShouldBe(TaskState.Failure);
        ExceptionInfo.Read(failure).Type.ShouldBe("KeyError");
        runs.ShouldBe(expectedRuns);
    }

    [Fact]
    public async Task A_task_without_retries_left_and_without_a_reason_fails_for_that()
    {
        await using var harness = await WorkerHarness.StartAsync(Task("flaky", context => throw context.Retry(TimeSpan.Zero)));

        var failure = await harness.RunAsync(MessageFactory.Task("flaky", id: "id-1", headers: headers => headers.Set("retries", 3L)));

        var info = ExceptionInfo.Read(failure);
        (info.Module, info.Type).ShouldBe(("celery.exceptions", "MaxRetriesExceededError"));
        info.Message.ShouldBe("Can't retry flaky[id-1]: it was retried 3 times, and may be 3 times.");
    }

    [Fact]
    public async Task A_task_without_a_limit_is_retried_any_number_of_times()
    {
        var task = new TaskDefinition("flaky", [], call => throw call.Context.Retry(_hour)) { MaxRetries = null };
        await using var harness = await WorkerHarness.StartAsync(task);

        await harness.PublishAsync(MessageFactory.Task("flaky", headers: headers => headers.Set("retries", 100_000L)));

        (await harness.Transport.Published.WaitAsync()).Envelope.Headers["retries"].ShouldBe(100_001L);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public async Task A_task_sees_how_many_retries_it_may_have(int? limit)
    {
        int? seen = -1;
        var task = new TaskDefinition("one", [], call =>
        {
            seen = call.Context.MaxRetries;
            return new(TaskValue.Null);
        })
        {
            MaxRetries = limit,
        };
        await using var harness = await WorkerHarness.StartAsync(task);

        await harness.RunAsync("one");

        seen.ShouldBe(limit);
    }

    [Theory]
    [InlineData(typeof(IOException), typeof(FileNotFoundException), null, true)]
    [InlineData(typeof(IOException), typeof(IOException), null, true)]
    [InlineData(typeof(IOException), typeof(ArgumentException), null, false)]
    [InlineData(typeof(IOException), typeof(FileNotFoundException), typeof(FileNotFoundException), false)]
    [InlineData(typeof(IOException), typeof(IOException), typeof(FileNotFoundException), true)]
    [InlineData(typeof(Exception), typeof(ArgumentNullException), typeof(ArgumentException), false)]
    public async Task An_exception_is_retried_if_it_is_among_those_that_are(Type retried, Type thrown, Type? excepted, bool isRetried)
    {
        var task = new TaskDefinition("flaky", [], call => call.Context.Retries > 0 ? new(TaskValue.Null) : throw (Exception)Activator.CreateInstance(thrown)!)
        {
            AutoRetryFor = [typeof(RankException), retried],
            DontAutoRetryFor = excepted is null ? [] : [excepted],
            RetryDelay = TimeSpan.Zero,
        };
        await using var harness = await WorkerHarness.StartAsync(task);

        var result = await harness.RunAsync("flaky");

        result.State.ShouldBe(isRetried ? TaskState.Success : TaskState.Failure);
    }

    [Fact]
    public async Task An_exception_alone_in_an_aggregate_is_retried_as_itself()
    {
        var task = new TaskDefinition("flaky", [], _ => throw new AggregateException(new AggregateException(new IOException("torn"))))
        {
            AutoRetryFor = [typeof(IOException)],
            RetryDelay = _hour,
        };
        await using var harness = await WorkerHarness.StartAsync(task);
        var id = await harness.CallAsync("flaky");

        await harness.WhenHeldAsync();

        ExceptionInfo.Read((await harness.StoredAsync(id)).ShouldNotBeNull()).Message.ShouldBe("torn");
    }

    [Fact]
    public async Task A_retry_the_task_asks_for_goes_before_the_automatic_one()
    {
        var task = new TaskDefinition("flaky", [], call => throw call.Context.Retry(_hour)) { AutoRetryFor = [typeof(Exception)], RetryDelay = TimeSpan.Zero };
        await using var harness = await WorkerHarness.StartAsync(task);

        await harness.CallAsync("flaky");

        (await harness.Transport.Published.WaitAsync()).Envelope.Headers["eta"].ShouldBe("2026-03-04T06:06:07+00:00");
    }

    [Theory]
    [InlineData(0, "2026-03-04T05:06:10+00:00")]
    [InlineData(4, "2026-03-04T05:06:55+00:00")]
    [InlineData(5, "2026-03-04T05:07:17+00:00")]
    public async Task Automatic_retries_wait_longer_each_time_up_to_the_maximum(int retries, string eta)
    {
        var task = new TaskDefinition("flaky", [], _ => throw new IOException("torn"))
        {
            AutoRetryFor = [typeof(IOException)],
            MaxRetries = null,
            RetryBackoff = new() { Factor = 3, Maximum = TimeSpan.FromSeconds(70), Jitter = false },
        };
        await using var harness = await WorkerHarness.StartAsync(task);

        await harness.PublishAsync(MessageFactory.Task("flaky", headers: headers => headers.Set("retries", (long)retries)));

        (await harness.Transport.Published.WaitAsync()).Envelope.Headers["eta"].ShouldBe(eta);
    }

    [Fact]
    public async Task A_message_acknowledged_late_is_so_after_its_retry_was_sent()
    {
        var task = new TaskDefinition("flaky", [], call => throw call.Context.Retry(_hour)) { AcksLate = true, AcksOnFailure = false };
        await using var harness = await WorkerHarness.StartAsync(task);

        await harness.CallAsync("flaky");

        (await harness.Transport.Published.WaitAsync()).SettledBefore.ShouldBe(0);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task A_message_acknowledged_late_goes_back_to_its_queue_when_the_broker_is_away_for_its_retry()
    {
        var task = new TaskDefinition("flaky", [], call => call.Context.IsRedelivered ? new(TaskValue.Of("again")) : throw call.Context.Retry(_hour)) { AcksLate = true };
        await using var harness = new WorkerHarness([task], application: new CeleryOptions { PublishRetry = false });
        harness.Transport.PublishError = new BrokerUnavailableException("The broker is away.");
        await harness.StartAsync();

        var result = await harness.RunAsync("flaky");

        result.ReadResult().GetString().ShouldBe("again");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Requeue);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task A_task_whose_retry_cannot_be_sent_fails_with_both_reasons_when_its_message_cannot_run_again(bool acksLate, bool isAway)
    {
        var task = new TaskDefinition("flaky", [], call => throw call.Context.Retry(_hour, exception: new IOException("torn"))) { AcksLate = acksLate };
        await using var harness = new WorkerHarness([task], application: new CeleryOptions { PublishRetry = false });
        harness.Transport.PublishError = isAway ? new BrokerUnavailableException("The broker is away.") : new PublishException("No queue takes it.");
        await harness.StartAsync();

        var failure = await harness.RunAsync("flaky");

        failure.State.ShouldBe(TaskState.Failure);
        ExceptionInfo.Read(failure).Message.ShouldBe($"The retry of task 'flaky' could not be sent: {harness.Transport.PublishError!.Message}");
        failure.Traceback.ShouldNotBeNull().ShouldContain("torn");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task A_task_whose_new_arguments_cannot_be_written_fails()
    {
        await using var harness = await WorkerHarness.StartAsync(Task("flaky", context => throw context.Retry(_hour, args: [new Action(() => { })])));

        var failure = await harness.RunAsync("flaky");

        failure.State.ShouldBe(TaskState.Failure);
        ExceptionInfo.Read(failure).Message.ShouldContain("The arguments of task 'flaky' cannot be written as JSON");
    }

    [Fact]
    public async Task A_message_that_another_worker_has_by_now_is_not_sent_again()
    {
        using var gate = new Gate();
        var task = new TaskDefinition("flaky", [], async call =>
        {
            try
            {
                return await gate.PassAsync(call);
            }
            catch (OperationCanceledException error)
            {
                throw call.Context.Retry(_hour, exception: error);
            }
        })
        {
            AcksLate = true,
        };
        await using var harness = await WorkerHarness.StartAsync(task);
        var id = await harness.CallAsync("flaky");
        await gate.Entered.WaitAsync();

        await harness.Transport.LoseConsumerAsync();
        await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        harness.Clock.Advance(TimeSpan.FromSeconds(2));
        await gate.Entered.WaitAsync("the second run");
        gate.Open();

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
        harness.Transport.Published.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_retry_of_a_task_whose_result_is_ignored_is_stored_only_where_errors_are(bool storesErrors, bool isStored)
    {
        var task = new TaskDefinition("flaky", [], call => throw call.Context.Retry(_hour)) { StoreErrorsEvenIfIgnored = storesErrors };
        await using var harness = await WorkerHarness.StartAsync(task);

        var id = await harness.PublishAsync(MessageFactory.Task("flaky", headers: headers => headers.Set("ignore_result", true)));

        var message = await harness.Transport.Published.WaitAsync();
        (await harness.StoredAsync(id) is { } stored && stored.State == TaskState.Retry).ShouldBe(isStored);
        message.Envelope.Headers["ignore_result"].ShouldBe(true);
    }

    [Fact]
    public async Task A_backend_that_is_away_holds_up_no_retry()
    {
        await using var backend = new FaultyBackend(1);
        await using var harness = new WorkerHarness(
            [Task("flaky", context => context.Retries == 0 ? throw context.Retry(TimeSpan.Zero) : "done")], backend: backend);
        await harness.StartAsync();

        var result = await harness.RunAsync("flaky");

        result.ReadResult().GetString().ShouldBe("done");
        backend.Failed.Count.ShouldBe(1);
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == 2024);
    }

    [Fact]
    public async Task A_retry_is_no_child_of_its_task()
    {
        await using var harness = await WorkerHarness.StartAsync(Task("flaky", context => context.Retries == 0 ? throw context.Retry(TimeSpan.Zero) : "done"));

        var result = await harness.RunAsync("flaky");

        result.Children.IsEmpty.ShouldBeTrue();
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == 2022 && line.Message.EndsWith("retry: Retry in 0s", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("both times")]
    [InlineData("limit")]
    [InlineData("id")]
    [InlineData("retries")]
    [InlineData("countdown")]
    public void A_retry_that_contradicts_itself_is_refused(string what)
    {
        var context = new TaskContext("id-1", "flaky", new TaskCancellation()) { RootId = "id-1", Hostname = "celery@test" };

        Should.Throw<ArgumentException>(() => what switch
        {
            "both times" => context.Retry(_hour, DateTimeOffset.UnixEpoch),
            "limit" => context.Retry(maxRetries: -1),
            "id" => context.Retry(options: new() { TaskId = "id-2" }),
            "retries" => context.Retry(options: new() { Retries = 1 }),
            _ => context.Retry(options: new() { Countdown = _hour }),
        });
    }

    private static TaskDefinition Task(string name, Func<TaskContext, object> run) => new(name, [], call => new(TaskValue.Of(run(call.Context))));
}
