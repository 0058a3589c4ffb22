using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Worker;

/// <summary>What monitors hear of tasks, to the letter.</summary>
public sealed class TaskEventTests
{
    private static readonly WorkerOptions _shown = new() { Concurrency = 1, Hostname = "w1@host", SendTaskEvents = true };

    [Fact]
    public async Task A_task_is_told_of_with_the_fields_of_Celery_in_one_message()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(new TaskDefinition("wait", [], gate.PassAsync));
        await using var listener = await harness.ListenAsync();
        var id = await harness.PublishAsync(MessageFactory.Task("wait", "[1, \"it's\"]", id: "one", headers: headers =>
        {
            headers.Set("shadow", "shown");
            headers.Set("parent_id", "parent");
            headers.Set("root_id", "root");
            headers.Set("retries", 2L);
            headers.Set("expires", "2026-03-05T00:00:00.5+01:00");
        }));
        await gate.Entered.WaitAsync();
        harness.Clock.Advance(TimeSpan.FromMilliseconds(1500));
        gate.Open(1);

        var events = new[] { await listener.NextAsync(), await listener.NextAsync(), await listener.NextAsync() };

        events.Select(each => each.GetRawText()).ShouldBe(
        [
            Golden("""{"hostname":"w1@host","utcoffset":0,"pid":PID,"clock":1,"uuid":"one","name":"shown","args":"[1, \"it's\"]","kwargs":"{}","root_id":"root","parent_id":"parent","retries":2,"eta":null,"expires":"2026-03-05T00:00:00.500000+01:00","timestamp":1772600767.0,"type":"task-received"}"""),
            Golden("""{"hostname":"w1@host","utcoffset":0,"pid":PID,"clock":2,"uuid":"one","timestamp":1772600767.0,"type":"task-started"}"""),
            Golden("""{"hostname":"w1@host","utcoffset":0,"pid":PID,"clock":3,"uuid":"one","result":"'passed'","runtime":1.5,"timestamp":1772600768.5,"type":"task-succeeded"}"""),
        ]);
        id.Value.ShouldBe("one");
    }

    [Fact]
    public async Task Events_of_tasks_come_in_lists_that_no_broker_keeps()
    {
        await using var harness = await StartAsync(Of("work", TaskValue.Null));
        await using var listener = await harness.ListenAsync("task.*");
        await harness.RunAsync("work");

        var message = await listener.NextMessageAsync();

        message.RoutingKey.ShouldBe("task.multi");
        message.Body.ValueKind.ShouldBe(JsonValueKind.Array);
        (message.Envelope.Persistent, message.Envelope.Priority, message.Envelope.ContentType).ShouldBe((false, 0, "application/json"));
        message.Envelope.Headers.Items.ShouldBe([new("hostname", "w1@host")]);
    }

    [Fact]
    public async Task Nothing_is_told_of_tasks_until_somebody_wants_it_and_when_nobody_does_any_more()
    {
        await using var harness = new WorkerHarness([Of("work", TaskValue.Null)], new WorkerOptions { Concurrency = 1 });
        await harness.StartAsync();
        await using var listener = await harness.ListenAsync();

        await EndAsync(harness, "too early");
        harness.Events.Switch(sendsTasks: true).ShouldBeTrue();
        harness.Events.Switch(sendsTasks: true).ShouldBeFalse();
        await EndAsync(harness, "heard");
        await listener.NextAsync("task-succeeded");
        harness.Events.Switch(sendsTasks: false).ShouldBeTrue();
        await EndAsync(harness, "too late");
        harness.Events.Switch(sendsTasks: true);
        await EndAsync(harness, "last");

        (await listener.NextAsync()).GetProperty("uuid").GetString().ShouldBe("last");
    }

    [Fact]
    public async Task A_task_whose_declaration_does_not_want_it_is_not_told_of()
    {
        await using var harness = await StartAsync(Of("work", TaskValue.Null), new TaskDefinition("quiet", [], _ => new(TaskValue.Null)) { SendEvents = false });
        await using var listener = await harness.ListenAsync();
        await harness.RunAsync("quiet");
        var id = await harness.CallAsync("work");

        (await listener.NextAsync()).GetProperty("uuid").GetString().ShouldBe(id.Value);
    }

    public static TheoryData<string, TaskDefinition, string[]> Endings => new()
    {
        { "failure", new("work", [], _ => throw new ArgumentException("it's over")), ["task-failed exception=ValueError(\"it's over\")"] },
        { "ignored", new("work", [], run => throw run.Context.Ignore()), [] },
        { "retry", new("work", [], run => throw run.Context.Retry(TimeSpan.FromDays(1), exception: new KeyNotFoundException("x"))), ["task-retried exception=KeyError('x')"] },
        { "retry for no reason", new("work", [], run => throw run.Context.Retry(TimeSpan.FromDays(1))), ["task-retried exception=None"] },
        { "refusal", new("work", [], run => throw run.Context.Reject("no")) { AcksLate = true }, ["task-rejected requeue=False", "task-failed exception=Reject('no', False)"] },
        { "refusal of what is acknowledged", new("work", [], run => throw run.Context.Reject("no")), ["task-failed exception=Reject('no', False)"] },
        { "failure that is not acknowledged", new("work", [], _ => throw new ArgumentException("x")) { AcksLate = true, AcksOnFailure = false }, ["task-rejected requeue=False", "task-failed exception=ValueError('x')"] },
    };

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task The_end_of_a_task_is_told(string ending, TaskDefinition task, string[] events)
    {
        await using var harness = await StartAsync(task, Of("marker", TaskValue.Null));
        await using var listener = await harness.ListenAsync();
        await harness.PublishAsync(MessageFactory.Task("work", id: "one"));
        await harness.Log.WaitForAsync(line => line.Message.Contains("work[one]") && line.EventId.Id is not (2003 or 2005), ending);
        await harness.PublishAsync(MessageFactory.Task("marker", id: "marker"));

        var heard = await UntilAsync(listener, "marker");

        // The message of a retry is taken at once, and held.
        var told = heard.Where(each => each.GetProperty("type").GetString() is not ("task-received" or "task-started")).ToArray();
        told.Select(Show).ShouldBe(events);
        told.ShouldAllBe(each => each.GetProperty("uuid").GetString() == "one");
        told.Where(each => each.TryGetProperty("exception", out _)).ShouldAllBe(each => each.GetProperty("traceback").GetString()!.Length > 10);
    }

    [Fact]
    public async Task A_message_that_goes_back_to_its_queue_is_told_of_as_rejected()
    {
        var runs = 0;
        await using var harness = await StartAsync(
            new TaskDefinition("work", [], run => ++runs == 1 ? throw run.Context.Reject(requeue: true) : new(TaskValue.Of("done"))) { AcksLate = true });
        await using var listener = await harness.ListenAsync();
        await harness.RunAsync("work");

        (await listener.NextTypesAsync(6)).ShouldBe(["task-received", "task-started", "task-rejected", "task-received", "task-started", "task-succeeded"]);
    }

    [Fact]
    public async Task A_retry_is_told_of_before_the_run_it_leads_to()
    {
        await using var harness = await StartAsync(
            new TaskDefinition("work", [], run => run.Context.Retries == 0 ? throw run.Context.Retry(TimeSpan.Zero) : new(TaskValue.Of("done"))));
        await using var listener = await harness.ListenAsync();
        await harness.RunAsync("work");

        (await listener.NextTypesAsync(6)).ShouldBe(["task-received", "task-started", "task-retried", "task-received", "task-started", "task-succeeded"]);
    }

    [Fact]
    public async Task A_task_that_is_too_late_is_told_of_as_expired()
    {
        await using var harness = await StartAsync(Of("work", TaskValue.Null));
        await using var listener = await harness.ListenAsync();
        await harness.RunAsync(MessageFactory.Task("work", headers: headers => headers.Set("expires", "2020-01-01T00:00:00+00:00")));

        Show(await listener.NextAsync()).ShouldBe("task-revoked terminated=False signum= expired=True");
    }

    [Fact]
    public async Task A_task_that_was_revoked_is_told_of_as_such()
    {
        await using var harness = await StartAsync(Of("work", TaskValue.Null));
        await using var listener = await harness.ListenAsync();
        harness.Worker.Revoke("one");
        await harness.RunAsync(MessageFactory.Task("work", id: "one"));

        Show(await listener.NextAsync()).ShouldBe("task-revoked terminated=False signum= expired=False");
    }

    [Fact]
    public async Task A_task_that_was_terminated_is_told_of_as_such()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(new TaskDefinition("wait", [], gate.PassAsync));
        await using var listener = await harness.ListenAsync();
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        harness.Worker.Revoke(id, terminate: true);

        Show(await listener.NextAsync("task-revoked")).ShouldBe("task-revoked terminated=True signum=15 expired=False");
    }

    [Fact]
    public async Task A_task_that_is_not_known_here_is_told_of_as_failed()
    {
        await using var harness = await StartAsync();
        await using var listener = await harness.ListenAsync();
        await harness.RunAsync(MessageFactory.Task("no.such", id: "one"));

        var heard = await listener.NextAsync();

        Show(heard).ShouldBe("task-failed exception=NotRegistered('no.such')");
        heard.TryGetProperty("traceback", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_task_that_was_begun_too_often_is_told_of_as_failed()
    {
        await using var harness = new WorkerHarness([new TaskDefinition("work", [], _ => new(TaskValue.Null)) { AcksLate = true, MaxDeliveries = 1 }], _shown);
        await using var listener = await harness.ListenAsync();
        var id = await harness.CallAsync("work");
        await harness.DeliverInVainAsync(begins: true);
        await harness.StartAsync();

        var heard = await listener.NextAsync("task-failed");

        heard.GetProperty("uuid").GetString().ShouldBe(id.Value);
        heard.GetProperty("exception").GetString().ShouldStartWith("WorkerLostError(");
    }

    [Fact]
    public async Task A_task_that_a_stopping_worker_gives_back_is_told_of_as_cancelled()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true });
        await using var listener = await harness.ListenAsync();
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        harness.BeginStop();
        harness.Hurry();

        (await listener.NextTypesAsync(3)).ShouldBe(["task-received", "task-started", "task-cancelled"]);
    }

    [Fact]
    public async Task Long_texts_of_results_and_errors_are_cut()
    {
        await using var harness = await StartAsync(Of("work", TaskValue.Of(new string('x', 5000))), new TaskDefinition("fail", [], _ => throw new ArgumentException(new string('x', 200_000))));
        await using var listener = await harness.ListenAsync();
        await harness.CallAsync("work");
        await harness.CallAsync("fail");

        (await listener.NextAsync("task-succeeded")).GetProperty("result").GetString()!.Length.ShouldBe(1024 + 5);
        var failed = await listener.NextAsync("task-failed");
        failed.GetProperty("exception").GetString()!.Length.ShouldBe(50_003);
        failed.GetProperty("traceback").GetString()!.Length.ShouldBe(50_003);
    }

    [Fact]
    public async Task A_task_tells_of_itself_even_where_events_of_tasks_are_not_sent()
    {
        await using var harness = new WorkerHarness(
            [
                new TaskDefinition("work", [], run =>
                {
                    run.Context.SendEvent("task-progress", new Dictionary<string, object?> { ["done"] = 3, ["what"] = "news" });
                    run.Context.SendEvent("bare");
                    return new(TaskValue.Null);
                }),
            ],
            new WorkerOptions { Hostname = "w1@host" });
        await harness.StartAsync();
        await using var listener = await harness.ListenAsync();
        await harness.RunAsync(MessageFactory.Task("work", id: "one"));

        var message = await listener.NextMessageAsync();

        message.RoutingKey.ShouldBe("task.progress");
        message.Body.GetRawText().ShouldBe(Golden(
            """{"hostname":"w1@host","utcoffset":0,"pid":PID,"clock":1,"uuid":"one","done":3,"what":"news","timestamp":1772600767.0,"type":"task-progress"}"""));
        (await listener.NextMessageAsync()).RoutingKey.ShouldBe("bare");
    }

    [Theory]
    [InlineData("", "x", "")]
    [InlineData("task-x", "uuid", "The event 'task-x' cannot have a field 'uuid' of its own: every event of a task has one. Give it another name. (Parameter 'fields')")]
    [InlineData("task-x", "clock", "The event 'task-x' cannot have a field 'clock' of its own: every event of a task has one. Give it another name. (Parameter 'fields')")]
    public async Task An_event_of_a_tasks_own_that_would_mislead_monitors_is_an_error(string type, string field, string message)
    {
        await using var harness = await StartAsync(new TaskDefinition("work", [], run =>
        {
            run.Context.SendEvent(type, new Dictionary<string, object?> { [field] = 1 });
            return new(TaskValue.Null);
        }));

        var result = await harness.RunAsync("work");

        result.State.ShouldBe(TaskState.Failure);
        ExceptionInfo.Read(result).Message.ShouldContain(message);
    }

    [Fact]
    public async Task The_fields_of_an_event_must_have_names()
    {
        await using var harness = await StartAsync(new TaskDefinition("work", [], run =>
        {
            run.Context.SendEvent("task-x", 42);
            return new(TaskValue.Null);
        }));

        ExceptionInfo.Read(await harness.RunAsync("work")).Message.ShouldBe("The fields of the event 'task-x' must be a map or an object with members, were Number. (Parameter 'fields')");
    }

    private static async Task EndAsync(WorkerHarness harness, string id)
    {
        await harness.PublishAsync(MessageFactory.Task("work", id: id));
        await harness.Log.WaitForAsync(line => line.EventId.Id == Diagnostics.EventIds.TaskSucceeded && line.Message.Contains($"[{id}]"), "the end of the task");
    }

    private static async Task<WorkerHarness> StartAsync(params TaskDefinition[] tasks)
    {
        var harness = new WorkerHarness(tasks, _shown);
        await harness.StartAsync();
        return harness;
    }

    private static TaskDefinition Of(string name, TaskValue value) => new(name, [], _ => new(value));

    private static string Golden(string text) => text.Replace("PID", Environment.ProcessId.ToString(null, null), StringComparison.Ordinal);

    private static async Task<IReadOnlyList<JsonElement>> UntilAsync(EventListener listener, string id)
    {
        var heard = new List<JsonElement>();
        while (await listener.NextAsync() is var @event && @event.GetProperty("uuid").GetString() != id)
        {
            heard.Add(@event);
        }

        return heard;
    }

    private static string Show(JsonElement @event)
    {
        var shown = @event.EnumerateObject()
            .Where(field => field.Name is "exception" or "requeue" or "terminated" or "signum" or "expired")
            .Select(field => $"{field.Name}={field.Value}");
        return string.Join(' ', shown.Prepend(@event.GetProperty("type").GetString()));
    }
}
