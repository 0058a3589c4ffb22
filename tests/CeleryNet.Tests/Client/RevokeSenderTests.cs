using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Tests.Vectors;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Client;

/// <summary>Revokes as messages, beside those of Celery.</summary>
public sealed class RevokeSenderTests : IAsyncDisposable
{
    private readonly ClientSetup _setup = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("celery-5.2.6")]
    [InlineData("celery-5.6")]
    public async Task A_revoke_is_what_Celery_sends(string version)
    {
        var captured = Captures.Read($"{version}/amqp/pidbox/revoke.json").GetProperty("broadcast")[0];
        var expected = JsonNode.Parse(captured.GetProperty("body_text").GetString()!)!;
        TaskId[] ids = [.. expected["arguments"]!["task_id"]!.AsArray().Select(id => new TaskId((string)id!))];

        var sent = await SendAsync(() => _setup.Client.RevokeAsync(ids, cancellationToken: Token));

        JsonNode.DeepEquals(JsonNode.Parse(sent.Body.Span), expected).ShouldBeTrue(MessageFactory.TextOf(sent));
        var properties = captured.GetProperty("properties");
        (sent.ContentType, sent.ContentEncoding).ShouldBe((properties.GetProperty("content_type").GetString(), properties.GetProperty("content_encoding").GetString()));
        (sent.Persistent, sent.Priority).ShouldBe((properties.GetProperty("delivery_mode").GetInt32() == 2, properties.GetProperty("priority").GetInt32()));
        sent.Headers.Items.Select(header => header.Key).ShouldBe(captured.GetProperty("headers").EnumerateObject().Select(header => header.Name));
    }

    [Fact]
    public async Task A_revoke_says_to_whom_and_how()
    {
        var options = new RevokeOptions { Terminate = true, Signal = "SIGKILL", Destination = ["a@host", "b@host"] };

        var sent = await SendAsync(() => _setup.Client.RevokeAsync([new TaskId("one")], options, Token));

        var body = JsonElement.Parse(sent.Body.Span);
        body.GetProperty("arguments").ToString().ShouldBe("""{"task_id":["one"],"terminate":true,"signal":"SIGKILL"}""");
        body.GetProperty("destination").ToString().ShouldBe("""["a@host","b@host"]""");
    }

    [Fact]
    public async Task A_revoke_by_stamps_names_them_with_their_values()
    {
        var sent = await SendAsync(() => _setup.Client.RevokeByStampsAsync(
            new Dictionary<string, IReadOnlyList<string>> { ["batch"] = ["b1", "b2"] }, new RevokeOptions { Terminate = true }, Token));

        var body = JsonElement.Parse(sent.Body.Span);
        body.GetProperty("method").GetString().ShouldBe("revoke_by_stamped_headers");
        body.GetProperty("arguments").ToString().ShouldBe("""{"headers":{"batch":["b1","b2"]},"terminate":true,"signal":"SIGTERM"}""");
    }

    public ValueTask DisposeAsync() => _setup.DisposeAsync();

    private async Task<Envelope> SendAsync(Func<Task> send)
    {
        await using var node = await _setup.Transport.ConsumeAsync(new ConsumerRequest([_setup.Mailbox.QueueOf("node@host")], 1) { NoAck = true }, Token);
        await send();
        return (await node.Deliveries.ReadAsync(Token).WithinBound("the command")).Envelope.ShouldNotBeNull();
    }
}
