using System.Text.Json;
using CeleryNet.Control;
using CeleryNet.Diagnostics;
using CeleryNet.Events;
using CeleryNet.Extensibility;

namespace CeleryNet.Tests.Worker;

/// <summary>How a worker tells that it is there.</summary>
public sealed class WorkerEventTests
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_worker_tells_when_it_comes_every_two_seconds_that_it_is_there_and_when_it_goes()
    {
        using var gate = new Gate();
        await using var harness = Create(new TaskDefinition("wait", [], gate.PassAsync));
        await using var listener = await harness.ListenAsync();
        await harness.StartAsync();

        var online = await listener.NextMessageAsync();
        await harness.Clock.WaitForTimerAsync(_interval);
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        harness.Clock.Advance(_interval);
        var first = await listener.NextMessageAsync();
        harness.Clock.Advance(_interval);
        var second = await listener.NextMessageAsync();
        gate.Open();
        await harness.StopAsync();
        var offline = await listener.NextMessageAsync();

        new[] { online, first, second, offline }.Select(message => message.RoutingKey).ShouldBe(["worker.online", "worker.heartbeat", "worker.heartbeat", "worker.offline"]);
        Show(online).ShouldBe(Golden(clock: 1, active: 0, processed: 0, "1772600767.0", "worker-online"));
        Show(first).ShouldBe(Golden(clock: 2, active: 1, processed: 1, "1772600769.0", "worker-heartbeat"));
        Show(offline).ShouldBe(Golden(clock: 4, active: 0, processed: 1, "1772600771.0", "worker-offline"));
        online.Body.GetProperty("loadavg").EnumerateArray().ShouldAllBe(load => load.GetRawText().Contains('.', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_that_is_told_so_sends_no_heartbeats()
    {
        await using var harness = new WorkerHarness([Work()], new WorkerOptions { SendHeartbeats = false, SendTaskEvents = true }, events: true);
        await using var listener = await harness.ListenAsync();
        await harness.StartAsync();
        await harness.RunAsync("work");

        // The end of a task is told when its result is there already.
        (await listener.NextTypesAsync(3)).ShouldBe(["task-received", "task-started", "task-succeeded"]);
        harness.Clock.Advance(TimeSpan.FromMinutes(1));
        await harness.RunAsync("work");

        (await listener.NextTypesAsync(3)).ShouldBe(["task-received", "task-started", "task-succeeded"]);
    }

    [Fact]
    public async Task The_last_event_of_a_worker_comes_after_that_of_its_last_task()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness([new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { SendTaskEvents = true }, events: true);
        await using var listener = await harness.ListenAsync();
        await harness.StartAsync();
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        harness.BeginStop();
        gate.Open();
        await harness.WhenStoppedAsync();

        (await listener.NextTypesAsync(5)).ShouldBe(["worker-online", "task-received", "task-started", "task-succeeded", "worker-offline"]);
    }

    [Fact]
    public async Task Remote_control_switches_the_events_of_tasks_in_Celerys_words()
    {
        await using var harness = Create(Work());
        var events = new Commands(harness);

        events.Ask("disable_events").ShouldBe("""{"ok":"task events already disabled"}""");
        events.Ask("enable_events").ShouldBe("""{"ok":"task events enabled"}""");
        harness.Events.SendsTasks.ShouldBeTrue();
        events.Ask("enable_events").ShouldBe("""{"ok":"task events already enabled"}""");
        events.Ask("disable_events").ShouldBe("""{"ok":"task events disabled"}""");
        harness.Events.SendsTasks.ShouldBeFalse();
        harness.Log.Lines.Select(line => line.EventId.Id).ShouldBe([EventIds.TaskEventsEnabled, EventIds.TaskEventsDisabled]);
    }

    [Fact]
    public async Task Events_of_tasks_are_disabled_by_remote_control_even_where_the_worker_was_started_with_them()
    {
        await using var harness = new WorkerHarness([Work()], new WorkerOptions { SendTaskEvents = true });
        var events = new Commands(harness);

        events.Ask("enable_events").ShouldBe("""{"ok":"task events already enabled"}""");
        events.Ask("disable_events").ShouldBe("""{"ok":"task events disabled"}""");
        harness.Events.SendsTasks.ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_asks_for_a_heartbeat_gets_the_short_one_of_Celery()
    {
        await using var harness = Create(Work());
        await using var listener = await harness.ListenAsync("worker.heartbeat");
        await harness.StartAsync();
        var commands = new Commands(harness);

        commands.Ask("heartbeat").ShouldBe("null");

        var heard = await listener.NextAsync();
        heard.EnumerateObject().Select(field => field.Name).ShouldBe(["hostname", "utcoffset", "pid", "clock", "freq", "sw_ident", "sw_ver", "sw_sys", "timestamp", "type"]);
        heard.GetProperty("freq").GetRawText().ShouldBe("5");
    }

    [Theory]
    [InlineData("0.20 0.18 0.12 1/80 11206\n", 0.20, 0.18, 0.12)]
    [InlineData("12.5 8 0.00 1/80 11206", 12.5, 8, 0)]
    [InlineData("", 0, 0, 0)]
    [InlineData("a b c d", 0, 0, 0)]
    public void Load_of_the_machine_is_read(string text, double one, double five, double fifteen) => LoadAverage.Parse(text).ShouldBe((one, five, fifteen));

    private static WorkerHarness Create(TaskDefinition task)
        => new([task], new WorkerOptions { Concurrency = 1, Hostname = "w1@host", HeartbeatInterval = _interval }, events: true);

    private static TaskDefinition Work() => new("work", [], _ => new(TaskValue.Null));

    // How busy the machine is and how the library is called change.
    private static string Show(HeardMessage message)
    {
        var body = message.Body;
        var (load, version) = (body.GetProperty("loadavg").GetRawText(), body.GetProperty("sw_ver").GetRawText());
        return body.GetRawText().Replace(load, "LOAD", StringComparison.Ordinal).Replace(version, "VERSION", StringComparison.Ordinal);
    }

    private static string Golden(int clock, int active, int processed, string timestamp, string type)
        => $$"""{"hostname":"w1@host","utcoffset":0,"pid":{{Environment.ProcessId}},"clock":{{clock}},"freq":2.0,"active":{{active}},"processed":{{processed}},"loadavg":LOAD,"sw_ident":"dotnet-celery","sw_ver":VERSION,"sw_sys":"Linux","timestamp":{{timestamp}},"type":"{{type}}"}""";

    /// <summary>The commands, without the broker between.</summary>
    private sealed class Commands(WorkerHarness harness)
    {
        public string Ask(string command)
        {
            var commands = CeleryNet.Worker.EventCommands.AddEvents(
                new ControlCommands(),
                harness.Events,
                new CeleryNet.Worker.WorkerEvents(harness.Events, null!, _interval, TimeProvider.System),
                harness.Log);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                commands.Find(command).ShouldNotBeNull()(default).Write(writer);
            }

            return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
        }
    }
}
