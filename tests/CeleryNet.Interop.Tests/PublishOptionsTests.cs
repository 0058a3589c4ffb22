using System.Globalization;
using System.Text.Json;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Each option of a call is what a Python worker finds in <c>self.request</c>.</summary>
public abstract class PublishOptionsTests(PeerFixture peers)
{
    [Fact]
    public async Task Options_of_a_call_are_what_Python_sees()
    {
        var id = Names.Unique("own-id");
        var eta = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, 900, TimeSpan.FromHours(2));
        var expires = new DateTimeOffset(2099, 1, 2, 3, 4, 5, TimeSpan.Zero);

        var seen = await SeenAsync(new SendOptions
        {
            TaskId = id,
            Shadow = "shown as",
            Eta = eta,
            ExpiresAt = expires,
            GroupId = "group-1",
            GroupIndex = 3,
            Retries = 2,
            TimeLimit = TimeSpan.FromSeconds(60),
            SoftTimeLimit = TimeSpan.FromSeconds(59.5),
            RootId = "root-1",
            ParentId = "parent-1",
            ArgsRepr = "(a, …)",
            KwargsRepr = "{k, …}",
            IgnoreResult = false,
            Priority = 6,
            Headers = new Dictionary<string, JsonElement> { ["x-own"] = JsonElement.Parse("""{"k": [1, "grün"]}""") },
            Stamps = new Dictionary<string, JsonElement> { ["tenant"] = JsonElement.Parse("\"acme\""), ["n"] = JsonElement.Parse("[1, 2.5, null]") },
        });

        Text("id").ShouldBe($"\"{id}\"");
        Text("correlation_id").ShouldBe($"\"{id}\"");
        Text("shadow").ShouldBe("\"shown as\"");
        Text("eta").ShouldBe("\"2026-01-02T03:04:05.678900+02:00\"");
        Text("expires").ShouldBe("\"2099-01-02T03:04:05+00:00\"");
        Text("group").ShouldBe("\"group-1\"");
        Text("group_index").ShouldBe("3");
        Text("retries").ShouldBe("2");
        Text("timelimit").ShouldBe("[60, 59.5]");
        Text("root_id").ShouldBe("\"root-1\"");
        Text("parent_id").ShouldBe("\"parent-1\"");
        seen.GetProperty("argsrepr").GetString().ShouldBe("(a, …)");
        seen.GetProperty("kwargsrepr").GetString().ShouldBe("{k, …}");
        Text("ignore_result").ShouldBe("false");
        seen.GetProperty("delivery_info").GetProperty("priority").GetInt32().ShouldBe(6);
        seen.GetProperty("x-own").GetProperty("k")[1].GetString().ShouldBe("grün");
        Text("stamped_headers").ShouldBe("""["tenant", "n"]""");
        Text("stamps").ShouldBe("""{"tenant": "acme", "n": [1, 2.5, null]}""");

        string Text(string name) => seen.GetProperty(name).GetRawText();
    }

    [Fact]
    public async Task Options_that_are_not_set_are_what_Celery_takes_for_not_set()
    {
        var seen = await SeenAsync(SendOptions.Default);

        foreach (var name in new[] { "shadow", "eta", "expires", "group", "group_index", "parent_id", "stamped_headers", "stamps" })
        {
            seen.GetProperty(name).ValueKind.ShouldBe(JsonValueKind.Null, name);
        }

        seen.GetProperty("retries").GetInt32().ShouldBe(0);
        seen.GetProperty("timelimit").GetRawText().ShouldBe("[null, null]");
        seen.GetProperty("root_id").GetString().ShouldBe(seen.GetProperty("id").GetString());
        seen.GetProperty("delivery_mode").GetInt32().ShouldBe(2);
        seen.GetProperty("delivery_info").GetProperty("routing_key").GetString().ShouldBe(peers.PythonQueue);
    }

    [Theory]
    [InlineData(DeliveryMode.Transient)]
    [InlineData(DeliveryMode.Persistent)]
    public async Task Delivery_mode_is_what_Python_sees(DeliveryMode mode)
        => (await SeenAsync(new SendOptions { DeliveryMode = mode })).GetProperty("delivery_mode").GetInt32().ShouldBe((int)mode);

    [Fact]
    public async Task Queue_or_exchange_and_routing_key_are_what_Python_sees()
    {
        foreach (var options in new[] { new SendOptions { Queue = peers.PythonQueue }, new SendOptions { Exchange = "", RoutingKey = peers.PythonQueue } })
        {
            var seen = (await SeenAsync(options)).GetProperty("delivery_info");

            (seen.GetProperty("exchange").GetString(), seen.GetProperty("routing_key").GetString()).ShouldBe(("", peers.PythonQueue));
        }
    }

    [Fact]
    public async Task Countdown_and_relative_expiry_become_instants()
    {
        var sent = DateTimeOffset.UtcNow;

        var seen = await SeenAsync(new SendOptions { Countdown = TimeSpan.FromSeconds(0.5), ExpiresAfter = TimeSpan.FromHours(1) });

        var eta = DateTimeOffset.Parse(seen.GetProperty("eta").GetString()!, CultureInfo.InvariantCulture);
        var expires = DateTimeOffset.Parse(seen.GetProperty("expires").GetString()!, CultureInfo.InvariantCulture);
        eta.ShouldBeGreaterThan(sent);
        (expires - eta).ShouldBe(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task Address_for_replies_is_what_Python_sees()
    {
        if (!peers.HasRedisResults)
        {
            // Results are replies there: this call's would go elsewhere.
            (await SeenAsync(SendOptions.Default)).GetProperty("reply_to").GetString().ShouldNotBeNullOrEmpty();
            return;
        }

        (await SeenAsync(new SendOptions { ReplyTo = "elsewhere" })).GetProperty("reply_to").GetString().ShouldBe("elsewhere");
    }

    [Fact]
    public async Task Hidden_arguments_come_to_Python_and_are_not_shown()
    {
        await using var hiding = await DotNetPeer.StartAsync(options =>
        {
            peers.Configure(options);
            options.HideArguments = true;
        });

        var result = await hiding.Client.SendTaskAsync("interop.reprs", ["secret"], new() { ["password"] = "secret" });

        var reprs = await result.GetAsync(Bound.Default);
        reprs.EnumerateArray().Select(repr => repr.GetString()).ShouldBe(["(...)", "('secret',)", "{...}", "{'password': 'secret'}"]);
    }

    private async Task<JsonElement> SeenAsync(SendOptions options)
        => await (await peers.Client.SendTaskAsync("interop.options", [1], options: options)).GetAsync(Bound.Default);
}

[Collection<RedisRedis>]
public sealed class PublishOptionsOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : PublishOptionsTests(peers);

[Collection<AmqpRedis>]
public sealed class PublishOptionsOverAmqpTests(PeerFixture<AmqpBrokerRedisResults> peers) : PublishOptionsTests(peers);

[Collection<AmqpRpc>]
public sealed class PublishOptionsOverAmqpWithRpcResultsTests(PeerFixture<AmqpBrokerRpcResults> peers) : PublishOptionsTests(peers);
