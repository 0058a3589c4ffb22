using System.Text.Json;
using CeleryNet.Results;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Results;

public sealed class GroupResultTests
{
    [Fact]
    public async Task Results_are_joined_in_the_members_order_whatever_order_they_come_in()
    {
        await using var setup = new ResultSetup();
        var joining = setup.Group("g", "a", "b", "c").JoinAsync(setup.Token);

        await setup.SucceedAsync("c", "3");
        await setup.SucceedAsync("a", "1");
        joining.IsCompleted.ShouldBeFalse();
        await setup.SucceedAsync("b", "2");

        (await joining.WithinBound("the results")).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Empty_group_is_joined_at_once()
    {
        await using var setup = new ResultSetup();
        var group = setup.Group("g");

        (await group.JoinAsync(setup.Token)).ShouldBeEmpty();
        (await group.GetStateAsync(setup.Token)).ShouldBe(TaskState.Success);
        (await group.GetCountsAsync(setup.Token)).ShouldBe(new GroupCounts(0, 0, 0));
        (await group.JoinOutcomesAsync(cancellationToken: setup.Token)).ShouldBeEmpty();
        ResultSetup.Text(await group.GetBytesAsync(cancellationToken: setup.Token)).ShouldBe("[]");
        await group.RevokeAsync(cancellationToken: setup.Token);
    }

    [Fact]
    public async Task First_failure_ends_the_join_though_others_have_not_ended()
    {
        await using var setup = new ResultSetup();
        var joining = setup.Group("g", "a", "b", "c").JoinAsync(setup.Token);

        await setup.SucceedAsync("c", "3");
        await setup.FailAsync("b");

        var error = await Should.ThrowAsync<RemoteTaskException>(() => joining.WithinBound("the failure"));
        error.TaskId.ShouldBe(new TaskId("b"));
        error.ExceptionMessage.ShouldBe("boom");
    }

    [Fact]
    public async Task Revoked_member_ends_the_join_too()
    {
        await using var setup = new ResultSetup();
        await setup.BeInAsync("b", TaskState.Revoked, """{"exc_type": "TaskRevokedError", "exc_message": ["revoked"], "exc_module": "celery.exceptions"}""");

        (await Should.ThrowAsync<RemoteTaskException>(() => setup.Group("g", "a", "b").JoinAsync(setup.Token).WithinBound("the failure")))
            .State.ShouldBe(TaskState.Revoked);
    }

    [Fact]
    public async Task Outcomes_of_all_members_are_in_their_order_and_no_failure_is_thrown()
    {
        await using var setup = new ResultSetup();
        var group = setup.Group("g", "a", "b", "c");
        var joining = group.JoinOutcomesAsync(cancellationToken: setup.Token);
        await setup.SucceedAsync("c", "3");
        await setup.FailAsync("b");
        joining.IsCompleted.ShouldBeFalse();
        await setup.SucceedAsync("a", "\"one\"");

        var outcomes = await joining.WithinBound("the outcomes");

        outcomes.Select(outcome => outcome.State.Name).ShouldBe(["SUCCESS", "FAILURE", "SUCCESS"]);
        outcomes.Select(outcome => outcome.Index).ShouldBe([0, 1, 2]);
        outcomes.Select(outcome => outcome.Result).ShouldBe(group.Results);
        outcomes[2].GetValue().ShouldBe(3);
        outcomes[1].IsSuccessful.ShouldBeFalse();
        Should.Throw<RemoteTaskException>(() => outcomes[1].GetValue()).ShouldBeSameAs(outcomes[1].Error);
        Should.Throw<CelerySerializationException>(() => outcomes[0].GetValue()).Message.ShouldContain("task a ");
    }

    [Fact]
    public async Task Members_are_given_as_they_end()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("b", "2");
        await using var ended = setup.Group("g", "a", "b", "c").AsCompletedAsync(cancellationToken: setup.Token).GetAsyncEnumerator(setup.Token);

        (await NextAsync()).ShouldBe(1);
        var next = NextAsync();
        await setup.FailAsync("c");
        (await next).ShouldBe(2);
        next = NextAsync();
        await setup.BeInAsync("a", TaskState.Started);
        await setup.SucceedAsync("a", "1");
        (await next).ShouldBe(0);
        (await ended.MoveNextAsync().WithinBound("the end")).ShouldBeFalse();

        async Task<int> NextAsync()
        {
            (await ended.MoveNextAsync().WithinBound("the next member")).ShouldBeTrue();
            return ended.Current.Index;
        }
    }

    [Fact]
    public async Task Join_that_takes_too_long_names_the_group_and_may_be_made_again()
    {
        await using var setup = new ResultSetup();
        var group = setup.Group("g", "a", "b");
        await setup.SucceedAsync("a", "1");
        var joining = group.JoinAsync(TimeSpan.FromSeconds(3), setup.Token);
        var outcomes = group.JoinOutcomesAsync(TimeSpan.FromSeconds(3), setup.Token);

        setup.Inner.Clock.Advance(TimeSpan.FromSeconds(3));

        (await Should.ThrowAsync<ResultTimeoutException>(() => joining.WithinBound("the timeout"))).Message
            .ShouldBe("Not all tasks of group g have ended within 00:00:03; they are not revoked by this and may still end.");
        await Should.ThrowAsync<ResultTimeoutException>(() => outcomes.WithinBound("the timeout"));
        await setup.SucceedAsync("b", "2");
        (await group.JoinAsync(setup.Token)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Callers_token_ends_every_wait_of_a_group()
    {
        await using var setup = new ResultSetup();
        var group = setup.Group("g", "a", "b");
        using var caller = new CancellationTokenSource();
        Task[] waits =
        [
            group.JoinAsync(caller.Token), group.JoinOutcomesAsync(cancellationToken: caller.Token), group.WaitAsync(cancellationToken: caller.Token),
            group.GetBytesAsync(cancellationToken: caller.Token), group.WatchAsync(cancellationToken: caller.Token).ToListAsync(CancellationToken.None).AsTask(),
            group.CollectAsync(cancellationToken: caller.Token).ToListAsync(CancellationToken.None).AsTask(),
        ];

        await caller.CancelAsync();

        foreach (var wait in waits)
        {
            await Should.ThrowAsync<OperationCanceledException>(() => wait.WithinBound("the cancellation"));
        }
    }

    [Fact]
    public async Task Member_that_does_not_fit_ends_the_join_and_is_named()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("a", "\"x\"");

        (await Should.ThrowAsync<CelerySerializationException>(() => setup.Group("g", "a", "b").JoinAsync(setup.Token).WithinBound("the error")))
            .Message.ShouldStartWith("The result of task a cannot be read as System.Int32: ");
    }

    [Fact]
    public async Task Group_within_a_group_is_a_list_within_the_list()
    {
        await using var setup = new ResultSetup();
        var group = setup.Client.GetGroupResult<IReadOnlyList<int>>([setup.Group("inner", "a", "b"), setup.Group("none"), setup.Client.GetResult<IReadOnlyList<int>>("c")], "outer");
        var completed = group.AsCompletedAsync(cancellationToken: setup.Token).Select(outcome => outcome.Index).ToListAsync(setup.Token).AsTask();
        await setup.SucceedAsync("c", "[5]");
        await setup.SucceedAsync("b", "2");
        await setup.SucceedAsync("a", "1");

        (await group.JoinAsync(setup.Token)).ShouldBe([[1, 2], [], [5]]);
        ResultSetup.Text(await group.GetBytesAsync(cancellationToken: setup.Token)).ShouldBe("[[1, 2], [], [5]]");
        (await completed.WithinBound("all members")).ShouldBe([1, 2, 0]);
    }

    [Theory]
    [InlineData("PENDING PENDING", "PENDING", 0, 0)]
    [InlineData("SUCCESS PENDING", "STARTED", 1, 0)]
    [InlineData("FAILURE STARTED", "STARTED", 0, 1)]
    [InlineData("SUCCESS SUCCESS", "SUCCESS", 2, 0)]
    [InlineData("SUCCESS FAILURE", "FAILURE", 1, 1)]
    [InlineData("REVOKED FAILURE", "REVOKED", 0, 2)]
    public async Task State_and_counts_of_a_group_are_what_its_members_come_to(string states, string state, int successful, int failed)
    {
        await using var setup = new ResultSetup();
        var group = setup.Group("g", "0", "1");
        foreach (var (member, at) in states.Split(' ').Select((member, at) => (member, at)))
        {
            if (member != "PENDING")
            {
                await setup.BeInAsync($"{at}", member);
            }
        }

        (await group.GetStateAsync(setup.Token)).Name.ShouldBe(state);
        (await group.IsReadyAsync(setup.Token)).ShouldBe(successful + failed == 2);
        (await group.IsSuccessfulAsync(setup.Token)).ShouldBe(successful == 2);
        (await group.IsFailedAsync(setup.Token)).ShouldBe(failed > 0);
        var counts = await group.GetCountsAsync(setup.Token);
        counts.ShouldBe(new GroupCounts(2, successful, failed));
        (counts.Ready, counts.Waiting).ShouldBe((successful + failed, 2 - successful - failed));
        (await group.GetInfoAsync(setup.Token)).State.Name.ShouldBe(state);
        (await group.GetSnapshotAsync(setup.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Group_within_a_group_counts_as_one_member()
    {
        await using var setup = new ResultSetup();
        var group = setup.Client.GetGroupResult<IReadOnlyList<int>>([setup.Group("inner", "a", "b"), setup.Group("other", "c")]);
        await setup.SucceedAsync("a", "1");
        await setup.FailAsync("b");
        await setup.SucceedAsync("c", "1");

        (await group.GetCountsAsync(setup.Token)).ShouldBe(new GroupCounts(2, 1, 1));
    }

    [Fact]
    public async Task Revoke_names_all_tasks_in_one_command()
    {
        await using var setup = new ResultSetup();
        var group = setup.Client.GetGroupResult<IReadOnlyList<int>>([setup.Group("inner", "a", "b"), setup.Client.GetResult<IReadOnlyList<int>>("c")]);

        var delivery = await CommandAsync(setup, () => group.RevokeAsync(terminate: true, setup.Token));

        var arguments = delivery.GetProperty("arguments");
        arguments.GetProperty("task_id").EnumerateArray().Select(id => id.GetString()).ShouldBe(["a", "b", "c"]);
        arguments.GetProperty("terminate").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Forgetting_a_group_forgets_its_members_and_what_was_before_them()
    {
        await using var setup = new ResultSetup();
        var first = setup.Result("first");
        var group = GroupResult<int>.Create("g", [setup.Result("a"), setup.Result("b", setup.Result("before-b"))], first, setup.Access);
        foreach (var id in new[] { "first", "a", "b", "before-b", "other" })
        {
            await setup.SucceedAsync(id, "1");
        }

        await group.ForgetAsync(setup.Token);

        foreach (var id in new[] { "first", "a", "b", "before-b" })
        {
            (await setup.Backend.GetAsync(id, setup.Token)).ShouldBeNull(id);
        }

        (await setup.Backend.GetAsync("other", setup.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Saved_group_is_found_by_its_id_with_its_parents_and_groups_within()
    {
        await using var setup = new ResultSetup();
        var parent = GroupResult<int>.Create("header", [setup.Result("h1"), setup.Result("h2")], setup.Result("start"), setup.Access);
        var saved = GroupResult<IReadOnlyList<int>>.Create(
            "g", [setup.Group("inner", "a", "b"), new AsyncResult<IReadOnlyList<int>>("c", setup.Access, setup.Result("before-c"))], parent, setup.Access);

        await saved.SaveAsync(setup.Token);
        var restored = (await setup.Client.RestoreGroupAsync<IReadOnlyList<int>>("g", setup.Token)).ShouldNotBeNull();

        restored.Id.ShouldBe(saved.Id);
        ResultTree.ToNode(restored).ShouldBeEquivalentTo(ResultTree.ToNode(saved));
        restored.Parent.ShouldBeOfType<GroupResult<JsonElement>>().Parent.ShouldNotBeNull().Id.ShouldBe(new TaskId("start"));
        await setup.SucceedAsync("a", "1");
        await setup.SucceedAsync("b", "2");
        await setup.SucceedAsync("c", "[]");
        (await restored.JoinAsync(setup.Token)).ShouldBe([[1, 2], []]);
        (await restored.Results[0].AsGroup<int>().JoinAsync(setup.Token)).ShouldBe([1, 2]);

        await restored.DeleteAsync(setup.Token);
        (await setup.Client.RestoreGroupAsync<int>("g", setup.Token)).ShouldBeNull();
        (await setup.Result("a").GetAsync(setup.Token)).ShouldBe(1);
    }

    [Fact]
    public async Task Group_that_nobody_saved_is_null()
    {
        await using var setup = new ResultSetup();

        (await setup.Client.RestoreGroupAsync<int>("unknown", setup.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Task_is_no_group_and_says_so()
    {
        await using var setup = new ResultSetup();

        Should.Throw<InvalidOperationException>(() => setup.Result("a").AsGroup<int>()).Message.ShouldBe("Result a is that of a task, not of a group.");
        (await Should.ThrowAsync<InvalidOperationException>(() => setup.Group("g").WaitForEndAsync(cancellationToken: setup.Token)))
            .Message.ShouldContain("JoinOutcomesAsync");
    }

    [Fact]
    public async Task Without_a_backend_asking_says_what_to_configure()
    {
        await using var setup = new ResultSetup(new DisabledResultBackend());
        var group = setup.Group("g", "a");

        foreach (var ask in new Func<Task>[]
        {
            () => group.JoinAsync(setup.Token),
            () => group.JoinOutcomesAsync(cancellationToken: setup.Token),
            () => group.GetCountsAsync(setup.Token),
            () => group.SaveAsync(setup.Token),
            () => group.DeleteAsync(setup.Token),
            () => setup.Client.RestoreGroupAsync<int>("g", setup.Token),
        })
        {
            (await Should.ThrowAsync<CeleryConfigurationException>(ask)).Message.ShouldStartWith("No result backend is configured");
        }
    }

    [Fact]
    public async Task Backend_that_stops_ends_the_join_with_an_error()
    {
        await using var setup = new ResultSetup();
        var joining = setup.Group("g", "a", "b").JoinAsync(setup.Token);

        await setup.Backend.DisposeAsync();

        await Should.ThrowAsync<ResultBackendException>(() => joining.WithinBound("the error"));
    }

    private static async Task<JsonElement> CommandAsync(ResultSetup setup, Func<Task> send)
    {
        await using var node = await setup.Inner.Transport.ConsumeAsync(
            new ConsumerRequest([setup.Inner.Mailbox.QueueOf("node@host")], 1) { NoAck = true }, setup.Token);
        await send();
        return JsonElement.Parse((await node.Deliveries.ReadAsync(setup.Token).WithinBound("the command")).Envelope.ShouldNotBeNull().Body.Span);
    }
}
