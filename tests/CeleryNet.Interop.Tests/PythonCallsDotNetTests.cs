using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>A Python producer, a .NET worker.</summary>
public abstract class PythonCallsDotNetTests(PeerFixture peers)
{
    [Theory]
    [InlineData("interop.add", "[2, 3]", "{}", "5")]
    [InlineData("interop.add", "[]", """{"x": 2, "y": 3}""", "5")]
    [InlineData("interop.add", "[2]", """{"y": 3}""", "5")]
    [InlineData("interop.add", "[9007199254740993, -9007199254740994]", "{}", "-1")]
    [InlineData("interop.add", "[9223372036854775806, 1]", "{}", "9223372036854775807")]
    [InlineData("interop.tsum", "[[1, 2, 3]]", "{}", "6")]
    [InlineData("interop.tsum", "[[]]", "{}", "0")]
    [InlineData("interop.describe", """["a"]""", "{}", "'a 1 False none'")]
    [InlineData("interop.describe", """["a", 2]""", """{"loud": true}""", "'a 2 True none'")]
    [InlineData("interop.describe", "[]", """{"factor": 2.5, "name": "ß漢🎉"}""", "'ß漢🎉 1 False 2.5'")]
    [InlineData("interop.half", "[4.0]", "{}", "2.0")]
    [InlineData("interop.half", "[3]", "{}", "1.5")]
    [InlineData("interop.nothing", "[]", "{}", "None")]
    public async Task Python_gets_the_result_of_a_dotnet_task(string task, string args, string kwargs, string repr)
    {
        var answer = await peers.Python.CallAsync(task, args, kwargs);

        answer.Repr.ShouldBe(repr);
        answer.State.ShouldBe("SUCCESS");
    }

    [Fact]
    public async Task Any_value_comes_back_to_Python_as_it_was()
    {
        var values = JsonNode.Parse("""
            [null, true, false, 0, -1, 2147483648, 9007199254740993, 9223372036854775807, -9223372036854775808, 18446744073709551615,
             123456789012345678901234567890, 1.5, 2.0, -0.0, 0.1, 1e300, 5e-324, 1e16, "", "text", "ünïcödé 漢字 🎉", "quotes ' \" \\ / `",
             "line\nbreak\ttab\u0000\u001f\u007f\u2028", "<script>&amp;</script>+", [], {}, [null], [1, 2.0, "three", [4, [5, {"six": 7}]]],
             {"a": {"b": [{"c": null}]}, "ключ": "значение", "": 0, "with space": [], "camelCase": 1, "snake_case": 2},
             [[[[[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]]]]]]
            """)!.AsArray();

        var pairs = await peers.Python.AskAsync("echo", new JsonObject { ["values"] = values.DeepClone() });

        pairs.GetArrayLength().ShouldBe(values.Count);
        foreach (var pair in pairs.EnumerateArray())
        {
            pair[1].GetString().ShouldBe(pair[0].GetString());
        }
    }

    [Fact]
    public async Task An_exception_is_raised_in_Python_with_its_message_and_the_stack_trace()
    {
        var answer = await peers.Python.CallAsync("interop.fail", """["wrong colour: grün"]""");

        answer.ErrorType.ShouldBe("ValueError");
        answer.ErrorModule.ShouldBe("builtins");
        answer.ErrorMessage.ShouldBe("wrong colour: grün");
        answer.State.ShouldBe("FAILURE");
        answer.Traceback.ShouldNotBeNull().ShouldContain($"{nameof(InteropTasks)}.{nameof(InteropTasks.Fail)}");
    }

    [Fact]
    public async Task An_exception_Python_does_not_know_arrives_by_its_name()
    {
        var answer = await peers.Python.CallAsync("interop.fail_custom", """["no paper"]""");

        answer.ErrorType.ShouldBe(nameof(OutOfPaperException));
        answer.ErrorBases.ShouldContain("Exception");
        answer.ErrorMessage.ShouldBe("no paper");
    }

    [Fact]
    public async Task An_exception_with_a_Python_name_arrives_as_that_class()
    {
        var answer = await peers.Python.CallAsync("interop.fail_key", """["no such key"]""");

        answer.ErrorType.ShouldBe("KeyError");
        answer.ErrorModule.ShouldBe("builtins");
        answer.ErrorMessage.ShouldContain("no such key");
    }

    [Theory]
    [InlineData("interop.add", "[1]", "{}", "'y'")]
    [InlineData("interop.add", "[1, 2, 3]", "{}", "takes 2 positional arguments but 3 were given")]
    [InlineData("interop.add", "[1, 2]", """{"z": 3}""", "'z'")]
    [InlineData("interop.add", "[1]", """{"x": 3, "y": 1}""", "multiple values for argument 'x'")]
    [InlineData("interop.add", """[1, "two"]""", "{}", "'y'")]
    [InlineData("interop.add", "[1, 2.5]", "{}", "'y'")]
    [InlineData("interop.add", "[1, 9223372036854775808]", "{}", "'y'")]
    [InlineData("interop.describe", "[]", "{}", "'name'")]
    public async Task Arguments_that_do_not_fit_are_a_TypeError_that_names_them(string task, string args, string kwargs, string named)
    {
        var answer = await peers.Python.CallAsync(task, args, kwargs);

        answer.ErrorType.ShouldBe("TypeError");
        answer.ErrorMessage.ShouldContain(named);
        answer.ErrorMessage.ShouldContain(task);
    }

    [Fact]
    public async Task An_unknown_task_is_NotRegistered_in_Python_and_its_message_is_kept()
    {
        var task = Names.Unique("interop.unknown");

        var answer = await peers.Python.CallAsync(task, "[1]");

        answer.ErrorType.ShouldBe("NotRegistered");
        answer.ErrorModule.ShouldBe("celery.exceptions");
        answer.ErrorMessage.ShouldContain(task);
        var letter = await peers.Python.AskAsync("dead_letter", new JsonObject { ["queue"] = peers.DotNetQueue, ["marker"] = task });
        letter.GetProperty("reason").GetString().ShouldNotBeNull().ShouldContain(task);
        letter.GetProperty("headers").GetProperty("id").GetString().ShouldBe(answer.Id);
        letter.GetProperty("body").GetString().ShouldNotBeNull().ShouldStartWith("[[1], {},");
        (await peers.Python.CallAsync("interop.add", "[2, 3]")).Repr.ShouldBe("5");
    }

    [Fact]
    public async Task A_task_with_a_countdown_is_not_run_early()
    {
        var answer = await peers.Python.CallAsync("interop.now", options: new JsonObject { ["countdown"] = 1 });

        answer.Value.GetDouble().ShouldBeGreaterThanOrEqualTo(answer.Sent + 1);
    }

    [Fact]
    public async Task An_expired_task_is_revoked_without_running()
    {
        var key = Names.Unique("interop-runs");

        var answer = await peers.Python.CallAsync("interop.who", $"""["{key}", 1]""", options: new JsonObject { ["expires"] = -10 });

        answer.ErrorType.ShouldBe("TaskRevokedError");
        answer.State.ShouldBe("REVOKED");
        (await peers.Counters.KeyExistsAsync(key)).ShouldBeFalse();
    }

    [Fact]
    public async Task Headers_priority_and_ids_of_Python_reach_the_dotnet_task()
    {
        var options = new JsonObject
        {
            ["priority"] = 6,
            ["headers"] = new JsonObject { ["x-text"] = "grün", ["x-number"] = 7, ["x-list"] = new JsonArray("a", 1), ["x-table"] = new JsonObject { ["k"] = true } },
            ["root_id"] = "root-1",
            ["parent_id"] = "parent-1",
        };

        var answer = await peers.Python.CallAsync("interop.request", options: options);

        var seen = answer.Value;
        seen.GetProperty("id").GetString().ShouldBe(answer.Id);
        seen.GetProperty("root_id").GetString().ShouldBe("root-1");
        seen.GetProperty("parent_id").GetString().ShouldBe("parent-1");
        seen.GetProperty("priority").GetInt32().ShouldBe(6);
        seen.GetProperty("origin").GetString().ShouldNotBeNull().ShouldStartWith("gen");
        var headers = seen.GetProperty("headers");
        headers.GetProperty("x-text").GetString().ShouldBe("grün");
        headers.GetProperty("x-number").GetInt32().ShouldBe(7);
        headers.GetProperty("x-list").EnumerateArray().Select(each => each.ToString()).ShouldBe(["a", "1"]);
        headers.GetProperty("x-table").GetProperty("k").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_task_sent_from_a_dotnet_task_is_its_child()
    {
        var answer = await peers.Python.CallAsync("interop.spawn");

        var child = answer.Value;
        child.GetProperty("root_id").GetString().ShouldBe(answer.Id);
        child.GetProperty("parent_id").GetString().ShouldBe(answer.Id);
        answer.Children.ShouldBe([child.GetProperty("id").GetString()!]);
    }
}

[Collection<RedisRedis>]
public sealed class PythonCallsDotNetOverRedisWithRedisResultsTests(PeerFixture<RedisBrokerRedisResults> peers) : PythonCallsDotNetTests(peers);

[Collection<RedisRpc>]
public sealed class PythonCallsDotNetOverRedisWithRpcResultsTests(PeerFixture<RedisBrokerRpcResults> peers) : PythonCallsDotNetTests(peers);

[Collection<AmqpRedis>]
public sealed class PythonCallsDotNetOverAmqpWithRedisResultsTests(PeerFixture<AmqpBrokerRedisResults> peers) : PythonCallsDotNetTests(peers);

[Collection<AmqpRpc>]
public sealed class PythonCallsDotNetOverAmqpWithRpcResultsTests(PeerFixture<AmqpBrokerRpcResults> peers) : PythonCallsDotNetTests(peers);
