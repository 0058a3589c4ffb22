using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using static CeleryNet.Tests.Worker.CanvasTasks;

namespace CeleryNet.Tests.Worker;

/// <summary>What a worker does with the callbacks, the chain and the chord of a message.</summary>
public sealed class SuccessorTests
{
    [Fact]
    public async Task The_next_step_of_a_chain_gets_the_result_and_the_rest_of_the_chain()
    {
        await using var harness = await StartAsync();
        var first = Call("add", "[1, 2]", Embed(chain: [Step("mul", "last", "[10]"), Step("add", "middle", "[4]")]));

        var result = await harness.RunAsync(first);
        var middle = await harness.ResultAsync("middle");
        var last = await harness.ResultAsync("last");

        Number(result).ShouldBe(3);
        Number(middle).ShouldBe(7);
        Number(last).ShouldBe(70);
        Children(result).ShouldBe("""[[["middle", null], null]]""");
        middle.ParentId.ShouldBe(result.TaskId);
        last.ParentId.ShouldBe(new TaskId("middle"));
    }

    [Fact]
    public async Task An_immutable_step_gets_its_own_arguments_alone()
    {
        await using var harness = await StartAsync();

        await harness.RunAsync(Call("add", "[1, 2]", Embed(chain: [Step("add", "next", "[5, 6]", extra: "\"immutable\": true")])));

        Number(await harness.ResultAsync("next")).ShouldBe(11);
    }

    [Fact]
    public async Task A_chain_of_two_hundred_steps_comes_to_its_end()
    {
        await using var harness = await StartAsync();
        string[] steps = [.. Enumerable.Range(0, 199).Select(i => Step("add", $"step-{198 - i}", "[1]"))];

        await harness.PublishAsync(Call("add", "[0, 1]", Embed(chain: steps)));

        Number(await harness.ResultAsync("step-198")).ShouldBe(200);
    }

    [Fact]
    public async Task One_callback_is_called_with_the_result_and_several_are_a_group()
    {
        await using var harness = await StartAsync();

        var one = await harness.RunAsync(Call("add", "[1, 2]", Embed(callbacks: [Step("add", "alone", "[10]")])));
        var two = await harness.RunAsync(Call("add", "[1, 2]", Embed(callbacks: [Step("add", "one", "[20]"), Step("add", "two", "[30]")])));

        var alone = await harness.ResultAsync("alone");
        (Number(alone), alone.GroupId, alone.ParentId).ShouldBe((13, null, one.TaskId));
        Children(one).ShouldBe("""[[["alone", null], null]]""");
        var (first, second) = (await harness.ResultAsync("one"), await harness.ResultAsync("two"));
        (Number(first), Number(second)).ShouldBe((23, 33));
        first.GroupId.ShouldNotBeNull().ShouldBe(second.GroupId);
        Children(two).ShouldBe($$"""[[["{{first.GroupId}}", null], [[["one", null], null], [["two", null], null]]]]""");
    }

    [Fact]
    public async Task A_callback_that_is_a_chord_is_expanded_and_what_is_left_of_the_chain_follows_its_body()
    {
        await using var harness = await StartAsync();
        var chord = Chord("joined", [Step("add", "x", "[1]"), Step("add", "y", "[2]")], "sum");

        await harness.RunAsync(Call("add", "[10, 10]", Embed(chain: [Step("mul", "end", "[100]"), chord])));

        Number(await harness.ResultAsync("joined")).ShouldBe(43);
        Number(await harness.ResultAsync("end")).ShouldBe(4300);
    }

    [Fact]
    public async Task The_body_of_a_chord_gets_the_results_in_the_order_of_the_header()
    {
        await using var harness = await StartAsync();

        await StartChordAsync(harness, "g", Step("list", "body"), [Call("add", "[1, 1]"), Call("add", "[2, 2]"), Call("add", "[3, 3]")], order: [2, 0, 1]);

        var body = await harness.ResultAsync("body");
        Text(body).ShouldBe("[2, 4, 6]");
    }

    [Fact]
    public async Task A_part_whose_result_is_ignored_is_a_part_all_the_same()
    {
        await using var harness = await StartAsync();

        await StartChordAsync(harness, "g", Step("list", "body"), [Call("add", "[1, 1]", ignore: true), Call("add", "[2, 2]")]);

        Text(await harness.ResultAsync("body")).ShouldBe("[2, 4]");
    }

    [Fact]
    public async Task A_part_that_is_retried_reports_once_it_has_ended()
    {
        await using var harness = await StartAsync();

        await StartChordAsync(harness, "g", Step("list", "body"), [Call("flaky"), Call("add", "[2, 2]")]);

        Text(await harness.ResultAsync("body")).ShouldBe("[1, 4]");
    }

    [Fact]
    public async Task A_part_that_fails_fails_the_body_with_Celerys_words_and_what_follows_the_body_too()
    {
        await using var harness = await StartAsync();
        var body = Step("list", "body", options: $$""", "chain": [{{Step("add", "after")}}]""");

        var ids = await StartChordAsync(harness, "g", body, [Call("fail"), Call("add", "[2, 2]")]);

        var failure = ExceptionInfo.Read(await harness.ResultAsync("body"));
        (failure.Module, failure.Type).ShouldBe(("celery.exceptions", "ChordError"));
        failure.Message.ShouldBe($"Dependency {ids[0]} raised ValueError('it failed')");
        ExceptionInfo.Read(await harness.ResultAsync("after")).Message.ShouldBe(failure.Message);
    }

    [Theory]
    [InlineData("chain")]
    [InlineData("group")]
    [InlineData("chord")]
    public async Task A_body_of_any_shape_fails_under_the_ids_that_somebody_may_wait_for(string shape)
    {
        await using var harness = await StartAsync();
        var tasks = $$"""
            "kwargs": {"tasks": [{{Step("list", "one")}}, {{Step("list", "two")}}]}
            """;
        var body = shape switch
        {
            "chain" => $$"""{"task": "celery.chain", "args": [], {{tasks}}, "options": {}, "subtask_type": "chain", "immutable": false}""",
            "group" => $$"""{"task": "celery.group", "args": [], {{tasks}}, "options": {}, "subtask_type": "group", "immutable": false}""",
            _ => Chord("two", [Step("list", "one")], "list"),
        };

        var ids = await StartChordAsync(harness, "g", body, [Call("fail")]);

        var last = ExceptionInfo.Read(await harness.ResultAsync("two"));
        last.Message.ShouldBe($"Dependency {ids[0]} raised ValueError('it failed')");
        if (shape != "chord")
        {
            ExceptionInfo.Read(await harness.ResultAsync("one")).Type.ShouldBe("ChordError");
        }
    }

    [Fact]
    public async Task A_chord_within_a_failed_chord_fails_its_own_body_and_the_outer_one()
    {
        await using var harness = await StartAsync();
        await harness.SizeAsync("outer", 2);
        var inner = Step("list", "inner", options: $$""", "group_id": "outer", "group_index": 0, "chord": {{Step("list", "outermost")}}""");

        await StartChordAsync(harness, "g", inner, [Call("fail")]);
        await harness.PublishAsync(Part(Call("add", "[1, 1]", Embed(chord: Step("list", "outermost"))), "outer", 1));

        ExceptionInfo.Read(await harness.ResultAsync("outermost")).Message.ShouldStartWith("Dependency inner raised ChordError(");
    }

    [Fact]
    public async Task A_part_of_a_task_that_nobody_here_knows_fails_the_chord()
    {
        await using var harness = await StartAsync();

        var ids = await StartChordAsync(harness, "g", Step("list", "body"), [Call("nobody.knows"), Call("add", "[1, 1]")]);

        ExceptionInfo.Read(await harness.ResultAsync("body")).Message.ShouldBe($"Dependency {ids[0]} raised NotRegistered('nobody.knows')");
    }

    [Fact]
    public async Task A_part_whose_other_successors_cannot_be_read_fails_the_chord_and_is_kept()
    {
        await using var harness = await StartAsync();
        var embed = $$"""{"callbacks": [{"no": "task"}], "errbacks": null, "chain": null, "chord": {{Step("list", "body")}}}""";

        var ids = await StartChordAsync(harness, "g", Step("list", "body"), [MessageFactory.Task("add", "[1, 1]", embed: embed)]);

        ExceptionInfo.Read(await harness.ResultAsync("body")).Message.ShouldStartWith($"Dependency {ids[0]} raised InvalidTaskError(");
        (await harness.DrainAsync(WorkerHarness.DeadLetters)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("revoked")]
    public async Task A_part_that_is_not_run_fails_the_chord(string reason)
    {
        await using var harness = await StartAsync();
        var id = TaskId.New();
        if (reason == "revoked")
        {
            harness.Worker.Revoke(id);
        }

        var part = MessageFactory.Task("add", "[1, 1]", id: id, headers: headers =>
        {
            if (reason == "expired")
            {
                headers.Set("expires", "2001-01-01T00:00:00+00:00");
            }
        });
        await StartChordAsync(harness, "g", Step("list", "body"), [part, Call("add", "[1, 1]")]);

        ExceptionInfo.Read(await harness.ResultAsync("body")).Message.ShouldBe($"Dependency {id} raised TaskRevokedError('{reason}')");
    }

    [Fact]
    public async Task A_part_that_asks_to_be_ignored_fails_the_chord_rather_than_hold_it_up()
    {
        await using var harness = await StartAsync();

        var ids = await StartChordAsync(harness, "g", Step("list", "body"), [Call("ignore")]);

        ExceptionInfo.Read(await harness.ResultAsync("body")).Message.ShouldStartWith($"Dependency {ids[0]} raised Ignore(");
    }

    [Theory]
    [InlineData("fail", "FAILURE", "ValueError")]
    [InlineData("nobody.knows", "FAILURE", "NotRegistered")]
    [InlineData("revoked", "REVOKED", "TaskRevokedError")]
    public async Task What_ends_a_chain_ends_all_of_its_steps_and_the_chord_it_was_a_part_of(string task, string state, string type)
    {
        await using var harness = await StartAsync();
        await harness.SizeAsync("g", 1);
        var id = TaskId.New();
        if (task == "revoked")
        {
            harness.Worker.Revoke(id);
        }

        var last = Step("add", "last", options: $$""", "group_id": "g", "group_index": 0, "chord": {{Step("list", "body")}}""");
        await harness.PublishAsync(MessageFactory.Task(task == "revoked" ? "add" : task, id: id, embed: Embed(chain: [last, Step("add", "middle")])));

        foreach (var step in new[] { id, "middle", "last" })
        {
            var meta = await harness.ResultAsync(step);
            (meta.State.Name, ExceptionInfo.Read(meta).Type).ShouldBe((state, type));
        }

        ExceptionInfo.Read(await harness.ResultAsync("body")).Message.ShouldStartWith($"Dependency last raised {type}(");
    }

    [Fact]
    public async Task A_chord_further_on_in_a_failed_chain_fails_under_the_id_of_its_body()
    {
        await using var harness = await StartAsync();

        await harness.PublishAsync(Call("fail", embed: Embed(chain: [Chord("joined", [Step("add", "x")], "sum")])));

        ExceptionInfo.Read(await harness.ResultAsync("joined")).Message.ShouldBe("it failed");
    }

    [Fact]
    public async Task A_result_that_cannot_be_written_sends_nothing_on_and_fails_the_chain()
    {
        await using var harness = await StartAsync();

        var result = await harness.RunAsync(Call("unwritable", embed: Embed(chain: [Step("add", "next")])));

        result.State.ShouldBe(TaskState.Failure);
        ExceptionInfo.Read(await harness.ResultAsync("next")).Type.ShouldBe("EncodeError");
    }

    [Fact]
    public async Task A_redelivered_part_whose_success_is_stored_reports_it_and_is_not_run_again()
    {
        var runs = new TestSignal();
        var body = new TaskDefinition("list", [Parameter("items")], call => new(new JsonTaskValue(Encoding.UTF8.GetBytes(call.BindArguments().Get<JsonElement>(0).GetRawText()))));
        var counted = Late("counted", [], _ =>
        {
            runs.Fire();
            return TaskValue.Of(1);
        });
        await using var harness = new WorkerHarness([body, counted], new WorkerOptions { Concurrency = 1, DeduplicateSuccessfulTasks = true });
        await harness.SizeAsync("g", 1);
        var part = Part(MessageFactory.Task("counted", embed: Embed(chord: Step("list", "body"))), "g", 0);
        var id = new TaskId(part.Headers.GetString("id")!);
        await harness.Backend.StoreAsync(new ResultMeta(id, TaskState.Success) { Result = "7"u8.ToArray() }, default, CancellationToken.None);
        await harness.PublishAsync(part);
        await harness.DeliverInVainAsync();

        await harness.StartAsync();

        Text(await harness.ResultAsync("body")).ShouldBe("[7]");
        runs.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Successors_that_cannot_be_sent_since_the_broker_is_away_make_the_message_run_again()
    {
        WatchedTransport? broker = null;
        var task = Late("cut", [], _ =>
        {
            broker!.PublishError = broker.PublishError is null ? new BrokerUnavailableException("The broker is away.") : null;
            return TaskValue.Of(3);
        });
        await using var harness = new WorkerHarness([.. All, task], new WorkerOptions { Concurrency = 1 }, new CeleryOptions { PublishRetry = false });
        broker = harness.Transport;
        await harness.StartAsync();

        await harness.PublishAsync(Call("cut", embed: Embed(chain: [Step("add", "next", "[4]")])));

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Requeue);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        Number(await harness.ResultAsync("next")).ShouldBe(7);
    }

    [Fact]
    public async Task A_message_is_settled_only_when_what_follows_is_with_the_broker()
    {
        await using var harness = await StartAsync();

        await harness.PublishAsync(Call("add", "[1, 2]", Embed(callbacks: [Step("add", "called", "[1]")], chain: [Step("add", "next", "[4]")])));

        var called = await harness.Transport.Published.WaitAsync("the callback");
        var next = await harness.Transport.Published.WaitAsync("the next step");
        (called.Envelope.Headers.GetString("id"), next.Envelope.Headers.GetString("id")).ShouldBe(("called", "next"));
        (called.SettledBefore, next.SettledBefore).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Stamps_and_the_root_go_along_and_a_task_sent_from_a_task_is_its_child()
    {
        ICeleryClient? client = null;
        var sends = new TaskDefinition("sends", [], async call =>
        {
            await client!.SendAsync(new Signature("add", [TaskValue.Of(1), TaskValue.Of(1)], options: new SendOptions { TaskId = "sent" }), call.CancellationToken);
            return TaskValue.Of(5);
        })
        { AcksLate = true };
        await using var harness = await WorkerHarness.StartAsync([.. All, sends]);
        client = harness.Client;
        var next = Step("add", "next", "[1]", options: """, "stamped_headers": ["team"], "team": ["blue"]""");

        var result = await harness.RunAsync(MessageFactory.Task("sends", headers: headers => headers.Set("root_id", "root"), embed: Embed(chain: [next])));
        await harness.ResultAsync("next");

        Children(result).ShouldBe("""[[["sent", null], null], [["next", null], null]]""");
        var messages = new[] { await harness.Transport.Published.WaitAsync("the child"), await harness.Transport.Published.WaitAsync("the next step") };
        messages.Select(message => (message.Envelope.Headers.GetString("root_id"), message.Envelope.Headers.GetString("parent_id")))
            .ShouldBe([("root", result.TaskId.Value), ("root", result.TaskId.Value)]);
        TaskMessageReader.ReadHeaders(messages[1].Envelope.Headers).Stamps.ShouldNotBeNull().ShouldContainKey("team");
    }

    private static Task<WorkerHarness> StartAsync() => WorkerHarness.StartAsync(All);

    private static int Number(ResultMeta meta) => meta.State == TaskState.Success ? meta.ReadResult().GetInt32() : throw new InvalidOperationException($"{meta.State}: {Text(meta)}");

    private static string? Text(ResultMeta meta) => meta.ReadResult() is { ValueKind: JsonValueKind.String } text ? text.GetString() : Encoding.UTF8.GetString(meta.Result.Span);

    private static string Children(ResultMeta meta) => Encoding.UTF8.GetString(meta.Children.Span).Replace(",", ", ", StringComparison.Ordinal);
}
