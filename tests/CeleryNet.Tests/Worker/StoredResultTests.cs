using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>What a worker stores of a task, and when it does not.</summary>
public sealed class StoredResultTests
{
    [Theory]
    [InlineData(false, null, null, true)]
    [InlineData(true, null, null, false)]
    [InlineData(true, false, null, true)]
    [InlineData(false, true, null, false)]
    [InlineData(false, true, false, true)]
    [InlineData(true, true, false, true)]
    [InlineData(true, false, true, false)]
    [InlineData(false, null, true, false)]
    public async Task The_message_decides_over_the_task_and_the_task_over_the_application_whether_a_result_is_stored(
        bool application, bool? task, bool? header, bool isStored)
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("one", [], _ => new(TaskValue.Of(1))) { AcksLate = true, IgnoreResult = task }],
            application: new CeleryOptions { IgnoreResult = application });
        await harness.StartAsync();

        var id = await harness.PublishAsync(MessageFactory.Task("one", headers: headers => headers.Set("ignore_result", header)));
        await harness.SettledAsync();

        (await harness.StoredAsync(id))?.State.ShouldBe(TaskState.Success);
        (await harness.StoredAsync(id) is not null).ShouldBe(isStored);
    }

    [Theory]
    [InlineData(false, null, false)]
    [InlineData(true, null, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    public async Task Errors_of_ignored_results_are_stored_when_worker_or_task_say_so(bool worker, bool? task, bool isStored)
    {
        await using var harness = new WorkerHarness(
            [
                new TaskDefinition("fail", [], _ => throw new InvalidOperationException("broken"))
                {
                    AcksLate = true, IgnoreResult = true, StoreErrorsEvenIfIgnored = task,
                },
            ],
            new WorkerOptions { StoreErrorsEvenIfIgnored = worker });
        await harness.StartAsync();

        var id = await harness.PublishAsync(MessageFactory.Task("fail", headers: headers => headers.Set("ignore_result", null)));
        await harness.SettledAsync();

        (await harness.StoredAsync(id) is { } stored && stored.State == TaskState.Failure).ShouldBe(isStored);
    }

    [Fact]
    public async Task An_exception_that_cannot_even_be_described_is_a_failure_all_the_same()
    {
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("fail", [], _ => throw new MuteException()));

        (await harness.RunAsync("fail")).State.ShouldBe(TaskState.Failure);
    }

    [Fact]
    public async Task A_success_is_stored_with_its_value_and_the_time()
    {
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("map", [], _ => new(TaskValue.Of(new Dictionary<string, int> { ["x"] = 1 }))));

        var result = await harness.RunAsync(MessageFactory.Task("map", headers: headers =>
        {
            headers.Set("group", "group-1");
            headers.Set("parent_id", "parent-1");
        }));

        result.State.ShouldBe(TaskState.Success);
        result.ReadResult().GetRawText().ShouldBe("""{"x":1}""");
        result.DateDone.ShouldBe(harness.Clock.GetUtcNow());
        (result.GroupId, result.ParentId).ShouldBe(("group-1", new TaskId("parent-1")));
        result.Traceback.ShouldBeNull();
        result.Extension.ShouldBeNull();
        result.Children.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task A_failure_is_stored_as_the_exception_and_its_traceback()
    {
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("fail", [], _ => throw new ArgumentException("bad value")));

        var failure = await harness.RunAsync("fail");

        var info = ExceptionInfo.Read(failure);
        failure.State.ShouldBe(TaskState.Failure);
        failure.DateDone.ShouldBe(harness.Clock.GetUtcNow());
        (info.Type, info.Module, info.Message).ShouldBe(("ValueError", "builtins", "bad value"));
        failure.Traceback.ShouldNotBeNull().ShouldContain(nameof(StoredResultTests));
    }

    [Theory]
    [InlineData(true, null, false, true)]
    [InlineData(false, true, false, true)]
    [InlineData(true, false, false, false)]
    [InlineData(false, null, false, false)]
    [InlineData(true, true, true, false)]
    public async Task The_start_of_a_task_is_stored_when_worker_or_task_track_it_and_its_result_is_wanted(
        bool worker, bool? task, bool isIgnored, bool isStored)
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync) { TrackStarted = task }], new WorkerOptions { TrackStarted = worker });
        await harness.StartAsync();

        var id = await harness.PublishAsync(MessageFactory.Task("wait", headers: headers => headers.Set("ignore_result", isIgnored)));
        await gate.Entered.WaitAsync();
        var started = await harness.StoredAsync(id);
        gate.Open();

        (started is not null).ShouldBe(isStored);
        if (started is not null)
        {
            started.State.ShouldBe(TaskState.Started);
            started.DateDone.ShouldBeNull();
            started.ReadResult().GetProperty("pid").GetInt32().ShouldBe(Environment.ProcessId);
            started.ReadResult().GetProperty("hostname").GetString().ShouldBe("celery@machine.example");
        }
    }

    [Fact]
    public async Task Extended_results_show_the_call_and_where_it_ran()
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("one", [], _ => new(TaskValue.Of(1)))], application: new CeleryOptions { ResultExtended = true });
        await harness.StartAsync();

        var result = await harness.RunAsync(MessageFactory.Task("one", "[1, \"two\"]", """{"x": [3]}""", headers: headers => headers.Set("retries", 2L)));

        var extension = result.Extension.ShouldNotBeNull();
        extension.Name.ShouldBe("one");
        Encoding.UTF8.GetString(extension.Args.Span).ShouldBe("[1, \"two\"]");
        Encoding.UTF8.GetString(extension.Kwargs.Span).ShouldBe("""{"x": [3]}""");
        (extension.Worker, extension.Retries, extension.Queue).ShouldBe(("celery@machine.example", 2, "celery"));
    }

    [Theory]
    [InlineData("[1, \"secret\"]", "{}", """[1,"***"]""", "{}")]
    [InlineData("[1]", """{"pin": "secret", "a": 2}""", "[1]", """{"pin":"***","a":"***"}""")]
    [InlineData("[]", """{"x": 7, "pin": "secret"}""", "[]", """{"x":7,"pin":"***"}""")]
    [InlineData("[1]", """{"PIN": "secret"}""", "[1]", """{"PIN":"***"}""")]
    [InlineData("[1, \"secret\", 3, 4]", """{"b": 5}""", """[1,"***","***","***"]""", """{"b":"***"}""")]
    public async Task Extended_results_and_failures_do_not_show_sensitive_arguments(string args, string kwargs, string storedArgs, string storedKwargs)
    {
        TaskParameter[] parameters =
        [
            new("x", "x", isOptional: false, isKeywordOnly: false),
            new("pin", "PIN", isOptional: false, isKeywordOnly: false) { IsSensitive = true },
        ];
        await using var harness = new WorkerHarness(
            [new TaskDefinition("one", parameters, call => new(TaskValue.Of(call.BindArguments().Get<int>(1))))],
            application: new CeleryOptions { ResultExtended = true });
        await harness.StartAsync();

        var result = await harness.RunAsync(MessageFactory.Task("one", args, kwargs));

        result.State.ShouldBe(TaskState.Failure);
        var extension = result.Extension.ShouldNotBeNull();
        Encoding.UTF8.GetString(extension.Args.Span).ShouldBe(storedArgs);
        Encoding.UTF8.GetString(extension.Kwargs.Span).ShouldBe(storedKwargs);
        Encoding.UTF8.GetString(result.Result.Span).ShouldNotContain("secret");
        result.Traceback.ShouldNotBeNull().ShouldNotContain("secret");
        harness.Log.Lines.ShouldAllBe(line => !line.ToString().Contains("secret"));
    }

    [Theory]
    [InlineData(CollectedArguments.Positional, "[1, \"secret\", 3]", "{}", """[1,"***","***"]""", "{}")]
    [InlineData(CollectedArguments.Keyword, "[]", """{"x": 1, "a": "secret"}""", "[]", """{"x":1,"a":"***"}""")]
    public async Task Sensitive_parameter_that_collects_hides_all_it_collects(
        CollectedArguments collects, string args, string kwargs, string storedArgs, string storedKwargs)
    {
        TaskParameter[] parameters =
        [
            new("x", "x", isOptional: false, isKeywordOnly: false),
            new("rest", "rest", isOptional: false, isKeywordOnly: false) { IsSensitive = true, Collects = collects },
        ];
        await using var harness = new WorkerHarness(
            [new TaskDefinition("one", parameters, call => { call.BindArguments(); return new(TaskValue.Null); })],
            application: new CeleryOptions { ResultExtended = true });
        await harness.StartAsync();

        var result = await harness.RunAsync(MessageFactory.Task("one", args, kwargs));

        result.State.ShouldBe(TaskState.Success);
        Encoding.UTF8.GetString(result.Extension!.Args.Span).ShouldBe(storedArgs);
        Encoding.UTF8.GetString(result.Extension!.Kwargs.Span).ShouldBe(storedKwargs);
    }

    [Fact]
    public async Task What_a_task_sends_becomes_its_child()
    {
        WorkerHarness? harness = null;
        var inner = new TestSignal<TaskContext>();
        var outerTask = new TaskDefinition("outer", [], async _ =>
        {
            await Task.Yield();
            var child = await harness!.Client.SendTaskAsync("inner", options: new SendOptions { TaskId = "child-1" });
            await harness.Client.SendTaskAsync("inner", options: new SendOptions { TaskId = "child-2" });
            return TaskValue.Of(child.Id.Value);
        });
        var innerTask = new TaskDefinition("inner", [], invocation =>
        {
            inner.Fire(invocation.Context);
            return new(TaskValue.Null);
        });
        await using var started = harness = await WorkerHarness.StartAsync(outerTask, innerTask);

        var id = TaskId.New();
        var result = await harness.RunAsync(MessageFactory.Task("outer", id: id, headers: headers => headers.Set("root_id", "root-1")));
        var child = await inner.WaitAsync("the child");

        result.State.ShouldBe(TaskState.Success);
        Encoding.UTF8.GetString(result.Children.Span).ShouldBe("""[[["child-1",null],null],[["child-2",null],null]]""");
        (child.RootId, child.ParentId).ShouldBe((new TaskId("root-1"), id));
        (await harness.ResultAsync("child-1")).ParentId.ShouldBe(id);
    }

    [Fact]
    public async Task What_a_failing_task_has_sent_is_its_child_too()
    {
        WorkerHarness? harness = null;
        var outerTask = new TaskDefinition("outer", [], async _ =>
        {
            await harness!.Client.SendTaskAsync("inner", options: new SendOptions { TaskId = "child-1" });
            throw new InvalidOperationException("broken");
        });
        await using var started = harness = await WorkerHarness.StartAsync(outerTask, new TaskDefinition("inner", [], _ => new(TaskValue.Null)));

        var failure = await harness.RunAsync("outer");

        Encoding.UTF8.GetString(failure.Children.Span).ShouldBe("""[[["child-1",null],null]]""");
    }

    [Fact]
    public async Task A_state_of_the_tasks_own_is_stored_until_the_next_one()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("work", [], async invocation =>
        {
            await invocation.Context.UpdateStateAsync("PROGRESS", new { PagesDone = 3, Total = 10 }, invocation.CancellationToken);
            return await gate.PassAsync(invocation);
        }));

        var id = await harness.CallAsync("work");
        await gate.Entered.WaitAsync();
        var progress = (await harness.StoredAsync(id)).ShouldNotBeNull();
        gate.Open();
        var result = await harness.ResultAsync(id);

        progress.State.ShouldBe(new TaskState("PROGRESS"));
        progress.DateDone.ShouldBeNull();
        progress.ReadResult().GetRawText().ShouldBe("""{"pages_done":3,"total":10}""");
        result.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_state_of_a_task_whose_result_is_ignored_is_not_stored()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("work", [], async invocation =>
        {
            await invocation.Context.UpdateStateAsync("PROGRESS", 1, invocation.CancellationToken);
            return await gate.PassAsync(invocation);
        }));

        var id = await harness.PublishAsync(MessageFactory.Task("work", headers: headers => headers.Set("ignore_result", true)));
        await gate.Entered.WaitAsync();

        (await harness.StoredAsync(id)).ShouldBeNull();
        gate.Open();
    }

    [Fact]
    public async Task An_outage_of_the_backend_delays_a_result_and_the_acknowledgement_waits_for_it()
    {
        var backend = new FaultyBackend(4);
        await using var harness = new WorkerHarness([new TaskDefinition("one", [], _ => new(TaskValue.Of(1))) { AcksLate = true }], backend: backend);
        await harness.StartAsync();

        var id = await harness.CallAsync("one");
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await backend.Failed.WaitAsync($"attempt {attempt}");
            await harness.Clock.WaitForAnyTimerAsync();
            harness.Transport.Settled.Count.ShouldBe(0);
            (await harness.StoredAsync(id)).ShouldBeNull();
            harness.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        backend.Failed.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_backend_that_is_away_does_not_keep_a_tracked_task_from_running()
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("one", [], _ => new(TaskValue.Of(1))) { TrackStarted = true }], backend: new FaultyBackend(1));
        await harness.StartAsync();

        var result = await harness.RunAsync("one");

        result.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task The_applications_json_options_write_the_result()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
            TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        };
        await using var harness = new WorkerHarness(
            [new TaskDefinition("work", [], _ => new(TaskValue.Of(new { PagesDone = 3 })))], application: new CeleryOptions { SerializerOptions = options });
        await harness.StartAsync();

        var result = await harness.RunAsync("work");

        result.ReadResult().GetRawText().ShouldBe("""{"pages-done":3}""");
    }

    private sealed class MuteException : Exception
    {
        public override string Message => throw new NotSupportedException("There are no words.");
    }
}
