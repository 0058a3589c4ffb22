using System.Text;
using System.Text.Json;
using CeleryNet.Tasks;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>What the message of a retry has of the message that was run.</summary>
public sealed class RetryMessageTests
{
    private const string Embed = """{"callbacks": [{"task": "next", "args": [1.0]}], "errbacks": [{"task": "oops"}], "chain": [{"task": "last"}], "chord": {"task": "sum"}}""";

    private readonly TestClock _clock = new();

    [Fact]
    public void All_that_belongs_to_the_task_stays_as_it_came()
    {
        var original = MessageFactory.Task(
            "proj.add", """[1.0, "ü", {"__type__": "uuid", "__value__": "x"}]""", """{"z": 12345678901234567890}""", id: "id-1", replyTo: "reply-queue", priority: 7, embed: Embed,
            headers: headers =>
            {
                headers.Set("shadow", "shown");
                headers.Set("expires", "2026-03-04T06:06:07.250000+00:00");
                headers.Set("group", "group-1");
                headers.Set("group_index", 4L);
                headers.Set("retries", 1L);
                headers.Set("timelimit", new object?[] { 60L, 30.5 });
                headers.Set("root_id", "root-1");
                headers.Set("parent_id", "parent-1");
                headers.Set("argsrepr", "(as the sender said)");
                headers.Set("kwargsrepr", "{as the sender said}");
                headers.Set("replaced_task_nesting", 2L);
                headers.Set("stamped_headers", new object?[] { "s" });
                headers.Set("stamps", new Dictionary<string, object?> { ["s"] = new object?[] { "one" } });
                headers.Set("x-own", new byte[] { 1, 2 });
                headers.Set("compression", "application/x-gzip");
                headers.Set("x-death", Array.Empty<object?>());
                headers.Set("x-first-death-queue", "delay");
                headers.Set("x-last-death-reason", "expired");
                headers.Set("x-delivery-count", 2L);
            });

        var (retry, destination) = Make(original, Retry(TimeSpan.FromSeconds(90)));

        var expected = new MessageHeaders();
        foreach (var (name, value) in original.Headers.Items.Where(item => !item.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            expected.Set(name, value);
        }

        expected.Set("x-own", new byte[] { 1, 2 });
        expected.Set("retries", 2L);
        expected.Set("eta", "2026-03-04T05:07:37+00:00");
        expected.Set("origin", "gen1@test");
        Show(retry.Headers).ShouldBe(Show(expected), ignoreOrder: true);
        (retry.CorrelationId, retry.ReplyTo, retry.Priority, retry.Persistent).ShouldBe(("id-1", "reply-queue", 7, true));
        retry.Expiration.ShouldBe("3600250");
        (retry.ContentType, retry.ContentEncoding).ShouldBe((original.ContentType, original.ContentEncoding));
        retry.Body.ToArray().ShouldBe(original.Body.ToArray());
        (destination.Exchange, destination.RoutingKey).ShouldBe(("", "celery"));
    }

    [Fact]
    public void A_body_that_is_written_anew_has_the_same_arguments_and_what_comes_after_the_task()
    {
        var original = MessageFactory.Task("proj.add", """[1.0, "ü", null]""", """{"z": 12345678901234567890}""", embed: Embed);

        var (retry, _) = Make(original, Retry(TimeSpan.Zero, options: new() { Serializer = "json", Compression = "gzip" }));

        retry.Headers["compression"].ShouldBe("application/x-gzip");
        var read = Content.Reader().Read(retry).Body;
        Encoding.UTF8.GetString(read.Args.Span).ShouldBe("""[1.0,"ü",null]""");
        Encoding.UTF8.GetString(read.Kwargs.Span).ShouldBe("""{"z":12345678901234567890}""");
        Encoding.UTF8.GetString(read.Embed.Callbacks.Span).ShouldBe("""[{"task": "next", "args": [1.0]}]""");
        Encoding.UTF8.GetString(read.Embed.Errbacks.Span).ShouldBe("""[{"task": "oops"}]""");
        Encoding.UTF8.GetString(read.Embed.Chain.Span).ShouldBe("""[{"task": "last"}]""");
        Encoding.UTF8.GetString(read.Embed.Chord.Span).ShouldBe("""{"task": "sum"}""");
    }

    [Fact]
    public void A_message_that_carries_little_gets_nothing_added()
    {
        var original = MessageFactory.Task("proj.add", id: "id-1", headers: headers => headers.Set("ignore_result", null));

        var (retry, _) = Make(original, Retry(TimeSpan.Zero));

        retry.Headers["parent_id"].ShouldBeNull();
        retry.Headers["root_id"].ShouldBe("id-1");
        retry.Headers.Items.ShouldNotContain(item => item.Key == "stamps" || item.Key == "compression");
        (retry.ReplyTo, retry.Priority, retry.Expiration).ShouldBe(("", null, null));
    }

    [Theory]
    [InlineData("", "other", "", "other")]
    [InlineData("events", "some.key", "events", "some.key")]
    public void A_message_goes_back_the_way_it_came(string exchange, string routingKey, string expectedExchange, string expectedKey)
    {
        var (_, destination) = Make(MessageFactory.Task("proj.add"), Retry(TimeSpan.Zero), exchange: exchange, routingKey: routingKey);

        (destination.Exchange, destination.RoutingKey).ShouldBe((expectedExchange, expectedKey));
    }

    [Fact]
    public void The_options_of_the_retry_win()
    {
        var original = MessageFactory.Task("proj.add", priority: 7, replyTo: "reply-queue", headers: headers =>
        {
            headers.Set("expires", "2026-03-04T06:06:07+00:00");
            headers.Set("x-own", "old");
            headers.Set("stamps", new Dictionary<string, object?> { ["s"] = "old" });
            headers.Set("stamped_headers", new object?[] { "s" });
        });
        var options = new SendOptions
        {
            Queue = "slow",
            Priority = 0,
            ExpiresAfter = TimeSpan.FromMinutes(1),
            TimeLimit = TimeSpan.FromSeconds(5),
            DeliveryMode = DeliveryMode.Transient,
            Headers = new Dictionary<string, JsonElement> { ["x-own"] = JsonElement.Parse("\"new\"") },
            Stamps = new Dictionary<string, JsonElement> { ["t"] = JsonElement.Parse("\"new\"") },
            ArgsRepr = "(hidden)",
        };

        var (retry, destination) = Make(original, Retry(TimeSpan.Zero, options: options), exchange: "events", routingKey: "some.key");

        (destination.Exchange, destination.RoutingKey).ShouldBe(("", "slow"));
        (retry.Priority, retry.Persistent, retry.Expiration, retry.ReplyTo).ShouldBe((0, false, "60000", "reply-queue"));
        retry.Headers["expires"].ShouldBe("2026-03-04T05:07:07+00:00");
        retry.Headers["x-own"].ShouldBe("new");
        retry.Headers["stamps"].ShouldBeOfType<Dictionary<string, object?>>().ShouldHaveSingleItem().ShouldBe(new("t", "new"));
        retry.Headers["stamped_headers"].ShouldBe(new object?[] { "t" });
        retry.Headers["argsrepr"].ShouldBe("(hidden)");
        retry.Headers["timelimit"].ShouldBe(new object?[] { 5L, null });
    }

    [Fact]
    public void New_arguments_replace_the_old_ones_and_their_texts()
    {
        var original = MessageFactory.Task("proj.add", "[1, 2]", """{"z": 3}""");

        var (retry, _) = Make(original, Retry(TimeSpan.Zero, args: [5, "x"], kwargs: new() { ["y"] = null }));

        var body = Body(retry);
        body[0].GetRawText().ShouldBe("""[5,"x"]""");
        body[1].GetRawText().ShouldBe("""{"y":null}""");
        retry.Headers["argsrepr"].ShouldBe("(5, 'x')");
        retry.Headers["kwargsrepr"].ShouldBe("{'y': None}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sensitive_arguments_are_sent_and_not_shown(bool areNew)
    {
        var definition = new TaskDefinition(
            "proj.sign_in",
            [
                new("name", "name", isOptional: false, isKeywordOnly: false),
                new("pin", "pin", isOptional: false, isKeywordOnly: false) { IsSensitive = true },
                new("code", "code", isOptional: false, isKeywordOnly: true) { IsSensitive = true },
            ],
            _ => new(TaskValue.Null));
        var original = MessageFactory.Task("proj.sign_in", """["ada", "1234"]""", """{"code": "abcd"}""");
        var retry = areNew ? Retry(TimeSpan.Zero, args: ["ada", "1234"], kwargs: new() { ["code"] = "abcd" }) : Retry(TimeSpan.Zero);

        var (message, _) = Make(original, retry, definition);

        Body(message)[0].EnumerateArray().Select(each => each.GetString()).ShouldBe(["ada", "1234"]);
        Body(message)[1].GetProperty("code").GetString().ShouldBe("abcd");
        message.Headers["argsrepr"].ShouldBe("('ada', '***')");
        message.Headers["kwargsrepr"].ShouldBe("{'code': '***'}");
    }

    [Fact]
    public void Arguments_are_shown_nowhere_where_the_application_hides_them()
    {
        var (retry, _) = Make(MessageFactory.Task("proj.add", "[1]", """{"z": 3}"""), Retry(TimeSpan.Zero), hideArguments: true);

        retry.Headers["argsrepr"].ShouldBe("(...)");
        retry.Headers["kwargsrepr"].ShouldBe("{...}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void A_message_of_protocol_1_is_sent_again_by_the_protocol_of_the_application(int protocol)
    {
        var original = MessageFactory.Text(
            """{"task": "proj.add", "id": "id-1", "args": [1], "kwargs": {}, "retries": 1, "taskset": "group-1", "timelimit": [10, null], "chord": null, "callbacks": null}""");

        var (retry, _) = Make(original, Retry(TimeSpan.FromSeconds(90)), protocol: protocol);

        var read = Content.Reader().Read(retry);
        retry.Headers.TryGet("task", out _).ShouldBe(protocol == 2);
        (read.Headers.TaskName, read.Headers.Id, read.Headers.Retries, read.Headers.GroupId).ShouldBe(("proj.add", "id-1", 2, "group-1"));
        (read.Headers.Eta, read.Headers.TimeLimit).ShouldBe((_clock.GetUtcNow().AddSeconds(90), TimeSpan.FromSeconds(10)));
        Encoding.UTF8.GetString(read.Body.Args.Span).ShouldBe("[1]");
    }

    [Fact]
    public void A_message_of_protocol_2_keeps_what_comes_after_it_and_its_senders_headers_in_protocol_1()
    {
        var original = MessageFactory.Task("proj.add", embed: Embed, headers: headers =>
        {
            headers.Set("x-own", "mine");
            headers.Set("stamps", new Dictionary<string, object?> { ["s"] = "one" });
        });

        var (retry, _) = Make(original, Retry(TimeSpan.Zero), protocol: 1);

        retry.Headers.Items.ShouldBe([new("x-own", "mine")]);
        var embed = Content.Reader().Read(retry).Body.Embed;
        Encoding.UTF8.GetString(embed.Callbacks.Span).ShouldContain("next");
        Encoding.UTF8.GetString(embed.Errbacks.Span).ShouldContain("oops");
        Encoding.UTF8.GetString(embed.Chord.Span).ShouldContain("sum");
    }

    [Fact]
    public void A_wait_beyond_the_end_of_time_ends_there()
    {
        var (retry, _) = Make(MessageFactory.Task("proj.add"), Retry(TimeSpan.MaxValue));

        retry.Headers["eta"].ShouldBe("9999-12-31T23:59:59.999999+00:00");
    }

    [Fact]
    public void An_option_that_breaks_its_rule_is_refused()
        => Should.Throw<ArgumentException>(() => Make(MessageFactory.Task("proj.add"), Retry(TimeSpan.Zero, options: new() { Priority = 256 })))
            .Message.ShouldContain("Priority must be 0 to 255, was 256");

    private static TaskRetryException Retry(
        TimeSpan countdown, IReadOnlyList<object?>? args = null, Dictionary<string, object?>? kwargs = null, SendOptions? options = null)
        => new TaskContext("id-1", "proj.add", new TaskCancellation()) { RootId = "id-1", Hostname = "celery@test" }
            .Retry(countdown, args: args, kwargs: kwargs, options: options);

    private static List<string> Show(MessageHeaders headers) => [.. headers.Items.Select(item => $"{item.Key}: {HeaderJson.ToElement(item.Value)}")];

    private static JsonElement[] Body(Envelope envelope) => [.. JsonElement.Parse(envelope.Body.Span).EnumerateArray()];

    private (Envelope Envelope, Destination Destination) Make(
        Envelope original,
        TaskRetryException retry,
        TaskDefinition? definition = null,
        string exchange = "",
        string routingKey = "celery",
        bool hideArguments = false,
        int protocol = 2)
    {
        var message = original.Headers.TryGet("compression", out _) ? Read(original) : Content.Reader().Read(original);
        var request = new TaskRequest(definition ?? new TaskDefinition("proj.add", [], _ => new(TaskValue.Null)), message.Headers, new Delivery(original, exchange, routingKey))
        {
            Message = message,
            AcksLate = false,
            AcksOnFailure = true,
            IgnoreResult = false,
            StoreErrorsEvenIfIgnored = false,
            KeepIfFailed = false,
            TrackStarted = false,
        };
        var writer = Content.Writer(CeleryJson.Complete(null), protocol: protocol);
        var (envelope, routed) = new RetryMessage(new TaskRouter("celery"), writer, hideArguments, _clock).Make(request, retry);
        return (envelope, routed.Destination);
    }

    // Its body is as it was before it was compressed.
    private static TaskMessage Read(Envelope original)
        => new(Content.Reader().ReadHeaders(original.Headers), TaskBodyReader.Read(original.Body, 64), original);

    private sealed record Delivery(Envelope? Envelope, string Exchange, string RoutingKey) : IDelivery
    {
        public string? Unreadable => null;

        public string Queue => "celery";

        public bool Redelivered => false;

        public CancellationToken Lost => CancellationToken.None;

        public ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
