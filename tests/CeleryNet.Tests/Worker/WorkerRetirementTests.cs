using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Worker;

/// <summary>Workers that stop by themselves, to be started anew, and how well they are.</summary>
public sealed class WorkerRetirementTests
{
    private static readonly TaskDefinition _task = new("task", [], _ => new(TaskValue.Null));

    [Fact]
    public async Task A_worker_stops_after_so_many_tasks_and_leaves_the_others_in_the_queue()
    {
        await using var harness = new WorkerHarness([_task], new WorkerOptions { Concurrency = 1, MaxTasks = 2 });
        for (var i = 0; i < 20; i++)
        {
            await harness.CallAsync("task");
        }

        await harness.StartAsync();
        await harness.WhenStoppedAsync();

        var line = harness.Log.Lines.Single(line => line.EventId.Id == EventIds.WorkerRetires);
        (line.Level, harness.HasFailed).ShouldBe((LogLevel.Information, false));
        line.Message.ShouldContain("it has run 2 tasks, and MaxTasks is 2");
        var run = harness.Log.Lines.Count(each => each.EventId.Id == EventIds.TaskSucceeded);
        run.ShouldBeGreaterThanOrEqualTo(2);
        (await harness.DrainAsync()).Count.ShouldBe(20 - run);
    }

    [Fact]
    public async Task A_worker_lets_running_tasks_finish_before_it_stops_so()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [_task, new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { Concurrency = 2, MaxTasks = 1 });
        await harness.StartAsync();
        var running = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        await harness.CallAsync("task");
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.WorkerStopping, "the worker to stop");

        gate.Open();
        await harness.WhenStoppedAsync();

        (await harness.StoredAsync(running))!.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_worker_stops_with_more_memory_than_it_may_have_and_looks_at_it_once_a_second()
    {
        await using var harness = new WorkerHarness([_task], new WorkerOptions { Concurrency = 1, MaxMemory = 1000 }) { WorkingSet = 1000 * 1024 };
        await harness.StartAsync();
        await harness.RunAsync("task");
        await harness.RunAsync("task");
        harness.WorkingSet = 1001 * 1024;
        await harness.RunAsync("task");
        await harness.RunAsync("task");
        harness.Log.Lines.ShouldNotContain(line => line.EventId.Id == EventIds.WorkerRetires);

        harness.Clock.Advance(TimeSpan.FromSeconds(1));
        await harness.CallAsync("task");
        await harness.WhenStoppedAsync();

        harness.Log.Lines.Single(line => line.EventId.Id == EventIds.WorkerRetires).Message
            .ShouldContain("it uses 1001 kB of memory, and MaxMemory is 1000 kB");
        harness.HasFailed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_worker_is_unhealthy_until_it_consumes_while_it_cannot_and_when_it_stops()
    {
        await using var harness = new WorkerHarness([_task]);
        var begin = harness.Clock.GetUtcNow();
        var made = harness.Worker.GetHealth();
        await harness.StartAsync();
        var ready = harness.Worker.GetHealth();

        harness.Clock.Advance(TimeSpan.FromMinutes(1));
        harness.Transport.RefuseConsumers(1);
        await harness.Transport.LoseConsumerAsync();
        await harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.WorkerCannotConsume, "the loss of the consumer");
        var lost = harness.Worker.GetHealth();
        await harness.StopAsync();
        var stopped = harness.Worker.GetHealth();

        (made.Status, made.NotConsumingSince).ShouldBe((WorkerHealthStatus.Unhealthy, begin));
        made.Reasons.ShouldHaveSingleItem().ShouldEndWith("it was not connected yet");
        (ready.Status, ready.Reasons.Count, ready.NotConsumingSince, ready.OldestStuckTask).ShouldBe((WorkerHealthStatus.Healthy, 0, null, null));
        (lost.Status, lost.NotConsumingSince).ShouldBe((WorkerHealthStatus.Unhealthy, begin + TimeSpan.FromMinutes(1)));
        lost.Reasons.ShouldHaveSingleItem().ShouldStartWith("It takes no messages since 2026-03-04T05:07:07.0000000+00:00: ");
        stopped.Reasons.ShouldHaveSingleItem().ShouldEndWith("it stops.");
    }
}
