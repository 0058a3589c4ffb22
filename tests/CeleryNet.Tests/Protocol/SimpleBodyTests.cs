using System.Text;
using System.Text.Json;
using CeleryNet.Hosting;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Protocol;

/// <summary>Message protocol 1, and the mixture of the two.</summary>
public sealed class SimpleBodyTests
{
    [Fact]
    public void All_of_a_message_is_in_its_body()
    {
        var message = Read("""
            {"task": "proj.add", "id": "1", "args": [2, 3], "kwargs": {"z": 4}, "group": "g", "group_index": 5, "retries": 2,
             "eta": "2031-02-03T04:05:06.789012+00:00", "expires": null, "utc": true, "callbacks": [{"task": "next"}], "errbacks": null,
             "timelimit": [60, 50.5], "taskset": "g2", "chord": null}
            """);

        message.Headers.ShouldBe(new TaskHeaders("proj.add", "1")
        {
            GroupId = "g2",
            GroupIndex = 5,
            Retries = 2,
            Eta = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(7_890_120),
            TimeLimit = TimeSpan.FromSeconds(60),
            SoftTimeLimit = TimeSpan.FromSeconds(50.5),
        });
        Text(message.Body.Args).ShouldBe("[2, 3]");
        Text(message.Body.Kwargs).ShouldBe("""{"z": 4}""");
        Text(message.Body.Embed.Callbacks).ShouldBe("""[{"task": "next"}]""");
        message.Body.Embed.Errbacks.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Task_and_id_are_all_it_needs()
    {
        var message = Read("""{"task": "t", "id": "1"}""");

        message.Headers.ShouldBe(new TaskHeaders("t", "1"));
        Text(message.Body.Args).ShouldBe("[]");
        Text(message.Body.Kwargs).ShouldBe("{}");
        message.Body.Embed.IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void Instant_without_an_offset_is_utc_whatever_the_message_says(string utc)
        => Read($$"""{"task": "t", "id": "1", "eta": "2031-02-03T04:05:06", "utc": {{utc}}}""").Headers.Eta
            .ShouldBe(new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero));

    [Fact]
    public void Headers_of_protocol_2_win_over_a_body_of_protocol_1()
    {
        var message = Content.Reader().Read(new Envelope
        {
            Headers = MessageFactory.Task("header").Headers,
            ContentType = "application/json",
            Body = """{"task": "body", "id": "body", "args": [1], "kwargs": {"a": 2}, "callbacks": [{"task": "next"}]}"""u8.ToArray(),
        });

        message.Headers.TaskName.ShouldBe("header");
        Text(message.Body.Args).ShouldBe("[1]");
        Text(message.Body.Embed.Callbacks).ShouldBe("""[{"task": "next"}]""");
    }

    [Theory]
    [InlineData("[1]", "its body is no map with a task in it")]
    [InlineData("{}", "its body's map has no 'task' either")]
    [InlineData("""{"task": 5}""", "'task' in the body must be a string or null, was 5.")]
    [InlineData("""{"task": "t"}""", "has no 'id' in its body")]
    [InlineData("""{"task": "t", "id": "1", "args": {}}""", "'args' in the body must be a list or null, was {}.")]
    [InlineData("""{"task": "t", "id": "1", "kwargs": [1]}""", "'kwargs' in the body must be a map or null, was [1].")]
    [InlineData("""{"task": "t", "id": "1", "retries": "x"}""", "'retries' in the body must be an integer or null, was \"x\".")]
    [InlineData("""{"task": "t", "id": "1", "eta": "soon"}""", "'eta' in the body must be an ISO 8601 instant or null, was \"soon\".")]
    [InlineData("""{"task": "t", "id": "1", "timelimit": 5}""", "'timelimit' in the body must be [hard, soft] or null, was 5.")]
    [InlineData("""{"task": "t", "id": "1", "timelimit": [5]}""", "'timelimit' in the body must be seconds or null, twice or null, was [5].")]
    [InlineData("""{"task": "t", "id": "1"} more""", "The body is not JSON")]
    public void What_is_wrong_is_named(string body, string message)
        => Should.Throw<MalformedMessageException>(() => Read(body)).Message.ShouldContain(message);

    [Fact]
    public void Written_message_has_everything_in_its_body_and_is_read_alike()
    {
        var call = new TaskCall(
            "proj.add",
            "1",
            [Extensibility.TaskValue.Of(2)],
            [KeyValuePair.Create("y", Extensibility.TaskValue.Of("z"))],
            new SendOptions { TimeLimit = TimeSpan.FromSeconds(60), Headers = new Dictionary<string, JsonElement> { ["own"] = JsonElement.Parse("1") } })
        {
            RootId = "1",
            ReplyTo = "me",
            Eta = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2)),
        };

        var envelope = Content.Writer(CeleryJson.Complete(null), protocol: 1).Write(call);

        Encoding.UTF8.GetString(envelope.Body.Span).ShouldBe(
            """
            {"task":"proj.add","id":"1","args":[2],"kwargs":{"y":"z"},"group":null,"group_index":null,"retries":0,"eta":"2031-02-03T04:05:06+02:00","expires":null,"utc":true,"callbacks":null,"errbacks":null,"timelimit":[60,null],"taskset":null,"chord":null}
            """);
        envelope.Headers.Items.ShouldBe([new("own", 1L)]);
        envelope.CorrelationId.ShouldBe("1");
        Content.Reader().Read(envelope).Headers.ShouldBe(new TaskHeaders("proj.add", "1") { Eta = call.Eta, TimeLimit = TimeSpan.FromSeconds(60) });
    }

    [Fact]
    public void Sender_whose_dates_are_not_UTCs_by_default_says_so()
    {
        var call = new TaskCall("proj.add", "1", [], [], new SendOptions()) { RootId = "1", ReplyTo = "me" };
        var codecs = ContentCodecs.Create(new CeleryOptions { TaskProtocol = 1, EnableUtc = false }, [], []);

        var envelope = new TaskMessageWriter(CeleryJson.Complete(null), "me", codecs.Tasks, codecs.Format).Write(call);

        Encoding.UTF8.GetString(envelope.Body.Span).ShouldContain("\"utc\":false");
    }

    private static TaskMessage Read(string body)
        => Content.Reader().Read(new Envelope { ContentType = "application/json", Body = Encoding.UTF8.GetBytes(body) });

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);
}
