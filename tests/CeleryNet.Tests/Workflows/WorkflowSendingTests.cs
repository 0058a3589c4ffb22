using CeleryNet.Client;
using CeleryNet.Extensibility;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Tests.Client;
using CeleryNet.Workflows;

namespace CeleryNet.Tests.Workflows;

public sealed class WorkflowSendingTests : IDisposable
{
    private readonly CancellationTokenSource _bound = new(Bound.Default);

    private CancellationToken Token => _bound.Token;

    public void Dispose() => _bound.Dispose();

    [Fact]
    public async Task Members_of_a_group_that_were_not_sent_are_named()
    {
        await using var setup = new ClientSetup(middleware: new Refusing("b"));

        var error = await Should.ThrowAsync<WorkflowSendException>(setup.Client.SendAsync(Canvas.Group(S("a"), S("b").With(taskId: "the-b"), S("c")), Token));

        error.Outcomes.Select(outcome => outcome.IsSent).ShouldBe([true, false, true]);
        error.Message.ShouldContain($"Of the group {error.GroupId}, 2 of 3 members were sent and 1 were not: b[the-b].");
        error.Message.ShouldContain("not b");
        error.InnerException.ShouldBeOfType<InvalidOperationException>();
    }

    [Fact]
    public async Task Parts_of_a_chord_that_were_not_sent_are_named()
    {
        await using var setup = new ClientSetup(middleware: new Refusing("a"));

        var error = await Should.ThrowAsync<WorkflowSendException>(setup.Client.SendAsync(Canvas.Group(S("a"), S("c")).Then(x => Take(x, "d")), Token));

        error.Message.ShouldContain("Of the header of the chord");
        error.Outcomes[0].Signature!.TaskName.ShouldBe("a");
    }

    [Fact]
    public async Task Nothing_of_a_chord_is_sent_where_the_backend_keeps_none()
    {
        await using var setup = new ClientSetup(new DisabledResultBackend());

        var error = await Should.ThrowAsync<CeleryConfigurationException>(setup.Client.SendAsync(Canvas.Group(S("a")).Then(x => Take(x, "b")), Token));

        error.Message.ShouldContain("A chord needs a result backend");
        setup.Watched.Published.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_is_sent_of_a_workflow_whose_later_step_has_wrong_options()
    {
        await using var setup = new ClientSetup();

        var error = await Should.ThrowAsync<ArgumentException>(setup.Client.SendAsync(S("a").Then(S("b").With(new SendOptions { Priority = 999 })), Token));

        error.Message.ShouldContain("The call of task 'b': Priority must be 0 to 255, was 999.");
        setup.Watched.Published.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Validation_tells_all_that_is_wrong_and_sends_nothing()
    {
        await using var setup = new ClientSetup(new DisabledResultBackend());
        IPrevious<int>? kept = null;
        S("x").Then(x => { kept = x; return Take(x, "x"); });
        var flow = Canvas.Group(S("a").With(new SendOptions { Countdown = TimeSpan.Zero, Eta = DateTimeOffset.UnixEpoch }), Take(kept!, "b")).Then(x => Take(x, "c").OnError(S("d").With(queue: "")));

        var problems = setup.Client.Validate(flow);

        problems.Count.ShouldBe(4);
        problems.ShouldContain(problem => problem.Contains("task 'a': Countdown and Eta", StringComparison.Ordinal));
        problems.ShouldContain(problem => problem.Contains("task 'b': it takes the result of a step", StringComparison.Ordinal));
        problems.ShouldContain(problem => problem.Contains("task 'd': Queue must not be empty", StringComparison.Ordinal));
        problems.ShouldContain(problem => problem.Contains("A chord needs a result backend", StringComparison.Ordinal));
        setup.Watched.Published.Count.ShouldBe(0);
        setup.Client.Validate(S("a").Then(S("b"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Large_group_is_sent_many_at_a_time()
    {
        await using var setup = new ClientSetup();

        var result = await setup.Client.SendAsync(Canvas.Group(Enumerable.Range(0, 10_000).Select(i => S("a", i))), Token);

        result.Results.Count.ShouldBe(10_000);
        result.Results.Select(each => each.Id).Distinct().Count().ShouldBe(10_000);
        setup.Watched.Published.Count.ShouldBe(10_000);
    }

    [Fact]
    public async Task Workflows_may_be_among_many_calls()
    {
        await using var setup = new ClientSetup();

        var outcomes = await setup.Client.SendManyAsync([S("a"), S("b").Then(x => Take(x, "c"))], Token);

        var chain = outcomes[1].GetResult();
        await setup.ReadAsync();
        var first = await setup.ReadAsync();
        first.Headers.TaskName.ShouldBe("b");
        System.Text.Encoding.UTF8.GetString(first.Body.Embed.Chain.Span).ShouldContain($"\"task_id\":\"{chain.Id}\"");
    }

    [Fact]
    public async Task Mapped_task_is_routed_by_its_own_name()
    {
        await using var setup = new ClientSetup(routes: new CeleryRoutes().Add("t", new SendOptions { Queue = "t-queue" }));

        await setup.Client.SendAsync(Canvas.Map([1, 2], i => S("t", i)), Token);

        (await setup.ReadAsync("t-queue")).Headers.TaskName.ShouldBe("celery.map");
    }

    [Fact]
    public async Task Later_steps_hide_their_arguments_where_the_application_does()
    {
        await using var setup = new ClientSetup(hideArguments: true);

        await setup.Client.SendAsync(S("a").Then(S("b", 1)).OnError(S("c", 2)), Token);

        var embed = (await setup.ReadAsync()).Body.Embed;
        System.Text.Encoding.UTF8.GetString(embed.Chain.Span).ShouldContain("\"argsrepr\":\"(...)\"");
        System.Text.Encoding.UTF8.GetString(embed.Errbacks.Span).ShouldContain("\"argsrepr\":\"(...)\"");
    }

    [Fact]
    public async Task Middleware_that_sets_options_of_its_own_leaves_the_call_in_its_workflow()
    {
        await using var setup = new ClientSetup(middleware: new Replacing());

        await setup.Client.SendAsync(S("a").Then(S("b")), Token);

        var message = await setup.ReadAsync();
        message.Headers.Shadow.ShouldBe("replaced");
        System.Text.Encoding.UTF8.GetString(message.Body.Embed.Chain.Span).ShouldContain("\"task\":\"b\"");
    }

    [Fact]
    public async Task Steps_of_a_chain_are_linked_to_each_other_where_messages_have_no_place_for_the_rest_of_it()
    {
        await using var backend = new MemoryResultBackend(null, TimeProvider.System);
        var sent = new List<Signature>();
        var sender = new CanvasSender(
            (call, _, _, _) => { sent.Add(call); return ValueTask.CompletedTask; },
            new ResultAccess(backend, CeleryJson.Complete(null), TimeSpan.FromDays(1), TimeProvider.System),
            new BulkSender(1, TimeProvider.System),
            new TaskRouter("celery"),
            usesLinks: true);

        var result = await sender.ApplyAsync(S("a").Then(S("b")).Then(S("c")), PartialArguments.None, SendOptions.Default, null, Token);

        var first = sent.ShouldHaveSingleItem();
        first.Options.Workflow!.Chain.ShouldBeNull();
        var second = first.Links.ShouldHaveSingleItem();
        second.TaskName.ShouldBe("b");
        second.Links.ShouldHaveSingleItem().Options.TaskId!.Value.Value.ShouldBe(result!.Id);
    }

    [Fact]
    public async Task Group_that_a_task_sends_is_one_child_of_it()
    {
        await using var setup = new ClientSetup();
        var context = new TaskContext("id", "t", new CeleryNet.Tasks.TaskCancellation()) { RootId = "root", Hostname = "h" };
        TaskContext.Current = context;

        var result = await setup.Client.SendAsync(Canvas.Group(S("a"), S("b")), Token);

        var child = context.Children.ShouldHaveSingleItem();
        child.Id.ShouldBe(result.Id.Value);
        child.Members!.Select(member => member.Id).ShouldBe(result.Results.Select(each => each.Id.Value));
        (await setup.ReadAsync()).Headers.RootId.ShouldBe(new TaskId("root"));
    }

    private static Signature<int> S(string task, params int[] args) => new(task, [.. args.Select(TaskValue.Of)]);

    private static Signature<int> Take<T>(IPrevious<T> previous, string task) => PartialSignatures.Take(previous, new Signature<int>(task, []));

    private sealed class Replacing : IPublishMiddleware
    {
        public ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken)
            => next(context with { Options = new SendOptions { Shadow = "replaced" } }, cancellationToken);
    }

    private sealed class Refusing(string task) : IPublishMiddleware
    {
        public ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken)
            => context.TaskName == task ? throw new InvalidOperationException($"not {task}") : next(context, cancellationToken);
    }
}
