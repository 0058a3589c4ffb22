using CeleryNet.Extensibility;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Hosting;

/// <summary>Tasks that are run by whoever sends them.</summary>
public sealed class EagerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_send_returns_when_the_task_has_ended()
    {
        var ran = false;
        await using var services = Build(new TaskDefinition("slow", [], async _ =>
        {
            await Task.Yield();
            ran = true;
            return TaskValue.Of(7);
        }));

        var result = await Client(services).SendTaskAsync<int>("slow", cancellationToken: Token);

        ran.ShouldBeTrue();
        (await result.GetStateAsync(Token)).ShouldBe(TaskState.Success);
        (await result.GetAsync(Bound.Default, Token)).ShouldBe(7);
    }

    [Fact]
    public async Task Arguments_and_typed_results_go_through_the_message()
    {
        await using var services = Build();

        var sum = await Client(services).SendAsync(StaticTasks.Signatures.Add(2, 3), Token);

        (await sum.GetAsync(Bound.Default, Token)).ShouldBe(5);
    }

    [Fact]
    public async Task A_workflow_is_run_to_its_end_by_the_send()
    {
        await using var services = Build(new TaskDefinition(
            "total", [new TaskParameter("numbers", "numbers", isOptional: false, isKeywordOnly: false)], call => new(TaskValue.Of(call.BindArguments().Get<int[]>(0).Sum()))));
        var flow = Canvas.Chain<int>(
            Canvas.Group(StaticTasks.Signatures.Add(1, 1), StaticTasks.Signatures.Add(2, 2)),
            new Signature<int>("total", []),
            Canvas.Call<int>(StaticTasks.Signatures.Add(0, 0).TaskName, 100));

        var result = await Client(services).SendAsync(flow, Token);

        (await result.GetStateAsync(Token)).ShouldBe(TaskState.Success);
        (await result.GetAsync(Bound.Default, Token)).ShouldBe(106);
    }

    [Fact]
    public async Task Many_calls_run_one_after_another()
    {
        var (running, most) = (0, 0);
        await using var services = Build(new TaskDefinition("slow", [], async _ =>
        {
            most = Math.Max(most, ++running);
            await Task.Yield();
            return TaskValue.Of(--running);
        }));

        var outcomes = await Client(services).SendManyAsync(Enumerable.Range(0, 10).Select(_ => new Signature<int>("slow", [])), Token);

        most.ShouldBe(1);
        foreach (var result in outcomes.GetResults())
        {
            (await result.GetAsync(Bound.Default, Token)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_failure_is_in_the_result()
    {
        await using var services = Build(Failing());

        var result = await Client(services).SendTaskAsync("failing", cancellationToken: Token);

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.GetAsync(Bound.Default, Token));
        (error.ExceptionType, error.ExceptionMessage).ShouldBe(("ValueError", "no"));
    }

    [Fact]
    public async Task A_failure_is_thrown_by_the_send_where_that_is_wanted()
    {
        await using var services = Build(options => options.EagerPropagates = true, Failing());

        var error = await Should.ThrowAsync<RemoteTaskException>(() => Client(services).SendTaskAsync("failing", cancellationToken: Token));

        error.InnerException.ShouldBeOfType<ArgumentException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_that_refuses_its_message_fails_since_there_is_no_queue_to_which_it_could_go_back(bool requeue)
    {
        await using var services = Build(new TaskDefinition("picky", [], call => throw call.Context.Reject("no", requeue)) { AcksLate = true });

        var result = await Client(services).SendTaskAsync("picky", cancellationToken: Token);

        (await result.GetStateAsync(Token)).ShouldBe(TaskState.Failure);
    }

    [Fact]
    public async Task Retries_come_at_once()
    {
        var retries = new List<int>();
        await using var services = Build(new TaskDefinition("flaky", [], call =>
        {
            retries.Add(call.Context.Retries);
            return call.Context.Retries < 2 ? throw call.Context.Retry(TimeSpan.FromHours(1)) : new(TaskValue.Of("done"));
        }));

        var result = await Client(services).SendTaskAsync<string>("flaky", options: new() { Countdown = TimeSpan.FromDays(1) }, cancellationToken: Token);

        (await result.GetAsync(Bound.Default, Token)).ShouldBe("done");
        retries.ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task A_task_that_sends_another_has_it_run_as_its_child()
    {
        TaskId? parent = null;
        ServiceProvider? services = null;
        services = Build(
            new TaskDefinition("inner", [], call =>
            {
                parent = call.Context.ParentId;
                return new(TaskValue.Of(1));
            }),
            new TaskDefinition("outer", [], async call =>
            {
                var inner = await Client(services!).SendTaskAsync<int>("inner", cancellationToken: call.CancellationToken);
                return TaskValue.Of(await inner.GetAsync(Bound.Default, call.CancellationToken) + 1);
            }));
        await using var disposed = services;

        var result = await Client(services).SendTaskAsync<int>("outer", cancellationToken: Token);

        (await result.GetAsync(Bound.Default, Token)).ShouldBe(2);
        parent.ShouldBe(result.Id);
    }

    [Fact]
    public async Task A_task_of_somebody_else_is_not_registered()
    {
        await using var services = Build();

        var result = await Client(services).SendAsync(IForeignTasks.Signatures.Embed("text"), Token);

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.GetAsync(Bound.Default, Token));
        error.ExceptionType.ShouldBe("NotRegistered");
    }

    [Fact]
    public async Task Results_stay_out_of_the_backend_unless_they_are_wanted_there()
    {
        await using var kept = Build(options => options.ResultBackend = "disabled://");
        await using var stored = Build(options => (options.ResultBackend, options.StoreEagerResult) = ("disabled://", true));

        var inMemory = await Client(kept).SendAsync(StaticTasks.Signatures.Add(2, 3), Token);
        var inBackend = await Client(stored).SendAsync(StaticTasks.Signatures.Add(2, 3), Token);

        (await inMemory.GetAsync(Bound.Default, Token)).ShouldBe(5);
        await Should.ThrowAsync<CeleryConfigurationException>(() => inBackend.GetAsync(Bound.Default, Token));
    }

    [Fact]
    public async Task The_senders_token_ends_the_task()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var started = new TestSignal();
        await using var services = Build(new TaskDefinition("endless", [], async call =>
        {
            started.Fire();
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
            return TaskValue.Null;
        }));

        var sending = Client(services).SendTaskAsync("endless", cancellationToken: ending.Token);
        await started.WaitAsync();
        await ending.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Middleware_and_observers_are_there_where_no_worker_is()
    {
        var steps = new List<string>();
        var services = new ServiceCollection();
        services.AddSingleton(steps);
        services.AddCelery(options => options.AlwaysEager = true)
            .AddTasks(typeof(StaticTasks)).AddPublishMiddleware<Hook>().AddTaskMiddleware<Hook>().AddTaskObserver<Hook>();
        await using var provider = services.BuildServiceProvider();

        await Client(provider).SendAsync(StaticTasks.Signatures.Add(2, 3), Token);

        steps.ShouldBe(["publish", "run", "succeeded", "published"]);
    }

    private static TaskDefinition Failing() => new("failing", [], _ => throw new FormatException("no"));

    private static ICeleryClient Client(IServiceProvider services) => services.GetRequiredService<ICeleryClient>();

    private static ServiceProvider Build(params TaskDefinition[] tasks) => Build(_ => { }, tasks);

    private static ServiceProvider Build(Action<CeleryOptions> configure, params TaskDefinition[] tasks)
    {
        var services = new ServiceCollection();
        services.AddCelery(options =>
        {
            options.Broker = "amqp://nobody.invalid";
            options.AlwaysEager = true;
            configure(options);
        }).AddTasks(typeof(StaticTasks));
        foreach (var task in tasks)
        {
            services.AddSingleton(task);
        }

        return services.BuildServiceProvider();
    }

    private sealed class Hook(List<string> steps) : IPublishMiddleware, ITaskMiddleware, ITaskObserver
    {
        public async ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken)
        {
            steps.Add("publish");
            await next(context, cancellationToken);
            steps.Add("published");
        }

        public ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next)
        {
            steps.Add("run");
            return next();
        }

        public ValueTask OnSucceededAsync(TaskCompletion completion, CancellationToken cancellationToken)
        {
            steps.Add("succeeded");
            return ValueTask.CompletedTask;
        }
    }
}
