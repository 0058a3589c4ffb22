using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Results;

/// <summary>What is before a task and what it has sent.</summary>
public sealed class ResultTreeTests
{
    private const string Lost = """{"exc_type": "KeyError", "exc_message": ["lost"], "exc_module": "builtins"}""";

    [Fact]
    public async Task Failure_of_a_step_before_ends_the_wait_for_a_task_that_is_never_run()
    {
        await using var setup = new ResultSetup();
        var last = setup.Result("last", setup.Result("middle", setup.Result("first")));
        Task[] waits = [last.GetAsync(setup.Token), last.WaitAsync(cancellationToken: setup.Token), last.GetBytesAsync(cancellationToken: setup.Token)];

        await setup.SucceedAsync("first", "1");
        await setup.FailAsync("middle");

        foreach (var wait in waits)
        {
            (await Should.ThrowAsync<RemoteTaskException>(() => wait.WithinBound("the failure"))).TaskId.ShouldBe(new TaskId("middle"));
        }
    }

    [Fact]
    public async Task Of_several_failures_that_of_the_earliest_step_is_thrown()
    {
        await using var setup = new ResultSetup();
        var last = setup.Result("last", setup.Result("middle", setup.Result("first")));
        var waiting = last.GetAsync(setup.Token);

        // As a worker stores them: the step's own comes first, but may be heard of last.
        await setup.FailAsync("first");
        await setup.FailAsync("middle", Lost);
        await setup.FailAsync("last", Lost);

        (await Should.ThrowAsync<RemoteTaskException>(() => waiting.WithinBound("the failure"))).TaskId.ShouldBe(new TaskId("first"));
        (await Should.ThrowAsync<RemoteTaskException>(() => last.GetAsync(setup.Token))).TaskId.ShouldBe(new TaskId("first"));
    }

    [Fact]
    public async Task Failure_of_a_step_before_is_found_though_it_was_not_heard_of()
    {
        await using var memory = new MemoryResultBackend(null, TimeProvider.System);
        await using var setup = new ResultSetup(new Deaf(memory, "first"));
        await setup.FailAsync("first");
        await setup.FailAsync("last", Lost);

        (await Should.ThrowAsync<RemoteTaskException>(() => setup.Result("last", setup.Result("first")).GetAsync(setup.Token).WithinBound("the failure")))
            .TaskId.ShouldBe(new TaskId("first"));
    }

    [Fact]
    public async Task Failure_of_a_member_of_the_group_before_ends_the_wait_for_a_chords_body()
    {
        await using var setup = new ResultSetup();
        var body = setup.Result("body", GroupResult<int>.Create("header", [setup.Result("a"), setup.Result("b")], setup.Result("first"), setup.Access));
        var waiting = body.GetAsync(setup.Token);

        await setup.FailAsync("b");

        (await Should.ThrowAsync<RemoteTaskException>(() => waiting.WithinBound("the failure"))).TaskId.ShouldBe(new TaskId("b"));
    }

    [Fact]
    public async Task Steps_before_are_not_looked_at_where_that_is_not_wanted()
    {
        await using var setup = new ResultSetup();
        var last = setup.Result("last", setup.Result("first"));
        await setup.FailAsync("first");
        var alone = new ResultWaitOptions { FollowParents = false };
        var waiting = last.GetAsync(alone, setup.Token);
        var ending = last.WaitForEndAsync(cancellationToken: setup.Token);

        waiting.IsCompleted.ShouldBeFalse();
        await setup.FailAsync("last", Lost);

        (await Should.ThrowAsync<RemoteTaskException>(() => waiting.WithinBound("the failure"))).TaskId.ShouldBe(new TaskId("last"));
        (await ending.WithinBound("the end")).ReadError().ShouldNotBeNull().ExceptionType.ShouldBe("KeyError");
    }

    [Fact]
    public async Task Success_is_returned_though_a_step_before_has_not_been_heard_of()
    {
        await using var setup = new ResultSetup();
        var waiting = setup.Result("last", setup.Result("first")).GetAsync(setup.Token);

        await setup.SucceedAsync("last", "7");

        (await waiting.WithinBound("the result")).ShouldBe(7);
    }

    [Fact]
    public async Task Failure_before_a_member_ends_the_join_of_its_group()
    {
        await using var setup = new ResultSetup();
        var group = GroupResult<int>.Create("g", [setup.Result("a"), setup.Result("b", setup.Result("before-b"))], null, setup.Access);
        var joining = group.JoinAsync(setup.Token);

        await setup.FailAsync("before-b");

        (await Should.ThrowAsync<RemoteTaskException>(() => joining.WithinBound("the failure"))).TaskId.ShouldBe(new TaskId("before-b"));
    }

    [Fact]
    public async Task Forgetting_a_task_forgets_what_was_before_it()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("first", "1");
        await setup.SucceedAsync("last", "1");

        await setup.Result("last", setup.Result("first")).ForgetAsync(setup.Token);

        (await setup.Backend.GetAsync("first", setup.Token)).ShouldBeNull();
        (await setup.Backend.GetAsync("last", setup.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Children_are_read_in_order_tasks_and_groups()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("root", "1", """[[["a", null], null], [["g", ["before", null]], [[["b", null], null], ["c", null]]], "d"]""");

        var children = await setup.Result("root").GetChildrenAsync(setup.Token);

        children.Select(child => child.Id.Value).ShouldBe(["a", "g", "d"]);
        children[0].Members.ShouldBeNull();
        var group = children[1].ShouldBeOfType<GroupResult<JsonElement>>();
        group.Results.Select(member => member.Id.Value).ShouldBe(["b", "c"]);
        group.Parent.ShouldNotBeNull().Id.Value.ShouldBe("before");
        (await group.GetChildrenAsync(setup.Token)).ShouldBe(group.Results);
        (await setup.Result("unknown").GetChildrenAsync(setup.Token)).ShouldBeEmpty();
        (await children[0].GetChildrenAsync(setup.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Groups_that_are_nested_without_end_are_an_error()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("root", "1", $"[{string.Concat(Enumerable.Repeat("""[["g", null], [""", 2_000))}{string.Concat(Enumerable.Repeat("]]", 2_000))}]");

        (await Should.ThrowAsync<ResultBackendException>(() => setup.Result("root").GetChildrenAsync(setup.Token))).Message.ShouldEndWith("groups are nested more than 100 deep.");
    }

    [Theory]
    [InlineData("7", "a list of results was expected")]
    [InlineData("[7]", "a result must be [[id, parent], members], was 7")]
    [InlineData("[[[1, null], null]]", "was [[1, null], null]")]
    [InlineData("""[[["a", null], 7]]""", "was [[\"a\", null], 7]")]
    [InlineData("""[[["a"], null]]""", "was [[\"a\"], null]")]
    [InlineData("""[""]""", "empty id")]
    [InlineData("[", "")]
    public async Task Children_that_cannot_be_read_are_an_error_that_names_the_task(string children, string reason)
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("root", "1", children);

        var error = await Should.ThrowAsync<ResultBackendException>(() => setup.Result("root").GetChildrenAsync(setup.Token));

        error.Message.ShouldStartWith("What is stored as the children of task root cannot be read: ");
        error.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Tree_is_collected_level_by_level_each_once_it_has_ended()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("root", "0", """[[["a", null], null], [["g", null], [[["b", null], null], [["c", null], null]]]]""");
        await setup.SucceedAsync("b", "2", """[[["b1", null], null]]""");
        await setup.SucceedAsync("c", "3");
        await setup.SucceedAsync("a1", "11");
        await setup.SucceedAsync("b1", "21");
        var collecting = setup.Result("root").CollectAsync(cancellationToken: setup.Token).ToListAsync(setup.Token).AsTask();
        collecting.IsCompleted.ShouldBeFalse();
        await setup.SucceedAsync("a", "1", """[[["a1", null], null], [["root", null], null]]""");

        var collected = await collecting.WithinBound("the tree");

        // The loop back to the root is walked once.
        collected.Select(item => $"{item.Result} {ResultSetup.Text(item.Value)}").ShouldBe(["root 0", "a 1", "g [2, 3]", "a1 11", "b 2", "c 3", "b1 21"]);
    }

    [Fact]
    public async Task Collecting_ends_with_the_first_failure_in_its_turn()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("root", "0", """["a", "b"]""");
        await setup.SucceedAsync("a", "1");
        await setup.FailAsync("b");
        var seen = new List<string>();

        var error = await Should.ThrowAsync<RemoteTaskException>(async () =>
        {
            await foreach (var (result, _) in setup.Result("root").CollectAsync(cancellationToken: setup.Token))
            {
                seen.Add(result.Id.Value);
            }
        });

        error.TaskId.ShouldBe(new TaskId("b"));
        seen.ShouldBe(["root", "a"]);
    }

    [Fact]
    public async Task Collecting_has_one_deadline_for_all()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("root", "0", """["a"]""");
        await using var collecting = setup.Result("root").CollectAsync(new() { Timeout = TimeSpan.FromSeconds(3) }, setup.Token).GetAsyncEnumerator(setup.Token);
        (await collecting.MoveNextAsync()).ShouldBeTrue();
        var next = collecting.MoveNextAsync().AsTask();

        setup.Inner.Clock.Advance(TimeSpan.FromSeconds(3));

        await Should.ThrowAsync<ResultTimeoutException>(() => next.WithinBound("the timeout"));
    }

    [Fact]
    public async Task States_and_progress_are_watched_up_to_the_end()
    {
        await using var setup = new ResultSetup();
        await setup.BeInAsync("a", TaskState.Started, """{"pid": 1}""");
        await using var states = setup.Result("a").WatchAsync(cancellationToken: setup.Token).GetAsyncEnumerator(setup.Token);
        (await NextAsync()).State.ShouldBe(TaskState.Started);

        await setup.BeInAsync("a", "PROGRESS", """{"done": 3}""");
        (await NextAsync()).ReadInfo().GetProperty("done").GetInt32().ShouldBe(3);
        await setup.BeInAsync("a", "PROGRESS", """{"done": 4}""");
        (await NextAsync()).ReadInfo<Dictionary<string, int>>()["done"].ShouldBe(4);
        await setup.FailAsync("a");
        (await NextAsync()).ReadError().ShouldNotBeNull().ExceptionMessage.ShouldBe("boom");
        (await states.MoveNextAsync().WithinBound("the end")).ShouldBeFalse();

        async Task<ResultSnapshot> NextAsync()
        {
            (await states.MoveNextAsync().WithinBound("a state")).ShouldBeTrue();
            return states.Current;
        }
    }

    [Fact]
    public async Task Watching_a_group_tells_of_all_its_tasks()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("a", "1");
        var watching = setup.Group("g", "a", "b").WatchAsync(cancellationToken: setup.Token).ToListAsync(setup.Token).AsTask();
        await setup.SucceedAsync("b", "2");

        (await watching.WithinBound("the end of both")).Select(state => $"{state.TaskId} {state.State}").ShouldBe(["a SUCCESS", "b SUCCESS"]);
        (await setup.Group("none").WatchAsync(cancellationToken: setup.Token).ToListAsync(setup.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Watching_that_takes_too_long_or_is_given_up_ends()
    {
        await using var setup = new ResultSetup();
        using var caller = new CancellationTokenSource();
        var late = setup.Result("a").WatchAsync(TimeSpan.FromSeconds(3), setup.Token).ToListAsync(setup.Token).AsTask();
        var givenUp = setup.Result("a").WatchAsync(cancellationToken: caller.Token).ToListAsync(CancellationToken.None).AsTask();

        setup.Inner.Clock.Advance(TimeSpan.FromSeconds(3));
        await caller.CancelAsync();

        (await Should.ThrowAsync<ResultTimeoutException>(() => late.WithinBound("the timeout"))).Message.ShouldStartWith("Task a has not ended within 00:00:03;");
        await Should.ThrowAsync<OperationCanceledException>(() => givenUp.WithinBound("the cancellation"));
    }

    [Fact]
    public async Task Snapshot_has_all_that_is_stored()
    {
        await using var setup = new ResultSetup();
        var done = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        await setup.StoreAsync(new ResultMeta("a", TaskState.Failure)
        {
            Result = ResultSetup.Json(ResultSetup.Boom),
            Traceback = "Traceback …",
            DateDone = done,
            GroupId = "g",
            ParentId = "p",
            Extension = new ResultExtension("proj.add", ResultSetup.Json("[1, 2]"), ResultSetup.Json("""{"z": 3}"""), "w1@host", 2, "math"),
        });

        var snapshot = (await setup.Result("a").GetSnapshotAsync(setup.Token)).ShouldNotBeNull();

        (snapshot.TaskId.Value, snapshot.State.Name, snapshot.Traceback, snapshot.DateDone, snapshot.GroupId, snapshot.ParentId?.Value)
            .ShouldBe(("a", "FAILURE", "Traceback …", done, "g", "p"));
        (snapshot.TaskName, snapshot.Worker, snapshot.Retries, snapshot.Queue).ShouldBe(("proj.add", "w1@host", 2, "math"));
        (ResultSetup.Text(snapshot.ReadArgs()), ResultSetup.Text(snapshot.ReadKwargs())).ShouldBe(("[1, 2]", """{"z": 3}"""));
        ResultSetup.Text(snapshot.Json).ShouldBe(ResultSetup.Boom);
        snapshot.ReadError().ShouldNotBeNull().InnerException.ShouldBeOfType<ArgumentException>();
        snapshot.ReadChildren().ShouldBeEmpty();
    }

    [Fact]
    public async Task Snapshot_of_a_plain_result_says_what_is_not_known()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("a", "");

        var snapshot = (await setup.Result("a").GetSnapshotAsync(setup.Token)).ShouldNotBeNull();

        (snapshot.TaskName, snapshot.Worker, snapshot.Retries, snapshot.Queue, snapshot.DateDone, snapshot.ParentId).ShouldBe((null, null, null, null, null, null));
        snapshot.ReadArgs().ValueKind.ShouldBe(JsonValueKind.Undefined);
        snapshot.ReadInfo().ValueKind.ShouldBe(JsonValueKind.Undefined);
        ResultSetup.Text(snapshot.Json).ShouldBe("null");
        snapshot.ReadError().ShouldBeNull();
        (await setup.Result("unknown").GetSnapshotAsync(setup.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_stored_is_pending_gone_or_unknown_as_far_as_the_handle_knows()
    {
        await using var setup = new ResultSetup();
        var sent = await setup.Client.SendTaskAsync<int>("t", cancellationToken: setup.Token);
        var ignored = await setup.Client.SendTaskAsync<int>("t", options: new SendOptions { IgnoreResult = true }, cancellationToken: setup.Token);
        var seen = await setup.Client.SendTaskAsync<int>("t", cancellationToken: setup.Token);
        await setup.SucceedAsync(seen.Id.Value, "1");

        (await sent.GetPresenceAsync(setup.Token)).ShouldBe(ResultPresence.Pending);
        (await ignored.GetPresenceAsync(setup.Token)).ShouldBe(ResultPresence.Unknown);
        (await setup.Client.GetResult<int>(sent.Id).GetPresenceAsync(setup.Token)).ShouldBe(ResultPresence.Unknown);
        (await setup.Client.GetResult<int>(seen.Id).GetPresenceAsync(setup.Token)).ShouldBe(ResultPresence.Stored);
        (await seen.GetAsync(setup.Token)).ShouldBe(1);
        await setup.Backend.ForgetAsync(seen.Id, setup.Token);
        (await seen.GetPresenceAsync(setup.Token)).ShouldBe(ResultPresence.Gone);
        setup.Inner.Clock.Advance(TimeSpan.FromDays(1));
        (await sent.GetPresenceAsync(setup.Token)).ShouldBe(ResultPresence.Unknown);
        await Should.ThrowAsync<InvalidOperationException>(() => setup.Group("g").GetPresenceAsync(setup.Token));
    }

    [Fact]
    public async Task Result_comes_as_the_bytes_that_are_stored()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("a", """{"x":  [NaN]}""");

        var bytes = await setup.Result("a").GetBytesAsync(cancellationToken: setup.Token);

        ResultSetup.Text(bytes).ShouldBe("""{"x":  [NaN]}""");
        bytes.ShouldBe((await setup.Backend.GetAsync("a", setup.Token)).ShouldNotBeNull().Result);
    }

    [Fact]
    public void Chain_of_many_thousand_steps_is_written_and_read()
    {
        var access = new ResultAccess(new MemoryResultBackend(null, TimeProvider.System), JsonSerializerOptions.Default, TimeSpan.FromDays(1), TimeProvider.System);
        AsyncResult? last = null;
        for (var i = 0; i < 2_000; i++)
        {
            last = AsyncResult.Create($"{i}", access, last);
        }

        var codec = ResultCodec.CreateJson();
        var written = codec.EncodeGroup(new ResultNode("g", ResultTree.ToNode(last!), []));
        var read = ResultTree.ToGroup<int>(codec.DecodeGroup(written, "g"), access);

        var steps = 0;
        for (var step = read.Parent; step is not null; step = step.Parent)
        {
            step.Id.Value.ShouldBe($"{1_999 - steps++}");
        }

        steps.ShouldBe(2_000);
    }

    /// <summary>Never tells of one task.</summary>
    private sealed class Deaf(IResultBackend inner, TaskId unheard) : IResultBackend
    {
        public string ReplyTo => inner.ReplyTo;

        public ValueTask PrepareAsync(CancellationToken cancellationToken) => inner.PrepareAsync(cancellationToken);

        public ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken) => inner.StoreAsync(meta, reply, cancellationToken);

        public ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken) => inner.GetAsync(taskId, cancellationToken);

        public IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, CancellationToken cancellationToken)
            => inner.WatchAsync(taskId == unheard ? "another" : taskId, cancellationToken);

        public ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken) => inner.ForgetAsync(taskId, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
