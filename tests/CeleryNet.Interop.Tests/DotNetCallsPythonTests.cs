using System.Text.Json;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.Results;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Interop.Tests;

/// <summary>A .NET producer, a Python worker.</summary>
public abstract class DotNetCallsPythonTests(PeerFixture peers)
{
    private static readonly TimeSpan _limit = Bound.Default;

    [Fact]
    public async Task Typed_calls_return_what_Python_computed()
    {
        (await GetAsync(IPythonTasks.Signatures.Add(2, 3))).ShouldBe(5);
        (await GetAsync(IPythonTasks.Signatures.Add(long.MaxValue - 1, 1))).ShouldBe(long.MaxValue);
        (await GetAsync(IPythonTasks.Signatures.Sum([1, 2, 3]))).ShouldBe(6);
        (await GetAsync(IPythonTasks.Signatures.ReprOf(2.0))).ShouldBe("2.0");
        await (await peers.Client.SendAsync(IPythonTasks.Signatures.Nothing())).WaitAsync(_limit);
    }

    [Fact]
    public async Task Defaults_are_those_of_the_declaration()
    {
        (await GetAsync(IPythonTasks.Signatures.Describe("ß漢🎉"))).ShouldBe("'ß漢🎉' 1 False None");
        (await GetAsync(IPythonTasks.Signatures.Describe("a", 2, loud: true, factor: 3.0))).ShouldBe("'a' 2 True 3.0");
    }

    [Fact]
    public async Task Many_calls_that_are_sent_together_all_return_what_Python_computed()
    {
        const int count = 1000;
        var calls = Enumerable.Range(0, count).Select(i => i == 500
            ? IPythonTasks.Signatures.Add(i, 1).With(new SendOptions { Priority = -1 })
            : IPythonTasks.Signatures.Add(i, 1));

        var outcomes = await peers.Client.SendManyAsync(calls, TestContext.Current.CancellationToken);

        outcomes.Count.ShouldBe(count);
        for (var i = 0; i < count; i++)
        {
            if (i == 500)
            {
                outcomes[i].Error.ShouldBeOfType<ArgumentException>();
            }
            else
            {
                (await outcomes[i].GetResult().GetAsync(_limit)).ShouldBe(i + 1);
            }
        }
    }

    [Fact]
    public async Task Untyped_calls_take_positional_and_keyword_arguments()
    {
        (await SendAsync("interop.add", [2, 3])).GetInt32().ShouldBe(5);
        (await SendAsync("interop.add", kwargs: new() { ["x"] = 2, ["y"] = 3 })).GetInt32().ShouldBe(5);
        (await SendAsync("interop.describe", ["a"], new() { ["loud"] = true })).GetString().ShouldBe("'a' 1 True None");
        (await SendAsync("interop.keywords", kwargs: new() { ["b"] = null, ["a"] = 1 })).GetRawText().ShouldBe("""["a", "b"]""");
        (await SendAsync("interop.nothing")).ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Values_have_the_same_type_in_Python()
    {
        (object? Value, string Repr)[] values =
        [
            (null, "None"), (true, "True"), (2, "2"), (2L, "2"), (long.MinValue, "-9223372036854775808"), (ulong.MaxValue, "18446744073709551615"),
            (2.0, "2.0"), (2.0f, "2.0"), (0.1f, "0.1"), (1e300, "1e+300"), (-0.5, "-0.5"), (2.50m, "'2.50'"), (double.NaN, "nan"), (double.PositiveInfinity, "inf"),
            ("", "''"), ("ünïcödé 漢字 🎉 \u0000", """'ünïcödé 漢字 🎉 \x00'"""), ("it's", "\"it's\""),
            (new[] { 1, 2 }, "[1, 2]"), (new List<double> { 1, 2.5 }, "[1.0, 2.5]"), (new Dictionary<string, int> { ["a"] = 1 }, "{'a': 1}"),
            (new object?[] { 1, 2.0, null, "x", new[] { "y" } }, "[1, 2.0, None, 'x', ['y']]"), (Array.Empty<int>(), "[]"),
            (Guid.Empty, "'00000000-0000-0000-0000-000000000000'"),
            (JsonElement.Parse("""{"a":[1,2.0,{"b":null}]}"""), "{'a': [1, 2.0, {'b': None}]}"),
        ];

        var results = new List<AsyncResult<string>>();
        foreach (var (value, _) in values)
        {
            results.Add(await peers.Client.SendTaskAsync<string>("interop.repr", [value]));
        }

        var reprs = new List<string>();
        foreach (var result in results)
        {
            reprs.Add(await result.GetAsync(_limit));
        }

        reprs.ShouldBe(values.Select(value => value.Repr));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("-9223372036854775808")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("2.0")]
    [InlineData("\"text \\u00fc\"")]
    [InlineData("""[1, 2.5, [], {}, {"a": [null, true]}]""")]
    public async Task Any_value_comes_back_from_Python_as_it_was(string json)
    {
        var result = await SendAsync("interop.echo", [JsonElement.Parse(json)]);

        result.GetRawText().ShouldBe(json);
    }

    [Fact]
    public async Task An_exception_of_Python_tells_its_class_its_message_and_its_traceback()
    {
        var result = await peers.Client.SendAsync(IPythonTasks.Signatures.Fail("wrong colour: grün"));

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.WaitAsync(_limit));

        error.TaskId.ShouldBe(result.Id);
        error.State.ShouldBe(TaskState.Failure);
        error.ExceptionType.ShouldBe("ValueError");
        error.ExceptionModule.ShouldBe("builtins");
        error.ExceptionMessage.ShouldBe("wrong colour: grün");
        error.Traceback.ShouldNotBeNull().ShouldStartWith("Traceback");
        error.InnerException.ShouldBeOfType<ArgumentException>().Message.ShouldBe("wrong colour: grün");
    }

    [Fact]
    public async Task An_exception_class_of_the_Python_application_arrives_by_its_name()
    {
        var result = await peers.Client.SendAsync(IPythonTasks.Signatures.FailCustom("no paper"));

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.WaitAsync(_limit));

        error.ExceptionType.ShouldBe("OutOfPaper");
        error.ExceptionModule.ShouldBe("app");
        error.ExceptionMessage.ShouldBe("no paper");
        error.InnerException.ShouldBeNull();
    }

    [Fact]
    public async Task Arguments_Python_refuses_are_a_TypeError()
    {
        var result = await peers.Client.SendTaskAsync("interop.add", [1]);

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.WaitAsync(_limit));

        error.ExceptionType.ShouldBe("TypeError");
        error.ExceptionMessage.ShouldContain("'y'");
    }

    [Fact]
    public async Task A_result_of_another_type_is_said_to_be_so()
    {
        var result = await peers.Client.SendTaskAsync<int>("interop.echo", ["text"]);

        var error = await Should.ThrowAsync<CelerySerializationException>(() => result.GetAsync(_limit));

        error.Message.ShouldContain(result.Id.Value);
    }

    [Fact]
    public async Task A_task_is_pending_then_started_then_successful()
    {
        var key = Names.Unique("interop-gate");
        var result = await peers.Client.SendAsync(IPythonTasks.Signatures.Gate(key));
        var unsent = peers.Client.GetResult<string>(TaskId.New());

        var started = await FirstAsync(result.Id, TaskState.Started);
        await peers.Counters.ListLeftPushAsync(key, "open");

        (await unsent.GetStateAsync()).ShouldBe(TaskState.Pending);
        started.ReadResult().GetProperty("pid").GetInt32().ShouldBePositive();
        started.ReadResult().GetProperty("hostname").GetString().ShouldNotBeNull().ShouldStartWith("python-");
        (await result.GetAsync(_limit)).ShouldBe("open");
        (await result.GetStateAsync()).ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_state_of_a_Python_task_is_seen_with_what_it_says()
    {
        var key = Names.Unique("interop-gate");
        var result = await peers.Client.SendAsync(IPythonTasks.Signatures.Progress(key));

        await FirstAsync(result.Id, "PROGRESS");
        var (state, info) = await result.GetInfoAsync();
        await peers.Counters.ListLeftPushAsync(key, "go on");

        state.Name.ShouldBe("PROGRESS");
        info.GetProperty("done").GetInt32().ShouldBe(3);
        info.GetProperty("total").GetInt32().ShouldBe(10);
        (await result.GetAsync(_limit)).ShouldBe("done");
    }

    [Fact]
    public async Task An_ignored_result_is_not_stored()
    {
        var ignored = await peers.Client.SendAsync(IPythonTasks.Signatures.Add(1, 1).With(ignoreResult: true));
        // The worker runs one task at a time, in order: what comes after the ignored one ends after it.
        await GetAsync(IPythonTasks.Signatures.Add(2, 2));

        (await ignored.GetStateAsync()).ShouldBe(TaskState.Pending);
    }

    [Fact]
    public async Task An_expired_task_is_revoked_by_Python()
    {
        var key = Names.Unique("interop-runs");
        var result = await peers.Client.SendAsync(IPythonTasks.Signatures.Who(key, 1).With(expires: TimeSpan.FromSeconds(-10)));

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.WaitAsync(_limit));

        error.State.ShouldBe(TaskState.Revoked);
        error.ExceptionType.ShouldBe("TaskRevokedError");
        (await peers.Counters.KeyExistsAsync(key)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_task_with_a_countdown_is_not_run_early()
    {
        var sent = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds;

        var ran = await GetAsync(IPythonTasks.Signatures.Now().With(countdown: TimeSpan.FromSeconds(1)));

        // Both clocks are the same; a float of Python has less than a microsecond.
        ran.ShouldBeGreaterThanOrEqualTo(sent + 1 - 0.000_002);
    }

    [Fact]
    public async Task Python_sees_the_message_as_one_of_its_own()
    {
        var options = new SendOptions
        {
            Priority = 6,
            Shadow = "shown as",
            TimeLimit = TimeSpan.FromSeconds(60),
            SoftTimeLimit = TimeSpan.FromSeconds(59.5),
            Headers = new Dictionary<string, JsonElement> { ["x-text"] = JsonElement.Parse("\"grün\""), ["x-table"] = JsonElement.Parse("""{"k": [1, true, null]}""") },
        };

        var result = await peers.Client.SendTaskAsync("interop.request", options: options);

        var seen = await result.GetAsync(_limit);
        seen.GetProperty("id").GetString().ShouldBe(result.Id.Value);
        seen.GetProperty("root_id").GetString().ShouldBe(result.Id.Value);
        seen.GetProperty("parent_id").ValueKind.ShouldBe(JsonValueKind.Null);
        seen.GetProperty("priority").GetInt32().ShouldBe(6);
        seen.GetProperty("lang").GetString().ShouldBe("py");
        seen.GetProperty("shadow").GetString().ShouldBe("shown as");
        seen.GetProperty("timelimit").GetRawText().ShouldBe("[60, 59.5]");
        seen.GetProperty("origin").GetString().ShouldNotBeNull().ShouldStartWith("gen");
        seen.GetProperty("x-text").GetString().ShouldBe("grün");
        seen.GetProperty("x-table").GetRawText().ShouldBe("""{"k": [1, true, null]}""");
    }

    [Theory]
    [InlineData("[]", "{}")]
    [InlineData("[1]", """{"a": 1}""")]
    [InlineData("""[1, 2.5, true, null, "text"]""", """{"a": "b", "c": [1], "d": {"e": {"f": {"g": {"h": 1}}}}}""")]
    [InlineData("""["it's", "ünï 漢 🎉", "say \"so\"", "back\\slash", "line\nbreak", ""]""", """{"k'ey": "v'alue", "ключ": "значение"}""")]
    [InlineData("[[], {}, [[]], [[[1]]], [[[[1, 2]]]], [1, [2, [3, [4]]]]]", """{"a": [], "b": {}, "c": [[[]]]}""")]
    [InlineData("[1e300, 2.0, -0.5, 1e-7, 9223372036854775807, 123456789012345678901234567890]", "{}")]
    [InlineData("[0.0, -0.0, 1e15, 123456789012345.6, 1e16, -1.5e16, 1.25e22, 1e23, 1234567890123456.0, 0.0001, 0.00001, 0.000123, 1.234e-5, 5e-324, 2.50]", "{}")]
    public async Task Arguments_are_shown_as_Celery_shows_them(string args, string kwargs)
    {
        var reprs = await SendAsync(
            "interop.reprs",
            [.. JsonElement.Parse(args).EnumerateArray().Select(each => (object?)each)],
            JsonElement.Parse(kwargs).EnumerateObject().ToDictionary(each => each.Name, each => (object?)each.Value));

        reprs[0].GetString().ShouldBe(reprs[1].GetString());
        reprs[2].GetString().ShouldBe(reprs[3].GetString());
    }

    private async Task<T> GetAsync<T>(Signature<T> signature) => await (await peers.Client.SendAsync(signature)).GetAsync(_limit);

    private async Task<JsonElement> SendAsync(string task, object?[]? args = null, Dictionary<string, object?>? kwargs = null)
        => await (await peers.Client.SendTaskAsync(task, args, kwargs)).GetAsync(_limit);

    private async Task<Protocol.ResultMeta> FirstAsync(TaskId id, TaskState state)
    {
        using var bound = new CancellationTokenSource(_limit);
        await foreach (var meta in peers.DotNet.Services.GetRequiredService<IResultBackend>().WatchAsync(id, bound.Token))
        {
            if (meta.State == state)
            {
                return meta;
            }

            meta.State.IsReady.ShouldBeFalse($"{state} was never seen");
        }

        throw new InvalidOperationException($"The watch ended before {state}.");
    }
}

[Collection<RedisRedis>]
public sealed class DotNetCallsPythonOverRedisWithRedisResultsTests(PeerFixture<RedisBrokerRedisResults> peers) : DotNetCallsPythonTests(peers);

[Collection<RedisRpc>]
public sealed class DotNetCallsPythonOverRedisWithRpcResultsTests(PeerFixture<RedisBrokerRpcResults> peers) : DotNetCallsPythonTests(peers);

[Collection<AmqpRedis>]
public sealed class DotNetCallsPythonOverAmqpWithRedisResultsTests(PeerFixture<AmqpBrokerRedisResults> peers) : DotNetCallsPythonTests(peers);

[Collection<AmqpRpc>]
public sealed class DotNetCallsPythonOverAmqpWithRpcResultsTests(PeerFixture<AmqpBrokerRpcResults> peers) : DotNetCallsPythonTests(peers);
