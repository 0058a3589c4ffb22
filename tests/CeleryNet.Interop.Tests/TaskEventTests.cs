using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>
/// A monitor of Celery's own hears of a task of a .NET worker what it hears of the same task of a Python worker: the same events, with the same fields, of the same types
/// and, as far as they do not tell who it was and when, with the same values.
/// </summary>
public abstract class TaskEventTests(EventFixture peers)
{
    private const string Received = "task-received";
    private const string Started = "task-started";
    private const string Succeeded = "task-succeeded";
    private const string Failed = "task-failed";
    private const string Retried = "task-retried";
    private const string Revoked = "task-revoked";
    private const string Rejected = "task-rejected";

    // Who, when, and the traces of two languages.
    private static readonly string[] _own = ["hostname", "pid", "clock", "timestamp", "local_received", "uuid", "root_id", "eta", "expires", "traceback", "runtime"];

    private static readonly string[] _ownOfState =
        ["uuid", "root_id", "eta", "expires", "received", "sent", "started", "rejected", "succeeded", "failed", "retried", "revoked", "worker", "timestamp", "runtime", "traceback", "clock", "pid", "local_received"];

    public static TheoryData<string, string, string, string[]> Tasks => new()
    {
        { "interop.add", "[1, 2]", "{}", [Received, Started, Succeeded] },
        { "interop.nothing", "[]", "{}", [Received, Started, Succeeded] },
        { "interop.echo", """[{"texts": ["it's", "schön", "🦆"], "numbers": [1, 2.5, -3e20, null, true]}]""", "{}", [Received, Started, Succeeded] },
        { "interop.echo", $"[\"{new string('x', 5000)}\"]", """{"argsrepr": "(shown,)"}""", [Received, Started, Succeeded] },
        { "interop.add", "[1, 2]", """{"countdown": 0.2, "shadow": "shown.name", "expires": 1000, "parent_id": "the-parent", "root_id": "the-root"}""", [Received, Started, Succeeded] },
        { "interop.fail", """["it's broken"]""", "{}", [Received, Started, Failed] },
        { "interop.flaky", """["KEY", 2, 0]""", "{}", [Received, Started, Retried, Received, Started, Retried, Received, Started, Succeeded] },
        { "interop.nope", "[]", "{}", [Failed] },
        { "interop.tell", """["news"]""", "{}", [Received, Started, "task-told", Succeeded] },
        { "interop.add", "[1, 2]", """{"expires": -1}""", [Revoked] },
    };

    [Theory]
    [MemberData(nameof(Tasks))]
    public async Task Monitor_hears_the_same_of_a_dotnet_task_as_of_a_Python_task(string task, string args, string options, string[] types)
    {
        args = args.Replace("KEY", Names.Unique("events"), StringComparison.Ordinal);
        var python = await RunAsync(peers.PythonQueue, task, args, options, types);
        var dotNet = await RunAsync(peers.DotNetQueue, task, args, options, types);

        await ShouldBeAlikeAsync(dotNet, python);
    }

    [Fact]
    public async Task Monitor_hears_of_a_task_that_is_revoked_before_it_comes()
    {
        var python = TaskId.New().Value;
        var dotNet = TaskId.New().Value;
        await RevokeAsync(python, terminate: false, peers.PythonNode);
        await RevokeAsync(dotNet, terminate: false, peers.DotNetNode);

        await ShouldBeAlikeAsync(
            await RunAsync(peers.DotNetQueue, "interop.add", "[1, 2]", $$"""{"task_id": "{{dotNet}}"}""", [Revoked]),
            await RunAsync(peers.PythonQueue, "interop.add", "[1, 2]", $$"""{"task_id": "{{python}}"}""", [Revoked]));
    }

    [Fact]
    public async Task Monitor_hears_of_a_task_that_is_terminated_while_it_runs()
    {
        var key = Names.Unique("events-endless");
        var python = await TerminateAsync(key, peers.PythonQueue, peers.PythonNode);
        var dotNet = await TerminateAsync(key, peers.DotNetQueue, peers.DotNetNode);

        await ShouldBeAlikeAsync(dotNet, python);
    }

    [Fact]
    public async Task Monitor_hears_that_a_message_was_rejected_and_that_its_task_has_failed_as_from_Celery_5_6()
    {
        // Celery 5.2 knows nothing of the second.
        var python = await RunAsync(peers.PythonQueue, "interop.refuse", """["no"]""", "{}", [Received, Started, Rejected]);
        var dotNet = await RunAsync(peers.DotNetQueue, "interop.refuse", """["no"]""", "{}", [Received, Started, Rejected, Failed]);

        ShouldBeAlike(dotNet[..^1], python);
        dotNet[^1].GetProperty("exception").GetString().ShouldBe("Reject('no', False)");
    }

    [Fact]
    public async Task Nothing_is_told_of_a_task_whose_declaration_does_not_want_it()
    {
        var untold = await SendAsync(peers.DotNetQueue, "interop.untold", "[]", "{}");
        await peers.Python.AskAsync("get", new JsonObject { ["id"] = untold });

        // What was told of it would have come before.
        await RunAsync(peers.DotNetQueue, "interop.add", "[1, 2]", "{}", [Received, Started, Succeeded]);

        (await peers.Listener.AskAsync("count", new JsonObject { ["id"] = untold })).GetInt32().ShouldBe(0);
    }

    private async Task<JsonElement[]> TerminateAsync(string key, string queue, string node)
    {
        var id = await SendAsync(queue, "interop.endless", $"[\"{key}\"]", "{}");
        await peers.Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = 1 });
        await RevokeAsync(id, terminate: true, node);
        return await HeardAsync(id, Received, Started, Revoked);
    }

    private Task RevokeAsync(string id, bool terminate, string node) => peers.Python.AskAsync(
        "control",
        new JsonObject { ["method"] = "revoke", ["task_id"] = id, ["terminate"] = terminate, ["destination"] = new JsonArray(node) });

    private async Task<JsonElement[]> RunAsync(string queue, string task, string args, string options, string[] types)
        => await HeardAsync(await SendAsync(queue, task, args, options), types);

    private async Task<string> SendAsync(string queue, string task, string args, string options)
    {
        var command = JsonNode.Parse(options)!.AsObject();
        command["name"] = task;
        command["args"] = JsonNode.Parse(args);
        command["queue"] = queue;
        return (await peers.Python.AskAsync("send", command)).GetProperty("id").GetString()!;
    }

    private async Task<JsonElement[]> HeardAsync(string id, params string[] types)
        => [.. (await peers.Listener.AskAsync("task_events", new JsonObject
        {
            ["id"] = id,
            ["types"] = new JsonArray([.. types.Select(type => (JsonNode)type)]),
        })).EnumerateArray()];

    private async Task ShouldBeAlikeAsync(JsonElement[] dotNet, JsonElement[] python)
    {
        ShouldBeAlike(dotNet, python);
        ShouldBeAlike(await StateAsync(dotNet), await StateAsync(python), _ownOfState);
    }

    private Task<JsonElement> StateAsync(JsonElement[] events)
        => peers.Listener.AskAsync("task_state", new JsonObject { ["id"] = events[0].GetProperty("uuid").GetString() });

    private static void ShouldBeAlike(JsonElement[] dotNet, JsonElement[] python)
    {
        // Python's own order is that of several processes: the event of a retry may come before or after the message of the retry does.
        foreach (var (mine, theirs) in dotNet.OrderBy(TypeOf).Zip(python.OrderBy(TypeOf)))
        {
            TypeOf(mine).ShouldBe(TypeOf(theirs));
            ShouldBeAlike(mine, theirs, _own);
        }

        dotNet.Select(each => each.GetProperty("clock").GetInt64()).ShouldBeInOrder();
    }

    private static void ShouldBeAlike(JsonElement dotNet, JsonElement python, string[] own)
    {
        dotNet.EnumerateObject().Select(field => field.Name).ShouldBe(python.EnumerateObject().Select(field => field.Name), ignoreOrder: true);
        foreach (var field in python.EnumerateObject())
        {
            var mine = dotNet.GetProperty(field.Name);
            if (field.Name == "parent_id" && field.Value.ToString() == python.GetProperty("uuid").GetString())
            {
                // To Celery a retry is sent by the task itself, which it makes its own parent.
                continue;
            }

            if (own.Contains(field.Name))
            {
                Kind(mine).ShouldBe(Kind(field.Value), field.Name);
            }
            else
            {
                mine.GetRawText().ShouldBe(field.Value.GetRawText(), field.Name);
            }
        }
    }

    // Python knows whole numbers and others.
    private static string Kind(JsonElement value)
        => value.ValueKind != JsonValueKind.Number ? value.ValueKind.ToString() : value.TryGetInt64(out _) ? "int" : "float";

    private static string TypeOf(JsonElement @event) => @event.GetProperty("type").GetString()!;
}

[Collection<RedisEvents>]
public sealed class TaskEventsOverRedisTests(EventFixture<RedisBrokerRedisResults> peers) : TaskEventTests(peers);

[Collection<AmqpEvents>]
public sealed class TaskEventsOverAmqpTests(EventFixture<AmqpBrokerRedisResults> peers) : TaskEventTests(peers);
