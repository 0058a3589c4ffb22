using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Worker;

/// <summary>What stands around the runs of tasks.</summary>
public sealed class TaskMiddlewareTests
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(25);

    private readonly List<string> _steps = [];
    private int _runs;

    [Fact]
    public async Task First_middleware_added_is_the_outermost()
    {
        await using var harness = await StartAsync(Counting(), builder => builder.AddTaskMiddleware<Outer>().AddTaskMiddleware<Inner>());

        (await harness.RunAsync("count")).ReadResult().GetInt32().ShouldBe(1);

        _steps.ShouldBe(["Outer before", "Inner before", "run", "Inner after", "Outer after"]);
    }

    [Fact]
    public async Task Middleware_sees_the_message_its_arguments_and_the_declaration()
    {
        var seen = "";
        await using var harness = await StartAsync(Counting(), (run, next) =>
        {
            seen = $"{run.Context.Id} {run.Definition.Name} {run.Args} {run.Kwargs} {run.Context.Headers["tenant"]} {TaskContext.Current == run.Context}";
            return next();
        });

        await harness.RunAsync(MessageFactory.Task("count", "[1,[2]]", """{"z":true}""", id: "task-1", headers: headers => headers.Add("tenant", "acme")));

        seen.ShouldBe("""task-1 count [1,[2]] {"z":true} acme True""");
    }

    [Fact]
    public async Task Result_that_a_middleware_returns_is_the_tasks()
    {
        await using var harness = await StartAsync(Counting(), async (_, next) => TaskValue.Of($"was {(await next()).AsObject()}"));

        (await harness.RunAsync("count")).ReadResult().GetString().ShouldBe("was 1");
    }

    [Fact]
    public async Task Middleware_that_does_not_go_on_answers_in_the_tasks_place()
    {
        await using var harness = await StartAsync(Counting(), (_, _) => new(TaskValue.Of("cached")));

        var result = await harness.RunAsync("count");

        (result.State, result.ReadResult().GetString(), _runs).ShouldBe((TaskState.Success, "cached", 0));
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task Middleware_that_goes_on_again_has_the_task_run_again()
    {
        await using var harness = await StartAsync(Counting(), async (_, next) =>
        {
            await next();
            return await next();
        });

        (await harness.RunAsync("count")).ReadResult().GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Exception_that_a_middleware_makes_of_another_is_how_the_task_fails()
    {
        await using var harness = await StartAsync(Failing(new KeyNotFoundException("inner")), async (_, next) =>
        {
            try
            {
                return await next();
            }
            catch (KeyNotFoundException error)
            {
                throw new ArgumentException("translated", error);
            }
        });

        var result = await harness.RunAsync("fail");

        var failure = ExceptionInfo.Read(result);
        (result.State, failure.Type, failure.Message).ShouldBe((TaskState.Failure, "ValueError", "translated"));
    }

    [Fact]
    public async Task Middleware_may_make_a_result_of_a_failure()
    {
        await using var harness = await StartAsync(Failing(new KeyNotFoundException()), async (_, next) =>
        {
            try
            {
                return await next();
            }
            catch (KeyNotFoundException)
            {
                return TaskValue.Of("none");
            }
        });

        var result = await harness.RunAsync("fail");

        (result.State, result.ReadResult().GetString()).ShouldBe((TaskState.Success, "none"));
    }

    [Fact]
    public async Task Automatic_retries_go_by_the_exception_that_comes_out_of_the_middleware()
    {
        var retried = new TaskDefinition("fail", [], _ => throw new KeyNotFoundException()) { AutoRetryFor = [typeof(TimeoutException)], RetryDelay = TimeSpan.FromHours(1) };
        await using var harness = await StartAsync(retried, async (_, next) =>
        {
            try
            {
                return await next();
            }
            catch (KeyNotFoundException)
            {
                throw new TimeoutException("later");
            }
        });

        var id = await harness.CallAsync("fail");
        await harness.WhenHeldAsync();

        (await harness.StoredAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Retry);
    }

    [Fact]
    public async Task Middleware_may_ask_for_a_retry()
    {
        await using var harness = await StartAsync(Counting(), (run, next) => run.Context.Retries < 2 ? throw run.Context.Retry(TimeSpan.Zero) : next());

        var result = await harness.RunAsync("count");

        (result.State, _runs).ShouldBe((TaskState.Success, 1));
    }

    [Fact]
    public async Task Wrong_arguments_are_a_failure_that_the_middleware_sees()
    {
        Exception? seen = null;
        var task = new TaskDefinition("none", [], invocation =>
        {
            invocation.BindArguments();
            return new(TaskValue.Null);
        });
        await using var harness = await StartAsync(task, async (_, next) =>
        {
            try
            {
                return await next();
            }
            catch (TaskArgumentException error)
            {
                seen = error;
                throw;
            }
        });

        (await harness.RunAsync(MessageFactory.Task("none", "[1]"))).State.ShouldBe(TaskState.Failure);

        seen.ShouldNotBeNull();
    }

    [Fact]
    public async Task Middleware_and_task_share_the_scope_of_the_run_which_ends_with_it()
    {
        var used = new TestSignal<(Scoped Middleware, Scoped Task)>();
        var task = new TaskDefinition("use", [], invocation =>
        {
            var scoped = invocation.GetTarget<Scoped>();
            scoped.IsDisposed.ShouldBeFalse();
            return new(TaskValue.Of(scoped.Number));
        });
        await using var harness = new WorkerHarness([task], services: services =>
        {
            services.AddScoped<Scoped>().AddSingleton(used).AddSingleton(new Counter());
            new CeleryBuilder(services).AddTaskMiddleware<ScopeUsing>();
        });
        await harness.StartAsync();

        var first = (await harness.RunAsync("use")).ReadResult().GetInt32();
        var second = (await harness.RunAsync("use")).ReadResult().GetInt32();

        (first, second).ShouldBe((1, 2));
        var (middleware, same) = await used.WaitAsync();
        middleware.ShouldBeSameAs(same);
        middleware.Number.ShouldBe(1);
        await middleware.Disposed.WaitAsync("the first scope to end");
    }

    [Fact]
    public async Task Middleware_that_cannot_be_made_fails_the_task()
    {
        await using var harness = await StartAsync(Counting(), builder => builder.AddTaskMiddleware<Unmakable>());

        var result = await harness.RunAsync("count");

        (result.State, _runs).ShouldBe((TaskState.Failure, 0));
        ExceptionInfo.Read(result).Message.ShouldContain("Unable to resolve service");
    }

    [Fact]
    public async Task Shutdown_fires_the_token_of_the_middleware_and_its_cancellation_is_the_workers()
    {
        var entered = new TestSignal();
        await using var harness = await StartAsync(
            new TaskDefinition("wait", [], _ => new(TaskValue.Null)) { AcksLate = true },
            async (run, next) =>
            {
                entered.Fire();
                await Task.Delay(Timeout.InfiniteTimeSpan, run.CancellationToken);
                return await next();
            });
        var id = await harness.CallAsync("wait");
        await entered.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.Clock.Advance(_grace);
        await harness.WhenStoppedAsync();

        (await harness.StoredAsync(id)).ShouldBeNull();
        (await harness.DrainAsync()).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(id.Value);
    }

    private Task<WorkerHarness> StartAsync(TaskDefinition task, Func<TaskRun, TaskDelegate, ValueTask<TaskValue>> around)
        => StartAsync(task, builder =>
        {
            builder.Services.AddSingleton(around);
            builder.AddTaskMiddleware<Around>();
        });

    private async Task<WorkerHarness> StartAsync(TaskDefinition task, Action<CeleryBuilder> add)
    {
        var harness = new WorkerHarness([task], services: services =>
        {
            services.AddSingleton(_steps);
            add(new CeleryBuilder(services));
        });
        await harness.StartAsync();
        return harness;
    }

    private TaskDefinition Counting() => new("count", [], _ =>
    {
        _steps.Add("run");
        return new(TaskValue.Of(Interlocked.Increment(ref _runs)));
    });

    private static TaskDefinition Failing(Exception error) => new("fail", [], _ => throw error);

    private sealed class Around(Func<TaskRun, TaskDelegate, ValueTask<TaskValue>> around) : ITaskMiddleware
    {
        public ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next) => around(run, next);
    }

    private abstract class Noting(List<string> steps) : ITaskMiddleware
    {
        public async ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next)
        {
            steps.Add(GetType().Name + " before");
            var result = await next();
            steps.Add(GetType().Name + " after");
            return result;
        }
    }

    private sealed class Outer(List<string> steps) : Noting(steps);

    private sealed class Inner(List<string> steps) : Noting(steps);

    private sealed class Unmakable(ITransport missing) : ITaskMiddleware
    {
        public ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next) => missing is null ? throw new InvalidOperationException() : next();
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }

    private sealed class Scoped(Counter counter) : IDisposable
    {
        public int Number { get; } = ++counter.Value;

        public bool IsDisposed { get; private set; }

        public TestSignal Disposed { get; } = new();

        public void Dispose()
        {
            IsDisposed = true;
            Disposed.Fire();
        }
    }

    private sealed class ScopeUsing(Scoped scoped, TestSignal<(Scoped Middleware, Scoped Task)> used) : ITaskMiddleware
    {
        public async ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next)
        {
            var result = await next();
            used.Fire((scoped, run.Services.GetRequiredService<Scoped>()));
            return result;
        }
    }
}
