using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Interop.Tests;

/// <summary>What monitors of Celery's own hear of workers and clients, and how they are told to.</summary>
public abstract class WorkerEventTests(EventFixture peers)
{
    // Who, when, how busy, and what it is.
    private static readonly string[] _own =
        ["hostname", "pid", "clock", "timestamp", "local_received", "active", "processed", "loadavg", "sw_ident", "sw_ver", "heartbeats"];

    [Theory]
    [InlineData("worker-online")]
    [InlineData("worker-heartbeat")]
    public async Task Monitor_hears_the_same_of_a_dotnet_worker_as_of_a_Python_worker(string type)
    {
        var (dotNet, python) = (await HeardAsync(peers.DotNetNode, type), await HeardAsync(peers.PythonNode, type));

        ShouldBeAlike(dotNet, python);
        dotNet.GetProperty("sw_ident").GetString().ShouldBe("dotnet-celery");
    }

    [Fact]
    public async Task Monitor_takes_a_dotnet_worker_for_alive()
    {
        await HeardAsync(peers.DotNetNode, "worker-heartbeat");
        await HeardAsync(peers.PythonNode, "worker-heartbeat");
        var (dotNet, python) = (await StateAsync(peers.DotNetNode), await StateAsync(peers.PythonNode));

        ShouldBeAlike(dotNet, python);
        dotNet.GetProperty("alive").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Monitor_hears_when_a_dotnet_worker_ends()
    {
        var queue = Names.Unique("events-end");
        string node;
        await using (var worker = await StartAsync(queue))
        {
            node = worker.Worker.Hostname;
        }

        var offline = await HeardAsync(node, "worker-offline");

        offline.EnumerateObject().Select(field => field.Name).ShouldBe((await HeardAsync(node, "worker-online")).EnumerateObject().Select(field => field.Name));
        (await StateAsync(node)).GetProperty("status").GetString().ShouldBe("OFFLINE");
    }

    [Fact]
    public async Task Celerys_command_line_enables_and_disables_the_events_of_tasks()
    {
        var queue = Names.Unique("events-switch");
        await using var worker = await StartAsync(queue);
        var node = worker.Worker.Hostname;

        var early = await RunAsync(queue);
        (await ControlAsync(node, "enable_events")).ShouldContain("task events enabled");
        (await ControlAsync(node, "enable_events")).ShouldContain("task events already enabled");
        var told = await RunAsync(queue);
        await TaskHeardAsync(told);
        (await ControlAsync(node, "disable_events")).ShouldContain("task events disabled");
        (await ControlAsync(node, "disable_events")).ShouldContain("task events already disabled");
        var late = await RunAsync(queue);
        (await ControlAsync(node, "enable_events")).ShouldContain("task events enabled");

        // What was told of the others would have come before.
        await TaskHeardAsync(await RunAsync(queue));
        foreach (var untold in new[] { early, late })
        {
            (await peers.Listener.AskAsync("count", new JsonObject { ["id"] = untold })).GetInt32().ShouldBe(0);
        }
    }

    [Fact]
    public async Task Celerys_command_line_dumps_the_events_of_a_dotnet_worker()
    {
        await using var dump = PythonProcess.StartModule(
            "celery", ["-A", "app", "events", "--dump"], peers.Settings(peers.DotNetQueue).Environment, PythonSettings.Directory);

        // It asks for them when it listens.
        await dump.WaitForLineAsync(line => line.StartsWith(peers.DotNetNode, StringComparison.Ordinal) && line.Contains("heartbeat", StringComparison.Ordinal), "a heartbeat");
        var id = await RunAsync(peers.DotNetQueue);

        foreach (var what in new[] { $"task received: interop.add({id}) args=(1, 2) kwargs={{}}", $"task started: interop.add({id}) args=(1, 2) kwargs={{}}", $"task succeeded: interop.add({id}) args=(1, 2) kwargs={{}}" })
        {
            await dump.WaitForLineAsync(line => line.StartsWith(peers.DotNetNode, StringComparison.Ordinal) && line.Contains(what, StringComparison.Ordinal), what);
        }
    }

    [Fact]
    public async Task Monitor_hears_the_same_of_a_dotnet_call_as_of_a_Python_call()
    {
        var environment = peers.Settings(peers.DotNetQueue) with { SentEvents = true };
        await using var producer = await PythonDriver.StartAsync(environment);
        var python = (await producer.AskAsync("send", new JsonObject { ["name"] = "interop.add", ["args"] = new JsonArray(1, 2) })).GetProperty("id").GetString()!;
        await using var client = await DotNetPeer.StartAsync(options =>
        {
            peers.Configure(options);
            options.SendTaskSentEvent = true;
        });
        var dotNet = await client.Client.SendTaskAsync("interop.add", [1, 2], cancellationToken: TestContext.Current.CancellationToken);
        string[] own = ["hostname", "pid", "clock", "timestamp", "local_received", "uuid", "root_id"];

        var (mine, theirs) = ((await TaskHeardAsync(dotNet.Id.Value, "task-sent"))[0], (await TaskHeardAsync(python, "task-sent"))[0]);

        ShouldBeAlike(mine, theirs, own);
        mine.GetProperty("hostname").GetString()!.ShouldStartWith($"gen{Environment.ProcessId}@");
        mine.GetProperty("root_id").GetString().ShouldBe(dotNet.Id.Value);
    }

    [Fact]
    public async Task A_dotnet_program_hears_of_workers_and_tasks_of_both_sides()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var events = peers.DotNet.Services.GetRequiredService<ICeleryEvents>();
        var missing = new HashSet<(string, string)>
        {
            (peers.DotNetNode, "worker-heartbeat"), (peers.PythonNode, "worker-heartbeat"),
            (peers.DotNetNode, "task-succeeded"), (peers.PythonNode, "task-succeeded"),
        };
        Task<string>[]? running = null;
        await foreach (var told in events.ListenAsync(cancellationToken: cancellationToken).WithCancellation(cancellationToken))
        {
            // It listens; so it hears of them.
            running ??= [Task.Run(() => RunAsync(peers.DotNetQueue), cancellationToken), Task.Run(() => RunAsync(peers.PythonQueue), cancellationToken)];
            missing.Remove((told.Hostname, told.Type));
            told.Timestamp.ShouldNotBeNull().ShouldBeInRange(DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
            told.TaskId.HasValue.ShouldBe(told.Group == "task");
            if (missing.Count == 0)
            {
                break;
            }
        }

        missing.ShouldBeEmpty();
        await Task.WhenAll(running.ShouldNotBeNull());
    }

    [Fact]
    public async Task Monitor_hears_of_the_retry_that_a_dotnet_worker_sends()
    {
        var queue = Names.Unique("events-retry");
        await using var worker = await StartAsync(queue, tellsAll: true);
        var options = new JsonObject { ["queue"] = queue };
        var id = (await peers.Python.CallAsync("interop.flaky", $"[\"{queue}\", 1, 0]", options: options)).Id;

        var sent = (await TaskHeardAsync(id, "task-sent", "task-retried", "task-received", "task-started"))[0];

        (sent.GetProperty("name").GetString(), sent.GetProperty("retries").GetInt32(), sent.GetProperty("queue").GetString()).ShouldBe(("interop.flaky", 1, queue));
    }

    private Task<DotNetPeer> StartAsync(string queue, bool tellsAll = false) => DotNetPeer.StartAsync(
        options =>
        {
            peers.Configure(options);
            options.SendTaskSentEvent = tellsAll;
        },
        worker =>
        {
            worker.Queues = [queue];
            worker.Hostname = $"{queue}@%h";
            worker.SendTaskEvents = tellsAll;
        },
        peers.Counters);

    private async Task<string> RunAsync(string queue)
        => (await peers.Python.CallAsync("interop.add", "[1, 2]", options: new JsonObject { ["queue"] = queue, ["argsrepr"] = "(1, 2)" })).Id;

    private async Task<string> ControlAsync(string node, string command)
    {
        var arguments = new JsonArray("control", "-d", node, "-t", "10", command);
        var done = await peers.Python.AskAsync("command_line", new JsonObject { ["arguments"] = arguments });
        done.GetProperty("exit").GetInt32().ShouldBe(0, done.ToString());
        return done.GetProperty("output").GetString()!;
    }

    private async Task<JsonElement[]> TaskHeardAsync(string id, params string[] more)
        => [.. (await peers.Listener.AskAsync("task_events", new JsonObject
        {
            ["id"] = id,
            ["types"] = new JsonArray([.. more.Concat(["task-received", "task-started", "task-succeeded"]).Select(type => (JsonNode)type)]),
        })).EnumerateArray().OrderByDescending(each => each.GetProperty("type").GetString() == "task-sent")];

    private Task<JsonElement> HeardAsync(string node, string type)
        => peers.Listener.AskAsync("worker_event", new JsonObject { ["hostname"] = node, ["type"] = type });

    private Task<JsonElement> StateAsync(string node) => peers.Listener.AskAsync("worker_state", new JsonObject { ["hostname"] = node });

    private static void ShouldBeAlike(JsonElement dotNet, JsonElement python, string[]? own = null)
    {
        dotNet.EnumerateObject().Select(field => field.Name).ShouldBe(python.EnumerateObject().Select(field => field.Name), ignoreOrder: true);
        foreach (var field in python.EnumerateObject())
        {
            var mine = dotNet.GetProperty(field.Name);
            Kind(mine).ShouldBe(Kind(field.Value), field.Name);
            if (!(own ?? _own).Contains(field.Name))
            {
                mine.GetRawText().ShouldBe(field.Value.GetRawText(), field.Name);
            }
        }
    }

    // Python knows whole numbers and others.
    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out _) ? "int" : "float",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Kind).Distinct())}]",
        var kind => kind.ToString(),
    };
}

[Collection<RedisEvents>]
public sealed class WorkerEventsOverRedisTests(EventFixture<RedisBrokerRedisResults> peers) : WorkerEventTests(peers);

[Collection<AmqpEvents>]
public sealed class WorkerEventsOverAmqpTests(EventFixture<AmqpBrokerRedisResults> peers) : WorkerEventTests(peers);
