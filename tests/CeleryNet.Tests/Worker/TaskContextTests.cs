using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Worker;

/// <summary>What a running task can know about itself, and where its class comes from.</summary>
public sealed class TaskContextTests
{
    private readonly TestSignal<TaskContext> _seen = new();

    [Fact]
    public async Task A_task_sees_what_its_message_says()
    {
        await using var harness = await WorkerHarness.StartAsync(Seeing());
        var now = harness.Clock.GetUtcNow();

        await harness.RunAsync(MessageFactory.Task("see", id: "task-1", priority: 4, headers: headers =>
        {
            headers.Set("root_id", "root-1");
            headers.Set("parent_id", "parent-1");
            headers.Set("group", "group-1");
            headers.Set("retries", 3L);
            headers.Set("eta", "2026-03-04T05:06:07+00:00");
            headers.Set("expires", "2026-03-04T05:07:07+00:00");
            headers.Set("origin", "gen7@producer");
            headers.Add("tenant", "acme");
            headers.Add("attempt", 5L);
            headers.Add("stamped_headers", new object?[] { "stamp" });
            headers.Add("stamps", new Dictionary<string, object?> { ["stamp"] = new object?[] { "a", 1L } });
        }));

        var context = await _seen.WaitAsync();
        (context.Id, context.TaskName).ShouldBe((new TaskId("task-1"), "see"));
        (context.RootId, context.ParentId, context.GroupId).ShouldBe((new TaskId("root-1"), new TaskId("parent-1"), "group-1"));
        (context.Retries, context.Priority, context.IsRedelivered).ShouldBe((3, 4, false));
        (context.Exchange, context.RoutingKey).ShouldBe(("", "celery"));
        (context.Eta, context.Expires).ShouldBe((now, now + TimeSpan.FromMinutes(1)));
        (context.Origin, context.Hostname).ShouldBe(("gen7@producer", "celery@machine.example"));
        context.CancellationReason.ShouldBe(CancellationReason.None);
        context.Headers.Keys.ShouldBe(["tenant", "attempt"], ignoreOrder: true);
        context.Headers["tenant"].GetString().ShouldBe("acme");
        context.Headers["attempt"].GetInt32().ShouldBe(5);
        context.Stamps.Keys.ShouldBe(["stamp"]);
        context.Stamps["stamp"].GetRawText().ShouldBe("""["a",1]""");
    }

    [Fact]
    public async Task A_task_called_by_itself_is_its_own_root()
    {
        await using var harness = await WorkerHarness.StartAsync(Seeing());

        await harness.RunAsync(MessageFactory.Task("see", id: "task-1", headers: headers => headers.Set("root_id", null)));

        var context = await _seen.WaitAsync();
        context.RootId.ShouldBe(new TaskId("task-1"));
        (context.ParentId, context.GroupId, context.Priority, context.Eta, context.Expires).ShouldBe((null, null, null, null, null));
        (context.Retries, context.Headers.Count, context.Stamps.Count).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task A_task_sees_that_its_message_was_delivered_before()
    {
        await using var harness = new WorkerHarness([Seeing()]);
        await harness.CallAsync("see");
        await harness.DeliverInVainAsync();

        await harness.StartAsync();

        (await _seen.WaitAsync()).IsRedelivered.ShouldBeTrue();
    }

    [Fact]
    public async Task The_running_task_is_the_current_one_and_only_while_it_runs()
    {
        var inside = new TestSignal<(TaskContext? Before, TaskContext? After)>();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("see", [], async invocation =>
        {
            var before = TaskContext.Current;
            await Task.Yield();
            inside.Fire((before, TaskContext.Current));
            _seen.Fire(invocation.Context);
            return TaskValue.Null;
        }));

        await harness.RunAsync("see");

        var context = await _seen.WaitAsync();
        (await inside.WaitAsync()).ShouldBe((context, context));
        TaskContext.Current.ShouldBeNull();
    }

    [Fact]
    public async Task Each_run_gets_a_service_scope_of_its_own_that_ends_with_it()
    {
        var disposed = new TestSignal<Service>();
        var used = new TestSignal<Service>();
        await using var harness = new WorkerHarness(
            [
                new TaskDefinition("use", [], invocation =>
                {
                    var service = invocation.GetTarget<Service>();
                    invocation.GetTarget<Service>().ShouldBeSameAs(service);
                    used.Fire(service);
                    return new(TaskValue.Null);
                }),
            ],
            services: services => services.AddScoped(_ => new Service(disposed)));
        await harness.StartAsync();

        var results = (await harness.RunAsync("use"), await harness.RunAsync("use"));

        (results.Item1.State, results.Item2.State).ShouldBe((TaskState.Success, TaskState.Success));
        var (first, second) = (await used.WaitAsync(), await used.WaitAsync());
        first.ShouldNotBeSameAs(second);
        (await disposed.WaitAsync()).ShouldBeSameAs(first);
        (await disposed.WaitAsync()).ShouldBeSameAs(second);
    }

    [Fact]
    public async Task A_service_that_fails_to_end_does_not_change_how_the_task_ended()
    {
        await using var harness = new WorkerHarness(
            [
                new TaskDefinition("use", [], invocation =>
                {
                    invocation.GetTarget<Stubborn>();
                    return new(TaskValue.Of(1));
                }),
            ],
            services: services => services.AddScoped<Stubborn>());
        await harness.StartAsync();

        var result = await harness.RunAsync("use");

        result.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_class_that_is_not_registered_fails_the_task_and_says_how_to_register_it()
    {
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("use", [], invocation =>
        {
            invocation.GetTarget<Stubborn>();
            return new(TaskValue.Null);
        }));

        var failure = await harness.RunAsync("use");

        ExceptionInfo.Read(failure).Message.ShouldContain("AddTasks<Stubborn>()");
    }

    private TaskDefinition Seeing() => new("see", [], invocation =>
    {
        _seen.Fire(invocation.Context);
        return new(TaskValue.Null);
    });

    private sealed class Service(TestSignal<Service> disposed) : IDisposable
    {
        public void Dispose() => disposed.Fire(this);
    }

    private sealed class Stubborn : IDisposable
    {
        public void Dispose() => throw new InvalidOperationException("It does not want to go.");
    }
}
