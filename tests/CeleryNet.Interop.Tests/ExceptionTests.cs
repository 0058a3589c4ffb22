using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Exceptions both ways: their arguments whatever they are, and what caused them.</summary>
public abstract class ExceptionTests(PeerFixture peers)
{
    [Theory]
    [InlineData("ValueError", "[]")]
    [InlineData("ValueError", """["text"]""")]
    [InlineData("ValueError", "[42]")]
    [InlineData("ValueError", "[null]")]
    [InlineData("ValueError", "[2.0]")]
    [InlineData("ValueError", "[[1, 'two', {'three': true}]]")]
    [InlineData("ValueError", "['it\\'s', 2.5, null, [], {}]")]
    [InlineData("ValueError", "[123456789012345678901234567890, 1e300]")]
    [InlineData("Exception", """["both ' and \" and \\ and \n\t\u0000\u007f\u00a0\u2028\u200b and ünï 漢 🎉"]""")]
    [InlineData("Exception", """[["both ' and \" and \\ and \n\t\u0000\u007f\u00a0\u2028\u200b and ünï 漢 🎉", "only '"]]""")]
    [InlineData("KeyError", """["a key"]""")]
    [InlineData("KeyError", """["it's"]""")]
    [InlineData("KeyError", "[7]")]
    [InlineData("KeyError", "['a', 'b']")]
    [InlineData("LookupError", "['a']")]
    [InlineData("OSError", "[2, 'No such thing']")]
    [InlineData("FileNotFoundError", "[2, 'No such file']")]
    [InlineData("OSError", "['text']")]
    [InlineData("OutOfPaper", "['A4', 500]")]
    [InlineData("Shop.OutOfStock", "[{'article': 'A-7'}, [1, 2]]")]
    public async Task Arguments_of_a_Python_exception_come_without_loss_and_its_text_is_what_Python_says(string name, string args)
    {
        var arguments = JsonElement.Parse(args.Contains('"') ? args : args.Replace('\'', '"').Replace("\\\"", "'", StringComparison.Ordinal));
        var expected = await (await peers.Client.SendTaskAsync<string>("interop.show_error", [name, arguments])).GetAsync(Bound.Default);

        var error = await FailureAsync("interop.raise", name, arguments);

        error.ExceptionType.ShouldBe(name is "OSError" && arguments[0].ValueKind == JsonValueKind.Number ? "FileNotFoundError" : name);
        error.ExceptionMessage.ShouldBe(expected);
        error.Arguments.Count.ShouldBe(arguments.GetArrayLength());
        foreach (var (argument, sent) in error.Arguments.Zip(arguments.EnumerateArray()))
        {
            JsonElement.DeepEquals(argument, sent).ShouldBeTrue($"{argument.GetRawText()} is not {sent.GetRawText()}");
        }
    }

    [Fact]
    public async Task Arguments_that_JSON_cannot_carry_come_as_Python_shows_them()
    {
        var error = await FailureAsync("interop.raise_odd");

        error.ExceptionType.ShouldBe("OutOfPaper");
        error.Arguments.Select(argument => argument.GetString()).ShouldBe(["{1, 2}", "<class 'object'>"]);
    }

    [Fact]
    public async Task Numbers_that_only_Python_has_are_arguments_too()
    {
        (await FailureAsync("interop.raise_numbers")).ExceptionMessage.ShouldBe("(nan, -inf, 1000000000000000000000000000000)");
        (await peers.Python.CallAsync("interop.forward", """["interop.raise_numbers", []]""")).ErrorRepr
            .ShouldBe("ValueError(nan, -inf, 1000000000000000000000000000000)");
    }

    [Fact]
    public async Task Causes_of_a_Python_exception_are_in_its_traceback()
    {
        var error = await FailureAsync("interop.raise_causes");

        error.ExceptionType.ShouldBe("ValueError");
        var traceback = error.Traceback.ShouldNotBeNull();
        traceback.ShouldContain("KeyError: 'the key'");
        traceback.ShouldContain("OutOfPaper: the cause");
        traceback.ShouldContain("ValueError: the end");
        error.ToString().ShouldContain("KeyError: 'the key'");
    }

    [Fact]
    public async Task A_dotnet_exception_gives_Python_the_arguments_it_names()
    {
        (await peers.Python.CallAsync("interop.fail_stock", """["A-7", 3]""")).ErrorRepr.ShouldBe("OutOfStock('A-7', 3, [1.5, 2.0])");
        var answer = await peers.Python.CallAsync("interop.fail_stock", """["it's", null]""");
        answer.ErrorRepr.ShouldBe("OutOfStock(\"it's\", None, [1.5, 2.0])");
        answer.ErrorModule.ShouldBe("app");
        answer.ErrorBases.ShouldBe(["OutOfStock", "Exception", "BaseException", "object"]);
    }

    [Fact]
    public async Task Causes_of_a_dotnet_exception_are_in_the_traceback_that_Python_shows()
    {
        var answer = await peers.Python.CallAsync("interop.fail_causes");

        answer.ErrorType.ShouldBe(nameof(InvalidOperationException));
        answer.ErrorMessage.ShouldBe("the end");
        var traceback = answer.Traceback.ShouldNotBeNull();
        foreach (var cause in new[] { "AggregateException", "FormatException: the first cause", "RankException: the first cause's cause", "ArithmeticException: the second cause" })
        {
            traceback.ShouldContain(cause);
        }

        traceback.ShouldContain($"{nameof(InteropTasks)}.{nameof(InteropTasks.FailCausesAsync)}");
    }

    [Theory]
    [InlineData("KeyError", """["it's"]""", """KeyError("it's")""")]
    [InlineData("Shop.OutOfStock", """["A-7", 3, [null, {"a": 1.0}]]""", "OutOfStock('A-7', 3, [None, {'a': 1.0}])")]
    [InlineData("ValueError", "[]", "ValueError()")]
    public async Task A_Python_exception_that_a_dotnet_task_lets_pass_is_still_itself(string name, string args, string repr)
    {
        var answer = await peers.Python.CallAsync("interop.forward", new JsonArray("interop.raise", new JsonArray(name, JsonNode.Parse(args))).ToJsonString());

        answer.ErrorRepr.ShouldBe(repr);
        var traceback = answer.Traceback.ShouldNotBeNull();
        traceback.ShouldContain("in raise_error");
        traceback.ShouldContain($"{nameof(InteropTasks)}.{nameof(InteropTasks.ForwardAsync)}");
    }

    private async Task<RemoteTaskException> FailureAsync(string task, params object?[] args)
    {
        var result = await peers.Client.SendTaskAsync(task, args);
        return await Should.ThrowAsync<RemoteTaskException>(() => result.WaitAsync(Bound.Default));
    }
}

[Collection<RedisRedis>]
public sealed class ExceptionOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : ExceptionTests(peers);

[Collection<AmqpRpc>]
public sealed class ExceptionOverAmqpTests(PeerFixture<AmqpBrokerRpcResults> peers) : ExceptionTests(peers);
