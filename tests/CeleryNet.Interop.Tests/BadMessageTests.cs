using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Messages that cannot be run: kept with the reason, and the worker goes on.</summary>
public abstract class BadMessageTests(PeerFixture peers)
{
    private const string Embed = """{"callbacks": null, "errbacks": null, "chain": null, "chord": null}""";

    [Theory]
    [InlineData("MARKER this is not JSON", "application/json", "not JSON")]
    [InlineData("""[["MARKER", 1], {}""", "application/json", "not JSON")]
    [InlineData("", "application/json", "not JSON")]
    [InlineData("""{"MARKER": 1}""", "application/json", "[args, kwargs, embed]")]
    [InlineData("""[["MARKER"], {}]""", "application/json", "fewer")]
    [InlineData("""[["MARKER"], {}, {}, {}]""", "application/json", "more")]
    [InlineData("""[["MARKER"], ["y", 1], EMBED]""", "application/json", "kwargs must be an object")]
    [InlineData("""["MARKER", {}, EMBED]""", "application/json", "args must be a list")]
    [InlineData("""[["MARKER"], {}, EMBED]""", "text/plain", "text/plain")]
    [InlineData("""[["MARKER"], {}, EMBED]""", "application/x-python-serialize", "application/x-python-serialize")]
    public async Task What_cannot_be_read_is_kept_with_the_reason(string body, string contentType, string reason)
    {
        var marker = Names.Unique("bad");
        await PublishAsync(body.Replace("MARKER", marker, StringComparison.Ordinal), contentType, Headers(marker));

        var letter = await DeadLetterAsync(marker);

        letter.GetProperty("reason").GetString().ShouldNotBeNull().ShouldContain(reason);
        letter.GetProperty("time").GetString().ShouldNotBeNullOrEmpty();
        letter.GetProperty("content_type").GetString().ShouldBe(contentType);
        letter.GetProperty("headers").GetProperty("id").GetString().ShouldBe(marker);
        letter.GetProperty("body").GetString().ShouldBe(Complete(body.Replace("MARKER", marker, StringComparison.Ordinal)));
        await WorkerIsAliveAsync();
    }

    [Theory]
    [InlineData("id")]
    [InlineData("task")]
    public async Task A_message_without_a_necessary_header_is_kept_with_the_reason(string missing)
    {
        var marker = Names.Unique("bad");
        var headers = Headers(marker);
        headers.Remove(missing);
        await PublishAsync($"""[["{marker}"], {Embed}, {Embed}]""", "application/json", headers);

        var letter = await DeadLetterAsync(marker);

        letter.GetProperty("reason").GetString().ShouldNotBeNull().ShouldContain($"no '{missing}' header");
        await WorkerIsAliveAsync();
    }

    [Theory]
    [InlineData("callbacks", """[{"task": "interop.add", "subtask_type": "nonsense"}]""", "nonsense")]
    [InlineData("errbacks", """[{"args": [1]}]""", "task")]
    [InlineData("chain", """[1]""", "signature")]
    [InlineData("chord", """{"kwargs": {}}""", "task")]
    public async Task A_message_whose_successors_cannot_be_read_is_kept_rather_than_run_by_half(string part, string value, string reason)
    {
        var marker = Names.Unique("bad");
        var embed = JsonNode.Parse(Embed)!.AsObject();
        embed[part] = JsonNode.Parse(value);
        await PublishAsync($$"""[["{{marker}}"], {}, {{embed.ToJsonString()}}]""", "application/json", Headers(marker));

        var letter = await DeadLetterAsync(marker);

        letter.GetProperty("reason").GetString().ShouldNotBeNull().ShouldContain(reason);
        await WorkerIsAliveAsync();
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_kept_with_the_reason()
    {
        const int Padding = 100_000_000;
        var marker = Names.Unique("bad");
        var published = await peers.Python.AskAsync("publish", new JsonObject
        {
            ["queue"] = peers.DotNetQueue,
            ["body"] = Complete("""[["PADDING"], {}, EMBED]"""),
            ["headers"] = Headers(marker),
            ["padding"] = Padding,
        });

        var letter = await DeadLetterAsync(marker);

        letter.GetProperty("reason").GetString().ShouldNotBeNull().ShouldContain(nameof(CeleryOptions.MaxBodySize));
        letter.GetProperty("size").GetInt32().ShouldBe(published.GetProperty("size").GetInt32());
        await WorkerIsAliveAsync();
    }

    private static JsonObject Headers(string id) => new()
    {
        ["lang"] = "py",
        ["task"] = "interop.echo",
        ["id"] = id,
        ["retries"] = 0,
        ["ignore_result"] = true,
    };

    private static string Complete(string body) => body.Replace("EMBED", Embed, StringComparison.Ordinal);

    private async Task PublishAsync(string body, string contentType, JsonObject headers)
        => await peers.Python.AskAsync("publish", new JsonObject
        {
            ["queue"] = peers.DotNetQueue,
            ["body"] = Complete(body),
            ["headers"] = headers,
            ["content_type"] = contentType,
            ["content_encoding"] = contentType == "application/x-python-serialize" ? "binary" : "utf-8",
        });

    private async Task<JsonElement> DeadLetterAsync(string marker)
        => await peers.Python.AskAsync("dead_letter", new JsonObject { ["queue"] = peers.DotNetQueue, ["marker"] = marker });

    private async Task WorkerIsAliveAsync() => (await peers.Python.CallAsync("interop.add", "[2, 3]")).Repr.ShouldBe("5");
}

[Collection<RedisRedis>]
public sealed class BadMessageOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : BadMessageTests(peers)
{
    private readonly PeerFixture _peers = peers;

    [Theory]
    [InlineData("not an envelope")]
    [InlineData("{}")]
    [InlineData("[1, 2]")]
    [InlineData("""{"body": "W10=", "properties": {"body_encoding": "base64"}}""")]
    public async Task What_is_not_even_an_envelope_is_kept_with_the_reason(string element)
    {
        await _peers.Python.AskAsync("publish_raw", new JsonObject { ["queue"] = _peers.DotNetQueue, ["element"] = element });

        var letter = await _peers.Python.AskAsync("take_raw", new JsonObject { ["queue"] = _peers.DotNetQueue });

        letter.GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();
        letter.GetProperty("message").GetString().ShouldBe(element);
        (await _peers.Python.CallAsync("interop.add", "[2, 3]")).Repr.ShouldBe("5");
    }
}

[Collection<AmqpRedis>]
public sealed class BadMessageOverAmqpTests(PeerFixture<AmqpBrokerRedisResults> peers) : BadMessageTests(peers);
