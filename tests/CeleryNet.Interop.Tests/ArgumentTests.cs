using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Arguments that are collected, hidden, or made of parts, both ways.</summary>
public abstract class ArgumentTests(PeerFixture peers)
{
    [Theory]
    [InlineData("[1]", "{}", "'1 [] '")]
    [InlineData("[1, 2.5, null]", """{"b": [1], "a": null, "more": "m", "rest": 7}""", "'1 [2.5, none] b: [1], a: , more: m, rest: 7'")]
    [InlineData("[]", """{"b": true, "first": 5}""", "'5 [] b: True'")]
    public async Task A_dotnet_task_collects_what_Python_gives_beyond_its_parameters(string args, string kwargs, string repr)
        => (await peers.Python.CallAsync("interop.collect", args, kwargs)).Repr.ShouldBe(repr);

    [Theory]
    [InlineData("interop.collect", "[]", """{"a": 1}""", "missing 1 required positional argument: 'first'")]
    [InlineData("interop.collect", "[1]", """{"first": 1}""", "multiple values for argument 'first'")]
    [InlineData("interop.collect", "[1, 2, \"x\"]", "{}", "argument 'rest[1]' must be a float or None, got \"x\"")]
    [InlineData("interop.sign_in", "[\"alice\", \"pw\"]", "{}", "missing 1 required keyword-only argument: 'pin'")]
    [InlineData("interop.sign_in", "[\"alice\", \"pw\", 1]", """{"pin": 1}""", "takes 2 positional arguments but 3 positional arguments (and 1 keyword-only argument) were given")]
    [InlineData("interop.sign_in", "[\"alice\", \"pw\"]", """{"pin": "s3cret"}""", "argument 'pin' must be an int (Int32), got ***")]
    [InlineData("interop.order", """[{"customer_name": "a", "ship_to": {"street": "s"}, "lines": []}]""", "{}", "at ship_to: ")]
    [InlineData("interop.order", """[{"customer_name": "a", "ship_to": {"street": "s"}, "lines": []}]""", "{}", "'zip_code'")]
    [InlineData("interop.order", """[{"customer_name": "a", "ship_to": {"street": "s", "zip_code": 1}}]""", "{}", "argument 'order' must be Order")]
    [InlineData("interop.order", """[{"customer_name": "a", "ship_to": {"street": "s", "zip_code": 1}}]""", "{}", "'lines'")]
    [InlineData("interop.order", """[{"customer_name": "a", "ship_to": {"street": "s", "zip_code": null}, "lines": []}]""", "{}", "at ship_to.zip_code: ")]
    public async Task What_does_not_fit_is_a_TypeError_that_says_what_and_where(string task, string args, string kwargs, string said)
    {
        var answer = await peers.Python.CallAsync(task, args, kwargs);

        answer.ErrorType.ShouldBe("TypeError");
        answer.ErrorMessage.ShouldStartWith(task + "() ");
        answer.ErrorMessage.ShouldContain(said);
        answer.Traceback.ShouldNotBeNull().ShouldNotContain("s3cret");
        peers.DotNet.Log.Lines.ShouldAllBe(line => !line.ToString().Contains("s3cret"));
    }

    [Fact]
    public async Task A_record_is_bound_from_what_a_Python_model_dumps()
    {
        var answer = await peers.Python.CallAsync(
            "interop.order",
            """[{"customer_name": "Ada", "ship_to": {"street": "Elm", "zip_code": 12, "country_code": "it"}, "lines": [{"quantity": 2, "unit_price": 1.5, "sku": null}], "paid": true}]""");

        answer.Repr.ShouldBe("{'customer_name': 'Ada', 'ship_to': {'street': 'Elm', 'zip_code': 12}, 'total': 3.0, 'note': None}");
    }

    [Fact]
    public async Task A_record_reaches_Python_as_a_model_would_dump_it_and_comes_back_as_a_record()
    {
        var order = new Order("Ada", new Address("Elm", 12), [new OrderLine(2, 1.5), new OrderLine(1, 0.25)]);

        var receipt = await GetAsync(IPythonTasks.Signatures.Order(order));

        receipt.ShouldBe(new Receipt("ADA", new Address("Elm", 12), 3.25, null));
    }

    [Fact]
    public async Task Collected_arguments_reach_Python_one_by_one()
    {
        var more = new Dictionary<string, JsonElement> { ["b"] = JsonElement.Parse("[1, {}]"), ["a"] = JsonElement.Parse("null") };

        (await GetAsync(IPythonTasks.Signatures.Collect(1, more, 2.0, 3.5))).ShouldBe("1 (2.0, 3.5) {'b': [1, {}], 'a': None}");
        (await GetAsync(IPythonTasks.Signatures.Collect(1))).ShouldBe("1 () {}");
        (await GetAsync(IPythonTasks.Signatures.Collect(1, rest: [0.5]))).ShouldBe("1 (0.5,) {}");
    }

    [Fact]
    public async Task Sensitive_arguments_reach_Python_and_are_shown_to_nobody()
    {
        var shown = new[] { "alice", "pass", "1234", "('alice', '***')", "{'pin': '***'}" };

        (await GetAsync(IPythonTasks.Signatures.SignIn("alice", "pass", 1234))).ShouldBe(shown);

        var untyped = await peers.Client.SendTaskAsync<string[]>("interop.sign_in", ["alice", TaskValue.Sensitive("pass")], new() { ["pin"] = TaskValue.Sensitive(1234) });
        (await untyped.GetAsync(Bound.Default)).ShouldBe(shown);
    }

    private async Task<T> GetAsync<T>(Signature<T> signature) => await (await peers.Client.SendAsync(signature)).GetAsync(Bound.Default);
}

[Collection<RedisRedis>]
public sealed class ArgumentOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : ArgumentTests(peers);

[Collection<AmqpRpc>]
public sealed class ArgumentOverAmqpTests(PeerFixture<AmqpBrokerRpcResults> peers) : ArgumentTests(peers);
