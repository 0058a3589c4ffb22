using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>Events are messages of their own kind, single or in lists; every one has the fields its type is known to have, and no others.</summary>
public sealed class EventVectorTests
{
    private const string Exchange = "celeryev";
    private const string Node = "w1@wirehost";

    private static readonly string[] _common = ["type", "hostname", "utcoffset", "pid", "clock", "timestamp"];

    private static readonly Dictionary<string, string[]> _fields = new(StringComparer.Ordinal)
    {
        ["task-sent"] =
            ["uuid", "root_id", "parent_id", "name", "args", "kwargs", "retries", "eta", "expires", "queue", "exchange", "routing_key"],
        ["task-received"] = ["uuid", "name", "args", "kwargs", "root_id", "parent_id", "retries", "eta", "expires"],
        ["task-started"] = ["uuid"],
        ["task-succeeded"] = ["uuid", "result", "runtime"],
        ["task-failed"] = ["uuid", "exception", "traceback"],
        ["task-retried"] = ["uuid", "exception", "traceback"],
        ["task-revoked"] = ["uuid", "terminated", "signum", "expired"],
        ["task-rejected"] = ["uuid", "requeue"],
        ["worker-online"] = ["freq", "active", "processed", "loadavg", "sw_ident", "sw_ver", "sw_sys"],
        ["worker-heartbeat"] = ["freq", "active", "processed", "loadavg", "sw_ident", "sw_ver", "sw_sys"],
        ["worker-offline"] = ["freq", "active", "processed", "loadavg", "sw_ident", "sw_ver", "sw_sys"],
    };

    private static readonly RedisKeys _keys = new(new TransportOptions([]), 0);

    [Theory]
    [VectorData(VectorKind.AmqpEvent)]
    public void Event_over_amqp_is_read(string file)
    {
        var message = CapturedMessage.OfAmqp(VectorFiles.Read(file).GetProperty("message"));

        message.Exchange.ShouldBe(Exchange);
        ShouldBeEvents(message, VectorFiles.NameOf(file), file);
    }

    [Theory]
    [VectorData(VectorKind.RedisEvent)]
    public void Event_over_redis_is_read(string file)
    {
        var vector = VectorFiles.Read(file);
        var (channel, data) = vector.TryGetProperty("published", out var published)
            ? (published.EnumerateArray().ShouldHaveSingleItem()[0].GetString(), published[0][1].GetString()!)
            : (vector.GetProperty("channel").GetString(), vector.GetProperty("data").GetString()!);
        var message = CapturedMessage.OfRedis(data);

        message.Exchange.ShouldBe(Exchange);
        channel.ShouldBe(_keys.FanoutChannel(Exchange, message.RoutingKey!));
        ShouldBeEvents(message, VectorFiles.NameOf(file), file);
    }

    [Theory]
    [VectorData(VectorKind.DecodedEvent)]
    public void Event_has_the_fields_of_its_type(string file)
    {
        var vector = VectorFiles.Read(file);
        var @event = vector.GetProperty("event");
        var type = VectorFiles.NameOf(file)["decoded-".Length..];

        ShouldBeEvent(@event, type, file);
        vector.GetProperty("in_list").GetBoolean().ShouldBe(type != "task-sent");
        switch (type)
        {
            case "task-sent":
                Text(@event, "hostname").ShouldMatch("^gen[0-9]+@wirehost$");
                (Text(@event, "name"), Text(@event, "args"), Text(@event, "kwargs")).ShouldBe(("tasks.add", "(1, 2)", "{}"));
                (Text(@event, "queue"), Text(@event, "exchange"), Text(@event, "routing_key")).ShouldBe(("celery", "", "celery"));
                break;
            case "task-received":
                (Text(@event, "name"), Text(@event, "args"), Text(@event, "kwargs")).ShouldBe(("tasks.add", "(1, 2)", "{}"));
                Text(@event, "root_id").ShouldBe(Text(@event, "uuid"));
                @event.GetProperty("retries").GetInt32().ShouldBe(0);
                break;
            case "task-succeeded":
                Text(@event, "result").ShouldBe("3");
                @event.GetProperty("runtime").GetDouble().ShouldBePositive();
                break;
            case "task-failed":
                Text(@event, "exception").ShouldBe("ValueError('e', 42)");
                Text(@event, "traceback").ShouldContain("ValueError: ('e', 42)");
                break;
            case "task-retried":
                Text(@event, "exception").ShouldBe("KeyError('first attempt')");
                Text(@event, "traceback").ShouldContain("Retry in 2.0s");
                break;
            case "task-rejected":
                @event.GetProperty("requeue").GetBoolean().ShouldBeFalse();
                break;
            default:
                type.ShouldBe("task-started");
                break;
        }
    }

    [Theory]
    [VectorData(VectorKind.EventSequence)]
    public void Events_of_one_task_tell_its_fate(string file)
    {
        var events = VectorFiles.Read(file).GetProperty("events").EnumerateArray().ToArray();
        var (types, terminated, signal, expired) = VectorFiles.NameOf(file) switch
        {
            "sequence-expired" => ("task-sent task-received task-revoked", false, "null", true),
            "sequence-terminated" => ("task-sent task-received task-started task-revoked", true, "15", false),
            "sequence-while-waiting" => ("task-sent task-received task-revoked", false, "null", false),
            // Nothing tells that it was received, and there is no traceback.
            "sequence-unknown" => ("task-sent task-failed", false, "", false),
            var other => throw new ArgumentException($"Nothing is known of '{other}'."),
        };

        string.Join(' ', events.Select(item => Text(item.GetProperty("event"), "type"))).ShouldBe(types);
        events.Select(item => Text(item.GetProperty("event"), "uuid")).Distinct().ShouldHaveSingleItem();
        foreach (var item in events)
        {
            var @event = item.GetProperty("event");
            ShouldBeEvent(@event, Text(@event, "type"), file);
            item.GetProperty("channel").GetString().ShouldBe(
                _keys.FanoutChannel(Exchange, item.GetProperty("in_list").GetBoolean() ? "task.multi" : Text(@event, "type").Replace('-', '.')));
        }

        var last = events[^1].GetProperty("event");
        if (Text(last, "type") == "task-failed")
        {
            Text(last, "exception").ShouldBe("NotRegistered('tasks.nope')");
            return;
        }

        last.GetProperty("terminated").GetBoolean().ShouldBe(terminated);
        last.GetProperty("signum").GetRawText().ShouldBe(signal);
        last.GetProperty("expired").GetBoolean().ShouldBe(expired);
    }

    /// <summary>The one event of a message that is no list.</summary>
    internal static JsonElement ReadOne(string raw)
    {
        var @event = BodyOf(CapturedMessage.OfRedis(raw).Envelope);
        ShouldBeEvent(@event, Text(@event, "type"), raw);
        return @event;
    }

    private static void ShouldBeEvents(CapturedMessage message, string name, string file)
    {
        message.Envelope.ContentType.ShouldBe("application/json");
        message.Envelope.Persistent.ShouldBeFalse();
        message.RoutingKey.ShouldBe(name.Replace('-', '.'));
        var body = BodyOf(message.Envelope);

        // What a worker tells of tasks comes in lists, even if it is one.
        var events = name == "task-multi" ? body.EnumerateArray().ToArray() : [body];
        events.ShouldNotBeEmpty();
        foreach (var @event in events)
        {
            ShouldBeEvent(@event, name == "task-multi" ? Text(@event, "type") : name, file);
            Text(@event, "hostname").ShouldBe(message.Envelope.Headers.GetString("hostname"));
        }
    }

    private static void ShouldBeEvent(JsonElement @event, string type, string file)
    {
        Text(@event, "type").ShouldBe(type);
        string[] fields = [.. _common, .. _fields[type]];
        // An unregistered task fails without a traceback.
        var missing = fields.Except(@event.EnumerateObject().Select(field => field.Name)).ToArray();
        missing.ShouldBe(type == "task-failed" && file.EndsWith("sequence-unknown.json", StringComparison.Ordinal) ? ["traceback"] : []);
        @event.EnumerateObject().Select(field => field.Name).Except(fields).ShouldBeEmpty();

        @event.GetProperty("utcoffset").GetInt32().ShouldBe(0);
        @event.GetProperty("pid").GetInt32().ShouldBePositive();
        @event.GetProperty("clock").GetInt64().ShouldBePositive();
        DateTimeOffset.FromUnixTimeSeconds((long)@event.GetProperty("timestamp").GetDouble()).UtcDateTime.Date.ShouldBe(new DateTime(2026, 11, 24));
        if (type.StartsWith("worker-", StringComparison.Ordinal))
        {
            Text(@event, "hostname").ShouldBe(Node);
            @event.GetProperty("freq").GetDouble().ShouldBe(2.0);
            @event.GetProperty("loadavg").GetArrayLength().ShouldBe(3);
            Text(@event, "sw_ident").ShouldBe("py-celery");
            Text(@event, "sw_sys").ShouldBe("Linux");
            @event.GetProperty("active").GetInt32().ShouldBeGreaterThanOrEqualTo(0);
            @event.GetProperty("processed").GetInt32().ShouldBeGreaterThanOrEqualTo(0);
        }
        else
        {
            Guid.TryParse(Text(@event, "uuid"), out _).ShouldBeTrue();
        }
    }

    private static JsonElement BodyOf(Envelope envelope)
    {
        using var body = JsonDocument.Parse(envelope.Body);
        return body.RootElement.Clone();
    }

    private static string Text(JsonElement @event, string name) => @event.GetProperty(name).GetString().ShouldNotBeNull(name);
}
