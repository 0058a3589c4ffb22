using CeleryNet.Results;

namespace CeleryNet.Tests.Results;

/// <summary>A workflow as one thing: what is in it, and its end.</summary>
public sealed class WorkflowTreeTests
{
    [Fact]
    public async Task Chain_is_seen_from_its_first_step_on_with_the_states_of_all_steps()
    {
        await using var setup = new ResultSetup();
        var last = setup.Result("last", setup.Result("middle", setup.Result("first")));
        await setup.SucceedAsync("first", "1", """[[["middle", [["first", null], null]], null]]""");
        await setup.BeInAsync("middle", TaskState.Started);

        Show(await last.GetWorkflowAsync(setup.Token)).ShouldBe("first SUCCESS > middle STARTED > last PENDING");
    }

    [Fact]
    public async Task Body_of_a_chord_stands_after_the_group_of_its_header()
    {
        await using var setup = new ResultSetup();
        var body = setup.Result("body", setup.Group("header", "one", "two"));
        await setup.SucceedAsync("one", "1");
        await setup.SucceedAsync("two", "2", """[[["body", null], null]]""");

        Show(await body.GetWorkflowAsync(setup.Token)).ShouldBe("header SUCCESS {one SUCCESS, two SUCCESS} > body PENDING");
    }

    [Fact]
    public async Task Members_of_a_group_are_seen_from_their_first_steps_on()
    {
        await using var setup = new ResultSetup();
        var before = setup.Result("before");
        var group = GroupResult<int>.Create(
            "group", [setup.Result("second", setup.Result("first", before)), setup.Result("alone", before)], before, setup.Access);
        await setup.FailAsync("first");

        Show(await group.GetWorkflowAsync(setup.Token)).ShouldBe("before PENDING > group PENDING {first FAILURE > second PENDING, alone PENDING}");
        await setup.FailAsync("second");
        Show(await group.GetWorkflowAsync(setup.Token)).ShouldBe("before PENDING > group FAILURE {first FAILURE > second FAILURE, alone PENDING}");
    }

    [Fact]
    public async Task What_tasks_have_sent_is_found_in_what_is_stored_of_them()
    {
        await using var setup = new ResultSetup();
        await setup.SucceedAsync("root", "1", """[[["child", null], null], [["many", null], [[["a", null], null], [["b", null], null]]]]""");
        await setup.SucceedAsync("child", "1", """[[["grandchild", null], null], [["root", null], null]]""");
        await setup.SucceedAsync("a", "1");

        Show(await setup.Result("root").GetWorkflowAsync(setup.Token))
            .ShouldBe("root SUCCESS > (child SUCCESS > grandchild PENDING | many PENDING {a SUCCESS, b PENDING})");
    }

    [Fact]
    public async Task Long_chain_is_seen_whole()
    {
        const int steps = 5000;
        await using var setup = new ResultSetup();
        var last = setup.Result("0");
        for (var i = 1; i < steps; i++)
        {
            last = setup.Result($"{i}", last);
        }

        (await last.GetWorkflowAsync(setup.Token)).All().Select(node => node.Result.Id.Value).ShouldBe(Enumerable.Range(0, steps).Select(i => $"{i}"));
    }

    [Fact]
    public async Task Revoking_a_workflow_revokes_in_one_command_what_has_not_ended()
    {
        await using var setup = new ResultSetup();
        var commands = new List<string>();
        var access = Record(setup, commands);
        var first = new AsyncResult<int>("first", access);
        var group = GroupResult<int>.Create("group", [new AsyncResult<int>("one", access), new AsyncResult<int>("two", access)], first, access);
        var last = new AsyncResult<int>("last", access, group);
        await setup.SucceedAsync("first", "1");
        await setup.FailAsync("one");

        await last.RevokeWorkflowAsync(terminate: true, setup.Token);
        await first.RevokeWorkflowAsync(cancellationToken: setup.Token);

        commands.ShouldBe(["two, last: True"]);
    }

    [Fact]
    public async Task Handle_that_does_not_come_from_a_client_cannot_revoke()
    {
        await using var setup = new ResultSetup();
        var result = new AsyncResult<int>("id", setup.Access with { RevokeAsync = null });

        await Should.ThrowAsync<InvalidOperationException>(() => result.RevokeWorkflowAsync(cancellationToken: setup.Token));
    }

    private static ResultAccess Record(ResultSetup setup, List<string> commands) => setup.Access with
    {
        RevokeAsync = (ids, terminate, _) =>
        {
            commands.Add($"{string.Join(", ", ids)}: {terminate}");
            return Task.CompletedTask;
        },
    };

    private static string Show(WorkflowNode node)
    {
        var members = node.Members.Count == 0 ? "" : $" {{{string.Join(", ", node.Members.Select(Show))}}}";
        var next = node.Next.Count switch
        {
            0 => "",
            1 => $" > {Show(node.Next[0])}",
            _ => $" > ({string.Join(" | ", node.Next.Select(Show))})",
        };
        return $"{node.Result.Id} {node.State}{members}{next}";
    }
}
