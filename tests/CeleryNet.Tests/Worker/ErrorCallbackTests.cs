using System.Collections.Concurrent;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using static CeleryNet.Tests.Worker.CanvasTasks;

namespace CeleryNet.Tests.Worker;

/// <summary>What is called when a task has failed: at once where it is an error callback here, as a task elsewhere; once for each failure.</summary>
public sealed class ErrorCallbackTests
{
    private readonly TestSignal<TaskFailure> _called = new();
    private readonly ConcurrentQueue<string> _notes = new();

    [Fact]
    public async Task An_error_callback_of_this_worker_is_called_at_once_with_the_failure_and_its_own_arguments()
    {
        await using var harness = await StartAsync();

        var failed = await harness.RunAsync(Call("fail", embed: Embed(errbacks: [Step("on_error", "unused", "[\"why\"]")])));
        await harness.SettledAsync();

        var failure = (await _called.WaitAsync("the error callback"));
        (failure.TaskId, failure.TaskName, failure.RootId).ShouldBe((failed.TaskId, "fail", failed.TaskId));
        failure.Error.ShouldBeOfType<ArgumentException>().Message.ShouldBe("it failed");
        failure.Traceback.ShouldBe(failed.Traceback);
        _notes.ShouldBe(["why"]);
        _called.Count.ShouldBe(1);
        harness.Transport.Published.Count.ShouldBe(0, "no message is sent for it");
        (await harness.StoredAsync("unused")).ShouldBeNull();
    }

    [Fact]
    public async Task What_an_error_callback_throws_is_logged_and_the_others_are_called()
    {
        await using var harness = await StartAsync();

        var failed = await harness.RunAsync(Call("fail", embed: Embed(errbacks: [Step("broken_callback", "one"), Step("on_error", "two", "[\"later\"]")])));

        await _called.WaitAsync("the second callback");
        failed.State.ShouldBe(TaskState.Failure);
        ExceptionInfo.Read(failed).Message.ShouldBe("it failed");
        await harness.Log.WaitForAsync(line => line.EventId.Id == 2057, "the log to tell of it");
    }

    [Fact]
    public async Task Any_other_task_is_sent_with_the_id_of_the_failed_one()
    {
        await using var harness = await StartAsync();

        var failed = await harness.RunAsync(Call("fail", embed: Embed(errbacks: [Step("echo", "told"), Step("nobody.knows", "lost")])));

        var told = await harness.ResultAsync("told");
        told.ReadResult().GetString().ShouldBe(failed.TaskId.Value);
        told.ParentId.ShouldBe(failed.TaskId);
        ExceptionInfo.Read(await harness.ResultAsync("lost")).Type.ShouldBe("NotRegistered");
    }

    [Fact]
    public async Task An_error_callback_that_is_sent_as_a_task_looks_the_failure_up()
    {
        await using var harness = await StartAsync();
        var failed = await harness.RunAsync("fail");

        await harness.PublishAsync(Call("on_error", $"[\"{failed.TaskId}\", \"asked\"]"));

        var failure = await _called.WaitAsync("the error callback");
        failure.TaskId.ShouldBe(failed.TaskId);
        failure.Error.ShouldBeOfType<RemoteTaskException>().Message.ShouldContain("it failed");
        _notes.ShouldBe(["asked"]);
    }

    [Theory]
    [InlineData("[\"FAILED\", \"own\"]")]
    [InlineData("[\"own\"]")]
    public async Task One_that_a_worker_elsewhere_sent_has_its_own_arguments_with_or_without_the_id(string args)
    {
        await using var harness = await StartAsync();
        var failed = await harness.RunAsync("fail");

        await harness.PublishAsync(MessageFactory.Task(
            "on_error", args.Replace("FAILED", failed.TaskId.Value, StringComparison.Ordinal), headers: headers => headers.Set("parent_id", failed.TaskId.Value)));

        (await _called.WaitAsync("the error callback")).TaskId.ShouldBe(failed.TaskId);
        _notes.ShouldBe(["own"]);
    }

    [Fact]
    public async Task A_failed_chord_calls_those_of_its_body_once_with_the_chords_error()
    {
        await using var harness = await StartAsync();
        var body = Step("list", "body", options: $$""", "link_error": [{{Step("on_error", "unused", "[\"chord\"]")}}, {{Step("echo", "told")}}]""");

        var ids = await StartChordAsync(harness, "g", body, [Call("fail"), Call("fail"), Call("add", "[1, 1]")]);

        var failure = await _called.WaitAsync("the error callback");
        failure.TaskId.ShouldBe(new TaskId("body"));
        failure.Error.ShouldBeOfType<ChordException>().Message.ShouldBe($"Dependency {ids[0]} raised ValueError('it failed')");
        failure.Traceback.ShouldBeNull();
        (await harness.ResultAsync("told")).ReadResult().GetString().ShouldBe("body");
        _called.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_retry_does_not_use_them_up_and_does_not_call_them()
    {
        await using var harness = await StartAsync();

        await harness.PublishAsync(Call("fails_later", embed: Embed(errbacks: [Step("on_error", "unused", "[\"end\"]")])));

        (await _called.WaitAsync("the error callback")).Error.ShouldBeOfType<ArgumentException>().Message.ShouldBe("at last");
        _called.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_hard_time_limit_calls_them_once()
    {
        using var gate = new Gate();
        var limit = TimeSpan.FromSeconds(30);
        await using var harness = await StartAsync(new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true, TimeLimit = limit });
        await harness.PublishAsync(Call("wait", embed: Embed(errbacks: [Step("on_error", "unused", "[\"late\"]"), Step("echo", "told")])));
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(limit);

        (await _called.WaitAsync("the error callback")).Error.ShouldNotBeNull().GetType().Name.ShouldBe("TimeLimitExceededException");
        await harness.ResultAsync("told");
        _called.Count.ShouldBe(1);
        harness.Transport.Published.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_success_or_a_revoke_calls_none()
    {
        await using var harness = await StartAsync();
        var id = TaskId.New();
        harness.Worker.Revoke(id);
        var embed = Embed(errbacks: [Step("on_error", "unused", "[\"never\"]")]);

        await harness.RunAsync(Call("add", "[1, 2]", embed));
        await harness.RunAsync(MessageFactory.Task("add", "[1, 2]", id: id, embed: embed));

        _called.Count.ShouldBe(0);
    }

    private Task<WorkerHarness> StartAsync(params TaskDefinition[] more) => WorkerHarness.StartAsync(
    [
        .. All,
        .. more,
        new TaskDefinition("on_error", [Parameter("note")], call =>
        {
            _notes.Enqueue(call.BindArguments().Get<string>(0));
            _called.Fire(call.Failure);
            return new(TaskValue.Null);
        }) { IsErrorCallback = true },
        new TaskDefinition("broken_callback", [], _ => throw new InvalidOperationException("broken")) { IsErrorCallback = true },
        Late("echo", ["value"], call => TaskValue.Of(call.BindArguments().Get<string>(0))),
        Late("fails_later", [], call => throw (call.Context.Retries == 0 ? call.Context.Retry(TimeSpan.Zero) : new ArgumentException("at last"))),
    ]);
}
