using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Worker;

/// <summary>Code that goes on after its task's hard time limit.</summary>
public sealed class StuckTaskTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _release = new();
    private readonly TestSignal<TaskContext> _entered = new();

    public void Dispose() => _release.Dispose();

    [Fact]
    public async Task Code_that_blocks_its_thread_loses_its_slot_at_once_and_is_counted_until_it_ends()
    {
        await using var harness = await StartAsync(new WorkerOptions { Concurrency = 1 });
        var id = await harness.CallAsync("block");
        var next = await harness.CallAsync("other");
        await _entered.WaitAsync();

        harness.Clock.Advance(_limit);
        var failure = await harness.ResultAsync(id);
        (await harness.ResultAsync(next)).State.ShouldBe(TaskState.Success);
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskStuck && line.Message.Contains(id.Value), "the code to be left behind");
        harness.Clock.Advance(TimeSpan.FromMinutes(5));
        var (stuck, health) = (harness.Worker.StuckTasks, harness.Worker.GetHealth());
        _release.Set();
        await harness.Log.WaitForAsync(
            line => line.EventId.Id == EventIds.StuckTaskEnded && line.Message.Contains(id.Value) && line.Message.Contains("300 s"), "the end of the code");

        failure.State.ShouldBe(TaskState.Failure);
        stuck.ShouldBe(1);
        (health.Status, health.StuckTasks, health.OldestStuckTask).ShouldBe((WorkerHealthStatus.Degraded, 1, TimeSpan.FromMinutes(5)));
        health.Reasons.ShouldBe(["The code of 1 tasks is stuck after their time limits, the oldest for 00:05:00."]);
        harness.Worker.StuckTasks.ShouldBe(0);
        harness.Worker.GetHealth().Status.ShouldBe(WorkerHealthStatus.Healthy);
        (await harness.StoredAsync(id))!.State.ShouldBe(TaskState.Failure);
        harness.Log.Lines.Count(line => line.EventId.Id is EventIds.TaskFailed or EventIds.TimeLimitExceeded && line.Message.Contains(id.Value)).ShouldBe(1);
    }

    [Fact]
    public async Task Services_of_stuck_code_are_disposed_when_it_ends()
    {
        var disposed = new TestSignal();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("block", [], invocation =>
            {
                _ = invocation.GetTarget<Service>();
                return Block(invocation);
            })
            { TimeLimit = _limit }],
            services: services => services.AddScoped(_ => new Service(disposed)));
        await harness.StartAsync();
        var id = await harness.CallAsync("block");
        await _entered.WaitAsync();
        harness.Clock.Advance(_limit);
        await harness.ResultAsync(id);

        disposed.Count.ShouldBe(0);
        _release.Set();

        await disposed.WaitAsync("the disposal");
    }

    [Fact]
    public async Task Stuck_code_cannot_replace_what_the_task_has_come_to_but_may_send()
    {
        var ended = new TestSignal<Exception?>();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("block", [], async invocation =>
            {
                Hold(invocation);
                ended.Fire(await Record.ExceptionAsync(() => invocation.Context.UpdateStateAsync("PROGRESS", 1, CancellationToken.None).AsTask()));
                return TaskValue.Of((await Client!.SendTaskAsync("other", cancellationToken: CancellationToken.None)).Id.Value);
            })
            { TimeLimit = _limit },
            Other()]);
        Client = harness.Client;
        await harness.StartAsync();
        var id = await harness.CallAsync("block");
        await _entered.WaitAsync();
        harness.Clock.Advance(_limit);
        await harness.ResultAsync(id);

        _release.Set();
        var error = await ended.WaitAsync("the end of the code");

        error.ShouldBeOfType<InvalidOperationException>().Message.ShouldBe($"The run of task 'block' [{id}] is over, so its state cannot become PROGRESS any more.");
        (await harness.Transport.Published.WaitAsync("the message")).Envelope.Headers.GetString("parent_id").ShouldBe(id.Value);
        (await harness.StoredAsync(id))!.State.ShouldBe(TaskState.Failure);
    }

    [Fact]
    public async Task With_more_stuck_code_than_it_may_have_a_worker_stops_warmly_and_as_failed()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [Blocking(), new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { Concurrency = 3, MaxStuckTasks = 1 });
        await harness.StartAsync();
        TaskId[] ids = [await harness.CallAsync("block"), await harness.CallAsync("block")];
        var running = await harness.CallAsync("wait");
        await _entered.WaitAsync();
        await _entered.WaitAsync();
        await gate.Entered.WaitAsync();

        harness.Clock.Advance(_limit);
        foreach (var id in ids)
        {
            (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Failure);
        }

        var line = await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.WorkerRetires, "the worker to stop");
        await harness.Log.WaitForAsync(each => each.EventId.Id == EventIds.WorkerStopping, "the worker to stop");
        var health = harness.Worker.GetHealth();
        gate.Open();
        await harness.WhenStoppedAsync();

        line.Level.ShouldBe(LogLevel.Error);
        line.Message.ShouldContain("the code of 2 tasks is stuck after their time limits, and MaxStuckTasks is 1");
        health.Status.ShouldBe(WorkerHealthStatus.Unhealthy);
        harness.HasFailed.ShouldBeTrue();
        (await harness.StoredAsync(running))!.State.ShouldBe(TaskState.Success);
        _release.Set();
    }

    [Fact]
    public async Task Code_that_fails_after_it_was_left_behind_shows_why_in_the_log()
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("block", [], invocation =>
            {
                Hold(invocation);
                throw new FormatException("too late");
            })
            { TimeLimit = _limit }]);
        await harness.StartAsync();
        var id = await harness.CallAsync("block");
        await _entered.WaitAsync();
        harness.Clock.Advance(_limit);
        await harness.ResultAsync(id);

        _release.Set();

        (await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.StuckTaskEnded, "the end of the code")).Error.ShouldBeOfType<FormatException>();
    }

    private ICeleryClient? Client { get; set; }

    private async Task<WorkerHarness> StartAsync(WorkerOptions options)
    {
        var harness = new WorkerHarness([Blocking(), Other()], options);
        await harness.StartAsync();
        return harness;
    }

    private TaskDefinition Blocking() => new("block", [], Block) { TimeLimit = _limit };

    private static TaskDefinition Other() => new("other", [], _ => new(TaskValue.Of("other")));

    private ValueTask<TaskValue> Block(TaskInvocation invocation)
    {
        Hold(invocation);
        return new(TaskValue.Of("late"));
    }

    // Nobody listens to the token, so there is no grace.
    private void Hold(TaskInvocation invocation)
    {
        _entered.Fire(invocation.Context);
        _release.Wait(Bound.Long, CancellationToken.None).ShouldBeTrue();
    }

    private sealed class Service(TestSignal disposed) : IDisposable
    {
        public void Dispose() => disposed.Fire();
    }
}
