using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CeleryNet.Routing;

namespace CeleryNet.Contract.Tests.Routing;

/// <summary>Calls go where Celery's own router sends them.</summary>
public sealed class RoutingAgainstCeleryTests(CeleryQueues celery) : IClassFixture<CeleryQueues>
{
    private const string Queues = """
        [{"name": "celery"}, {"name": "letters", "exchange": {"name": "post", "type": "topic", "delivery_mode": 1}, "routing_key": "letter.in"},
         {"name": "wide", "exchange": {"name": "all", "type": "fanout"}}]
        """;

    private const string Routes = """
        [["feed.*", {"queue": "feeds"}], ["feed.urgent", {"queue": "urgent", "priority": 9}], ["post.*", {"queue": "letters", "routing_key": "letter.out"}],
         ["/(video|image)\\./", {"exchange": "media", "routing_key": "media.in"}], ["prio.*", {"priority": 4, "delivery_mode": 1}], ["nothing.*", {}],
         ["wide.*", "wide"]]
        """;

    private static readonly CeleryOptions _plain = new();

    private static readonly CeleryOptions _topology = new()
    {
        Queues =
        [
            new("celery"),
            new("letters") { Exchange = "post", ExchangeType = "topic", RoutingKey = "letter.in", DeliveryMode = DeliveryMode.Transient },
            new("wide") { Exchange = "all", ExchangeType = "fanout" },
        ],
    };

    static RoutingAgainstCeleryTests()
    {
        foreach (var options in new[] { _plain, _topology })
        {
            options.Routes
                .Add("feed.*", "feeds")
                .Add("feed.urgent", new SendOptions { Queue = "urgent", Priority = 9 })
                .Add("post.*", new SendOptions { Queue = "letters", RoutingKey = "letter.out" })
                .Add(new Regex(@"(video|image)\."), new SendOptions { Exchange = "media", RoutingKey = "media.in" })
                .Add("prio.*", new SendOptions { Priority = 4, DeliveryMode = DeliveryMode.Transient })
                .Add("nothing.*", SendOptions.Default)
                .Add("wide.*", "wide");
        }
    }

    [Theory]
    [InlineData("t", "{}")]
    [InlineData("t", """{"queue": "math"}""")]
    [InlineData("t", """{"queue": "letters"}""")]
    [InlineData("t", """{"queue": "letters", "routing_key": "letter.own"}""")]
    [InlineData("t", """{"queue": "letters", "exchange": "own", "routing_key": "own.key"}""")]
    [InlineData("t", """{"queue": "wide"}""")]
    [InlineData("t", """{"routing_key": "alone"}""")]
    [InlineData("t", """{"exchange": "alone"}""")]
    [InlineData("t", """{"delivery_mode": 1, "priority": 2}""")]
    [InlineData("feed.tasks.import", "{}")]
    [InlineData("feed.urgent", "{}")]
    [InlineData("feed.urgent", """{"priority": 1}""")]
    [InlineData("feed.urgent", """{"queue": "own"}""")]
    [InlineData("my.feed.urgent", "{}")]
    [InlineData("post.send", "{}")]
    [InlineData("post.send", """{"routing_key": "letter.own"}""")]
    [InlineData("post.send", """{"queue": "own"}""")]
    [InlineData("video.encode", "{}")]
    [InlineData("video.encode", """{"queue": "own"}""")]
    [InlineData("my.video.encode", "{}")]
    [InlineData("prio.x", "{}")]
    [InlineData("prio.x", """{"queue": "letters"}""")]
    [InlineData("nothing.x", "{}")]
    [InlineData("wide.x", "{}")]
    public async Task Call_goes_where_Celery_sends_it(string task, string options)
    {
        await ShouldAgreeAsync(_plain, null, task, options);
        await ShouldAgreeAsync(_topology, Queues, task, options);
    }

    private async Task ShouldAgreeAsync(CeleryOptions ours, string? queues, string task, string options)
    {
        var theirs = await celery.RouteAsync(new JsonObject(), queues is null ? null : JsonNode.Parse(queues), JsonNode.Parse(Routes), task, JsonNode.Parse(options)!);

        var routed = new TaskRouter(ours).Route(new Signature(task, [], options: Read(JsonElement.Parse(options))));

        routed.Destination.Exchange.ShouldBe(theirs.GetProperty("exchange").GetString());
        routed.Destination.RoutingKey.ShouldBe(theirs.GetProperty("routing_key").GetString());
        ((int)routed.DeliveryMode).ShouldBe(theirs.GetProperty("delivery_mode").GetInt32());
        if (theirs.GetProperty("priority").ValueKind == JsonValueKind.Number)
        {
            routed.Options.Priority.ShouldBe(theirs.GetProperty("priority").GetInt32());
        }

        if (routed.Destination.Declare is { } declared)
        {
            theirs.GetProperty("declare").EnumerateArray().Select(each => each.GetString()).ShouldBe([declared.Name]);
        }
    }

    private static SendOptions Read(JsonElement options)
    {
        return new SendOptions
        {
            Queue = Text("queue"),
            Exchange = Text("exchange"),
            RoutingKey = Text("routing_key"),
            Priority = options.TryGetProperty("priority", out var priority) ? priority.GetInt32() : null,
            DeliveryMode = options.TryGetProperty("delivery_mode", out var mode) ? (DeliveryMode)mode.GetInt32() : null,
        };

        string? Text(string name) => options.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
