using CeleryNet.Extensibility;
using CeleryNet.Tasks;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>Which of the limits that could hold for a run does.</summary>
public sealed class TaskLimitsTests
{
    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData(null, null, 30, 30)]
    [InlineData(null, 20, 30, 20)]
    [InlineData(10, 20, 30, 10)]
    [InlineData(10, null, null, 10)]
    [InlineData(0, 20, 30, 20)]
    [InlineData(0, null, 30, 30)]
    [InlineData(null, 0, 30, null)]
    [InlineData(10, 0, 30, 10)]
    [InlineData(null, null, 0, null)]
    public void The_messages_limit_goes_before_the_tasks_and_that_before_the_workers(int? message, int? task, int? worker, int? expected)
    {
        var hard = LimitsOf([message, null], new() { TimeLimit = Seconds(task) }, new() { TimeLimit = Seconds(worker) });
        var soft = LimitsOf([null, message], new() { SoftTimeLimit = Seconds(task) }, new() { SoftTimeLimit = Seconds(worker) });

        hard.ShouldBe(new RunLimits(null, Seconds(expected)));
        soft.ShouldBe(new RunLimits(Seconds(expected), null));
    }

    [Fact]
    public void Each_limit_is_chosen_by_itself()
        => LimitsOf([60, null], new() { SoftTimeLimit = Seconds(20) }, new() { TimeLimit = Seconds(90), SoftTimeLimit = Seconds(80) })
            .ShouldBe(new RunLimits(Seconds(20), Seconds(60)));

    [Fact]
    public void A_limit_that_was_changed_replaces_the_tasks_own_for_what_begins_then()
    {
        var definition = new TaskDefinition("task", [], _ => new(TaskValue.Null)) { TimeLimit = Seconds(20), SoftTimeLimit = Seconds(10) };
        var limits = new TaskLimits(new TaskRegistry([definition]), new WorkerOptions { TimeLimit = Seconds(90) });
        var (plain, limited) = (Requests.Make(), Requests.Make(headers: headers => headers.Set("timelimit", new object?[] { 5L, null })));

        limits.Set("task", new RunLimits(Seconds(3), Seconds(4)));
        limits.Of(plain).ShouldBe(new RunLimits(Seconds(3), Seconds(4)));
        limits.Of(limited).ShouldBe(new RunLimits(Seconds(3), Seconds(5)));

        limits.Set("task", default);
        limits.Of(plain).ShouldBe(new RunLimits(null, Seconds(90)));
    }

    [Fact]
    public void The_limits_of_a_task_that_is_not_here_cannot_be_changed()
        => Should.Throw<ArgumentException>(() => new TaskLimits(new TaskRegistry([]), new WorkerOptions()).Set("other", default))
            .Message.ShouldStartWith("Task 'other' is not registered on this worker");

    private static RunLimits LimitsOf(long?[] message, WorkerOptions task, WorkerOptions worker)
    {
        var definition = new TaskDefinition("task", [], _ => new(TaskValue.Null)) { TimeLimit = task.TimeLimit, SoftTimeLimit = task.SoftTimeLimit };
        var request = Requests.Make(definition, headers => headers.Set("timelimit", new object?[] { message[0], message[1] }));
        return new TaskLimits(new TaskRegistry([definition]), worker).Of(request);
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;
}
