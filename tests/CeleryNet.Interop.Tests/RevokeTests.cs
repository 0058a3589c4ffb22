using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Tasks of one language that are revoked by the other, wherever they are.</summary>
public abstract class RevokeTests(PeerFixture peers)
{
    private string Node => peers.DotNet.Worker.Hostname;

    [Fact]
    public async Task Python_revokes_a_dotnet_task_that_is_held_for_its_time()
    {
        var id = await SendAsync("interop.add", new JsonArray(1, 2), new JsonObject { ["countdown"] = 3600 });
        await peers.DotNet.Log.WaitForAsync(line => line.EventId.Id == 2005 && line.Message.Contains(id), "the task to be held");

        var answer = await AskAsync("revoke", new JsonObject { ["task_id"] = id });

        answer.ToString().ShouldBe($$"""{"ok": "tasks {{id}} flagged as revoked"}""");
        ShouldBeRevoked(await GetAsync(id), "revoked");
    }

    [Fact]
    public async Task Python_terminates_a_running_dotnet_task()
    {
        var key = Names.Unique("interop-endless");
        var id = await SendAsync("interop.endless", new JsonArray(key));
        await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = 1 });

        var answer = await AskAsync("revoke", new JsonObject { ["task_id"] = id, ["terminate"] = true, ["signal"] = "SIGKILL" });

        answer.ToString().ShouldBe($$"""{"ok": "terminate: {{id}}"}""");
        ShouldBeRevoked(await GetAsync(id), "terminated");
        (await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = 1 }))[0].GetString().ShouldBe("net Revoked");
    }

    [Fact]
    public async Task Python_revokes_a_dotnet_task_before_it_is_sent()
    {
        var id = TaskId.New().Value;
        await AskAsync("revoke", new JsonObject { ["task_id"] = new JsonArray(id, "another") });

        ShouldBeRevoked(await peers.Python.CallAsync("interop.add", "[1, 2]", options: new JsonObject { ["task_id"] = id }), "revoked");
    }

    [Fact]
    public async Task Python_revokes_a_dotnet_task_that_waits_for_a_slot_while_all_are_busy()
    {
        var queue = Names.Unique("interop-busy");
        var key = Names.Unique("interop-endless");
        await using var dotNet = await StartWorkerAsync(queue);
        var running = await SendAsync("interop.endless", new JsonArray(key), new JsonObject { ["queue"] = queue });
        await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = 1 });
        var waiting = await SendAsync("interop.add", new JsonArray(1, 2), new JsonObject { ["queue"] = queue });
        await dotNet.Log.WaitForAsync(line => line.EventId.Id == 2003 && line.Message.Contains(waiting), "the task to be received");

        await AskAsync("revoke", new JsonObject { ["task_id"] = waiting }, dotNet.Worker.Hostname);
        ShouldBeRevoked(await GetAsync(waiting), "revoked");
        await AskAsync("terminate", new JsonObject { ["task_id"] = running }, dotNet.Worker.Hostname);

        ShouldBeRevoked(await GetAsync(running), "terminated");
    }

    [Fact]
    public async Task Celerys_command_line_revokes_and_terminates_dotnet_tasks()
    {
        var key = Names.Unique("interop-endless");
        var id = await SendAsync("interop.endless", new JsonArray(key));
        await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = 1 });
        var later = TaskId.New().Value;

        var revoked = await RunAsync("control", "-d", Node, "-t", "10", "revoke", later);
        var terminated = await RunAsync("control", "-d", Node, "-t", "10", "terminate", "SIGTERM", id);

        revoked.ShouldContain($"tasks {later} flagged as revoked");
        terminated.ShouldContain($"terminate: {id}");
        ShouldBeRevoked(await GetAsync(id), "terminated");
        ShouldBeRevoked(await peers.Python.CallAsync("interop.add", "[1, 2]", options: new JsonObject { ["task_id"] = later }), "revoked");
    }

    [Fact]
    public async Task Python_gets_the_answers_of_Celery_for_patterns_and_for_commands_that_are_not_known()
    {
        var unknown = await BroadcastAsync("nope", [], new JsonObject { ["destination"] = new JsonArray(Node) });
        var pattern = await BroadcastAsync(
            "revoke", new JsonObject { ["task_id"] = "x" }, new JsonObject { ["pattern"] = Node[..^1] + "?", ["matcher"] = "glob", ["limit"] = 1 });

        unknown.ShouldBe($$$"""[{"{{{Node}}}": {"error": "KeyError('nope')"}}]""");
        pattern.ShouldBe($$$"""[{"{{{Node}}}": {"ok": "tasks x flagged as revoked"}}]""");
    }

    [Fact]
    public async Task Python_revokes_dotnet_tasks_by_their_stamps()
    {
        var batch = Names.Unique("batch");
        var key = Names.Unique("interop-endless");
        var stamps = new JsonObject
        {
            ["headers"] = new JsonObject { ["stamped_headers"] = new JsonArray("batch"), ["stamps"] = new JsonObject { ["batch"] = new JsonArray(batch) } },
        };
        var id = await SendAsync("interop.endless", new JsonArray(key), (JsonObject)stamps.DeepClone());
        await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = 1 });

        var answer = await BroadcastAsync(
            "revoke_by_stamped_headers",
            new JsonObject { ["headers"] = new JsonObject { ["batch"] = batch }, ["terminate"] = true },
            new JsonObject { ["destination"] = new JsonArray(Node) });

        answer.ShouldBe($$$"""[{"{{{Node}}}": {"ok": "headers {'batch': {'{{{batch}}}'}} revoked"}}]""");
        ShouldBeRevoked(await GetAsync(id), "terminated");
        ShouldBeRevoked(await peers.Python.CallAsync("interop.add", "[1, 2]", options: (JsonObject)stamps.DeepClone()), "revoked");
    }

    [Fact]
    public async Task DotNet_revokes_a_Python_task_that_is_held_for_its_time()
    {
        // Celery ends it when its time comes.
        var result = await peers.Client.SendTaskAsync<long>("interop.add", [1, 2], options: new() { Countdown = TimeSpan.FromSeconds(3) });

        await result.RevokeAsync(cancellationToken: TestContext.Current.CancellationToken);

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.GetAsync(Bound.Default, TestContext.Current.CancellationToken));
        (error.State, error.ExceptionType).ShouldBe((TaskState.Revoked, "TaskRevokedError"));
    }

    [Fact]
    public async Task DotNet_terminates_a_running_Python_task()
    {
        var queue = Names.Unique("interop-prefork");
        var key = Names.Unique("interop-endless");
        await using var python = await PythonWorker.StartAsync(peers.PythonSettings(queue), queue, "--pool", "prefork", "-c", "1");
        var result = await peers.Client.SendTaskAsync("interop.endless", [key], options: new() { Queue = queue });
        var later = await peers.Client.SendTaskAsync<long>("interop.add", [1, 2], options: new() { Queue = queue });
        await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = 1 });

        await peers.Client.RevokeAsync([later.Id, new TaskId("another")], cancellationToken: TestContext.Current.CancellationToken);
        await peers.Client.RevokeAsync(result.Id, terminate: true, TestContext.Current.CancellationToken);

        foreach (var each in new AsyncResult[] { result, later })
        {
            var error = await Should.ThrowAsync<RemoteTaskException>(() => each.WaitAsync(Bound.Default, TestContext.Current.CancellationToken));
            (error.State, error.ExceptionType).ShouldBe((TaskState.Revoked, "TaskRevokedError"));
            error.Message.ShouldEndWith(each == later ? "revoked" : "terminated");
        }

        // Told to end, Celery 5.2 may wait for the terminated process for ever.
        await python.KillAsync();
    }

    [Fact]
    public async Task A_dotnet_worker_that_is_started_again_with_its_file_still_refuses_what_Python_revoked()
    {
        using var directory = new TestDirectory();
        var queue = Names.Unique("interop-state");
        var id = TaskId.New().Value;
        await using (var first = await StartWorkerAsync(queue, directory["%n.state"]))
        {
            await AskAsync("revoke", new JsonObject { ["task_id"] = id }, first.Worker.Hostname);
        }

        await using var second = await StartWorkerAsync(queue, directory["%n.state"]);

        Directory.GetFiles(directory.Path).ShouldBe([directory[$"busy-{queue}.state"]]);
        ShouldBeRevoked(await peers.Python.CallAsync("interop.add", "[1, 2]", options: new JsonObject { ["task_id"] = id, ["queue"] = queue }), "revoked");
    }

    private Task<DotNetPeer> StartWorkerAsync(string queue, string? state = null) => DotNetPeer.StartAsync(
        peers.Configure,
        worker =>
        {
            worker.Queues = [queue];
            worker.Hostname = $"busy-{queue}@%h";
            worker.Concurrency = 1;
            worker.StateDb = state;
        },
        peers.Counters);

    private async Task<string> SendAsync(string task, JsonArray args, JsonObject? options = null)
    {
        var command = options ?? [];
        command["name"] = task;
        command["args"] = args;
        return (await peers.Python.AskAsync("send", command)).GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> AskAsync(string method, JsonObject arguments, string? node = null)
    {
        arguments["method"] = method;
        arguments["destination"] = new JsonArray(node ?? Node);
        return (await peers.Python.AskAsync("control", arguments)).GetProperty(node ?? Node);
    }

    private async Task<string> BroadcastAsync(string command, JsonObject arguments, JsonObject options)
    {
        options["command"] = command;
        options["arguments"] = arguments;
        return (await peers.Python.AskAsync("broadcast", options)).ToString();
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var done = await peers.Python.AskAsync("command_line", new JsonObject { ["arguments"] = new JsonArray([.. arguments.Select(each => (JsonNode)each)]) });
        done.GetProperty("exit").GetInt32().ShouldBe(0, done.ToString());
        return done.GetProperty("output").GetString()!;
    }

    private async Task<PythonAnswer> GetAsync(string id) => new(await peers.Python.AskAsync("get", new JsonObject { ["id"] = id }));

    private static void ShouldBeRevoked(PythonAnswer answer, string reason)
    {
        answer.State.ShouldBe("REVOKED");
        (answer.ErrorModule, answer.ErrorType, answer.ErrorMessage).ShouldBe(("celery.exceptions", "TaskRevokedError", reason));
    }
}

[Collection<RedisRedis>]
public sealed class RevokeOverRedisWithRedisResultsTests(PeerFixture<RedisBrokerRedisResults> peers) : RevokeTests(peers);

[Collection<AmqpRedis>]
public sealed class RevokeOverAmqpWithRedisResultsTests(PeerFixture<AmqpBrokerRedisResults> peers) : RevokeTests(peers);
