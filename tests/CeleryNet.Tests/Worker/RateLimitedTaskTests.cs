using CeleryNet.Extensibility;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Worker;

/// <summary>Tasks with a rate limit, from the worker's point of view.</summary>
public sealed class RateLimitedTaskTests
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    private readonly TestSignal _runs = new();

    [Fact]
    public async Task Runs_are_spread_by_the_tasks_limit()
    {
        await using var harness = await WorkerHarness.StartAsync(Limited("1/m"));
        await harness.CallAsync("limited");
        await harness.CallAsync("limited");
        await harness.CallAsync("limited");
        await _runs.WaitAsync();
        await harness.WhenWaitingAsync(2);

        harness.Clock.Advance(_minute - TimeSpan.FromSeconds(1));
        var before = _runs.Count;
        harness.Clock.Advance(TimeSpan.FromSeconds(1));
        await _runs.WaitAsync();
        var after = _runs.Count;
        harness.Clock.Advance(_minute);
        await _runs.WaitAsync();

        (before, after, _runs.Count).ShouldBe((1, 2, 3));
    }

    [Fact]
    public async Task Waiting_for_a_rate_takes_no_slot()
    {
        await using var harness = new WorkerHarness([Limited("1/h"), Other()], new WorkerOptions { Concurrency = 1 });
        await harness.StartAsync();
        await harness.CallAsync("limited");
        await harness.CallAsync("limited");
        await harness.WhenWaitingAsync(1);

        (await harness.RunAsync("other")).State.ShouldBe(TaskState.Success);
        _runs.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(null, "1/h", 1)]
    [InlineData("0", "1/h", 3)]
    [InlineData("1/h", null, 1)]
    [InlineData(null, null, 3)]
    public async Task The_workers_limit_holds_for_tasks_that_declare_none(string? declared, string? fallback, int runs)
    {
        await using var harness = new WorkerHarness([Limited(declared), Other()], new WorkerOptions { Concurrency = 1, DefaultRateLimit = fallback });
        await harness.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await harness.CallAsync("limited");
        }

        for (var i = 0; i < runs; i++)
        {
            await _runs.WaitAsync();
        }

        await harness.RunAsync("other");
        _runs.Count.ShouldBe(runs);
    }

    [Fact]
    public async Task Limits_are_ignored_where_they_are_off()
    {
        await using var harness = new WorkerHarness([Limited("1/h")], new WorkerOptions { Concurrency = 1, DisableRateLimits = true });
        await harness.StartAsync();

        await harness.RunAsync("limited");
        await harness.RunAsync("limited");

        _runs.Count.ShouldBe(2);
        Should.Throw<InvalidOperationException>(() => harness.Worker.SetRateLimit("limited", RateLimit.Parse("1/s")))
            .Message.ShouldContain("DisableRateLimits");
    }

    [Fact]
    public async Task A_limit_can_be_changed_while_tasks_wait_for_it()
    {
        await using var harness = await WorkerHarness.StartAsync(Limited("1/h"));
        await harness.CallAsync("limited");
        await harness.CallAsync("limited");
        await harness.WhenWaitingAsync(1);

        harness.Worker.SetRateLimit("limited", RateLimit.Parse("2/s"));
        var limit = harness.Worker.GetRateLimit("limited");
        harness.Clock.Advance(TimeSpan.FromMilliseconds(500));
        await _runs.WaitAsync();
        await _runs.WaitAsync();

        limit.ToString().ShouldBe("2/s");
    }

    [Fact]
    public async Task The_limit_of_an_unknown_task_cannot_be_set()
    {
        await using var harness = await WorkerHarness.StartAsync(Limited("1/h"));

        var error = Should.Throw<ArgumentException>(() => harness.Worker.SetRateLimit("limitless", RateLimit.None));

        error.Message.ShouldStartWith("Task 'limitless' is not registered on this worker; registered: limited.");
    }

    [Fact]
    public async Task A_message_waits_for_its_time_first_and_for_the_rate_then()
    {
        await using var harness = await WorkerHarness.StartAsync(Limited("1/m"));
        var eta = MessageFactory.Task("limited", headers: headers => headers.Set("eta", harness.Clock.GetUtcNow().AddSeconds(30).ToString("O")));
        await harness.PublishAsync(eta);
        await harness.WhenHeldAsync();
        await harness.CallAsync("limited");
        await _runs.WaitAsync();

        harness.Clock.Advance(TimeSpan.FromSeconds(30));
        await harness.WhenWaitingAsync(1);
        _runs.Count.ShouldBe(1);
        harness.Clock.Advance(TimeSpan.FromSeconds(30));
        await _runs.WaitAsync();
    }

    [Fact]
    public async Task What_waits_for_its_rate_is_back_in_its_queue_after_shutdown()
    {
        await using var harness = await WorkerHarness.StartAsync(Limited("1/h"));
        await harness.CallAsync("limited");
        TaskId[] rest = [await harness.CallAsync("limited"), await harness.CallAsync("limited")];
        await harness.WhenWaitingAsync(2);

        await harness.StopAsync();

        (await harness.DrainAsync()).Select(delivery => new TaskId(delivery.Envelope!.Headers.GetString("id")!)).ShouldBe(rest);
    }

    [Fact]
    public async Task What_expires_while_it_waits_for_its_rate_is_revoked()
    {
        await using var harness = await WorkerHarness.StartAsync(Limited("1/h"));
        await harness.CallAsync("limited");
        await _runs.WaitAsync();
        var id = await harness.PublishAsync(MessageFactory.Task(
            "limited", headers: headers => headers.Set("expires", harness.Clock.GetUtcNow().AddMinutes(1).ToString("O"))));
        await harness.WhenWaitingAsync(1);

        harness.Clock.Advance(TimeSpan.FromHours(1));

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Revoked);
        _runs.Count.ShouldBe(1);
    }

    private static TaskDefinition Other() => new("other", [], _ => new(TaskValue.Null));

    private TaskDefinition Limited(string? limit) => new("limited", [], _ =>
    {
        _runs.Fire();
        return new(TaskValue.Of("ran"));
    })
    {
        RateLimit = limit is null ? null : RateLimit.Parse(limit),
    };
}
