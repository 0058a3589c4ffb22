using System.Text.Json;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>A call of Python's <c>app.control</c> as the capture made it, and what a worker answers.</summary>
/// <param name="Method">The command.</param>
/// <param name="Arguments">As JSON; null when it names the task that was run before.</param>
internal sealed record ControlCall(string Method, string? Arguments = "{}")
{
    public string Destination { get; init; } = "null";

    public bool WantsReply { get; init; } = true;

    /// <summary>What the worker answers, as JSON; null when it tells of the machine or of what ran before.</summary>
    public string? Answer { get; init; }

    /// <summary>What holds of the answer in any case.</summary>
    public Action<JsonElement>? Check { get; init; }

    /// <summary>By the names of the files.</summary>
    public static ControlCall For(string name) => name switch
    {
        "ping" => new("ping") { Answer = """{"ok": "pong"}""" },
        "ping-destination" or "broadcast-ping-destination" => new("ping") { Destination = """["w1@wirehost"]""", Answer = """{"ok": "pong"}""" },
        "active" => new("active", """{"safe": null}""") { Answer = "[]" },
        "scheduled" => new("scheduled") { Answer = "[]" },
        "reserved" => new("reserved") { Answer = "[]" },
        "revoked" => new("revoked") { Check = ShouldListIds },
        "query_task" => new("query_task", null) { Answer = "{}" },
        "registered" => new("registered", """{"taskinfoitems": []}""") { Check = ShouldListTasks },
        "conf" => new("conf", """{"with_defaults": false}""") { Check = ShouldHidePassword },
        "stats" => new("stats") { Check = ShouldBeStatistics },
        "clock" => new("clock") { Check = answer => answer.GetProperty("clock").GetInt64().ShouldBePositive() },
        "report" => new("report") { Check = answer => answer.GetProperty("ok").GetString().ShouldNotBeNull().ShouldContain("software -> celery:") },
        "active_queues" => new("active_queues") { Check = ShouldBeQueues },
        "revoke" => new("revoke", """{"task_id": ["id-1", "id-2"], "terminate": false, "signal": "SIGTERM"}""") { WantsReply = false },
        "shutdown-other" => new("shutdown") { Destination = """["nobody@nowhere"]""", WantsReply = false },
        "broadcast-revoke" => new("revoke", """{"task_id": "some-id", "terminate": true, "signal": "SIGTERM"}""") { WantsReply = false },
        "broadcast-election" => new("election", """{"id": "el1", "topic": "topic1", "action": "action"}""") { WantsReply = false },
        "broadcast-rate_limit" => new("rate_limit", """{"task_name": "tasks.add", "rate_limit": "10/m"}""")
        {
            Answer = """{"ok": "new rate limit set successfully"}""",
        },
        "broadcast-time_limit" => new("time_limit", """{"task_name": "tasks.add", "hard": 100, "soft": 90}""")
        {
            Answer = """{"ok": "time limits set successfully"}""",
        },
        "broadcast-pool_grow" => new("pool_grow", """{"n": 1}""") { Answer = """{"ok": "pool will grow"}""" },
        "broadcast-add_consumer" => new("add_consumer", """{"queue": "extra", "exchange": null, "exchange_type": "direct", "routing_key": null}""")
        {
            Answer = """{"ok": "add consumer extra"}""",
        },
        "broadcast-cancel_consumer" => new("cancel_consumer", """{"queue": "extra"}""") { Answer = """{"ok": "no longer consuming from extra"}""" },
        "broadcast-enable_events" => new("enable_events") { Answer = """{"ok": "task events already enabled"}""" },
        "broadcast-unknown" => new("nope") { Answer = """{"error": "KeyError('nope')"}""" },
        _ => throw new ArgumentException($"Nothing is known of the call '{name}'."),
    };

    private static void ShouldListIds(JsonElement answer)
    {
        var ids = answer.EnumerateArray().Select(id => id.GetString()!).ToArray();
        ids.ShouldNotBeEmpty();
        ids.ShouldBe(ids.Select(id => Guid.Parse(id).ToString()));
    }

    // Those of the capture, in order; none of Celery's own.
    private static void ShouldListTasks(JsonElement answer) => answer.EnumerateArray().Select(task => task.GetString()).ShouldBe(
        "add echo fail fail_custom ignored mul on_error progress rejected retry_then_ok slow slow_late spawn_children xsum".Split(' ').Select(task => "tasks." + task));

    private static void ShouldHidePassword(JsonElement answer)
    {
        answer.GetProperty("broker_url").GetString().ShouldNotBeNull().ShouldMatch(@"^(amqp://guest:\*{8}@127\.0\.0\.1:5701//|redis://(:\*{8}@)?127\.0\.0\.1:6401/0)$");
        answer.GetProperty("task_track_started").GetBoolean().ShouldBeTrue();
    }

    private static void ShouldBeStatistics(JsonElement answer)
    {
        answer.GetProperty("total").EnumerateObject().ShouldContain(task => task.Name == "tasks.add" && task.Value.GetInt32() > 0);
        // A text here, a number in every header.
        answer.GetProperty("clock").GetString().ShouldNotBeNull().ShouldMatch("^[0-9]+$");
        answer.GetProperty("pool").GetProperty("max-concurrency").GetInt32().ShouldBe(3);
        answer.GetProperty("broker").GetProperty("hostname").GetString().ShouldBe("127.0.0.1");
        answer.GetProperty("broker").TryGetProperty("password", out _).ShouldBeFalse();
        answer.GetProperty("pid").GetInt32().ShouldBePositive();
        answer.GetProperty("prefetch_count").GetInt32().ShouldBe(12);
    }

    private static void ShouldBeQueues(JsonElement answer)
    {
        var queue = answer.EnumerateArray().ShouldHaveSingleItem();
        queue.GetProperty("name").GetString().ShouldBe("celery");
        queue.GetProperty("routing_key").GetString().ShouldBe("celery");
        queue.GetProperty("durable").GetBoolean().ShouldBeTrue();
        queue.GetProperty("exclusive").GetBoolean().ShouldBeFalse();
        queue.GetProperty("exchange").GetProperty("type").GetString().ShouldBe("direct");
    }
}
