using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Results of workflows that Python has started, and groups that either side has saved: what .NET makes of them beside what Python does.</summary>
public abstract class ResultTreeTests(PeerFixture peers)
{
    private static readonly TimeSpan _limit = Bound.Default;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Group_of_Python_is_joined_in_its_order()
    {
        var (group, tuple) = await StartAsync("""group(s("add", number, number) for number in range(20))""");

        var joined = await group.AsGroup<int>().JoinAsync(_limit, Token);

        joined.ShouldBe(Enumerable.Range(0, 20).Select(number => number * 2));
        (await AskAsync("waited", tuple)).GetProperty("value").EnumerateArray().Select(value => value.GetInt32()).ShouldBe(joined);
        (await group.AsGroup<int>().GetCountsAsync(Token)).ShouldBe(new GroupCounts(20, 20, 0));
        (await group.IsSuccessfulAsync(Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task Failed_member_of_a_group_is_told_from_the_others()
    {
        var (group, tuple) = await StartAsync("""group(s("add", 1, 1), s("fail", "no"), s("add", 2, 2))""");

        var outcomes = await group.AsGroup<int>().JoinOutcomesAsync(_limit, Token);

        outcomes.Select(outcome => outcome.Error?.ExceptionType ?? $"{outcome.GetValue()}").ShouldBe(["2", "ValueError", "4"]);
        outcomes[1].Error.ShouldNotBeNull().TaskId.ShouldBe(group.AsGroup<int>().Results[1].Id);
        (await AskAsync("waited", tuple)).GetProperty("error").GetString().ShouldBe("ValueError");
        (await group.AsGroup<int>().GetCountsAsync(Token)).ShouldBe(new GroupCounts(3, 2, 1));
    }

    [Fact]
    public async Task Chain_of_Python_has_its_steps_as_parents()
    {
        var (last, _) = await StartAsync("""chain(s("add", 1, 2), s("add", 3), s("add", 4))""");

        (await last.As<int>().GetAsync(_limit, Token)).ShouldBe(10);

        var middle = last.Parent.ShouldNotBeNull();
        (await middle.As<int>().GetAsync(_limit, Token)).ShouldBe(6);
        var first = middle.Parent.ShouldNotBeNull();
        (await first.As<int>().GetAsync(_limit, Token)).ShouldBe(3);
        first.Parent.ShouldBeNull();
        (await first.GetChildrenAsync(Token)).Select(child => child.Id).ShouldBe([middle.Id]);
        (await middle.GetSnapshotAsync(Token)).ShouldNotBeNull().ParentId.ShouldBe(first.Id);
    }

    [Theory]
    [InlineData("""chain(s("add", 1, 2), s("add", "x"), s("add", 4))""", "TypeError")]
    [InlineData("""chain(s("fail", "first"), s("add", 3), s("add", 4))""", "ValueError")]
    [InlineData("""chord([s("add", 1, 1), s("fail", "in a header")], s("tsum"))""", "ValueError")]
    // The body of the outer chord never gets a state in Celery: who waits learns of it from a step before only.
    [InlineData("""chord([chord([s("fail", "deep"), s("add", 1, 1)], s("tsum")), s("add", 2, 2)], s("tsum"))""", "ChordError")]
    public async Task Failure_within_a_workflow_is_the_one_that_Python_gets(string workflow, string error)
    {
        var (last, tuple) = await StartAsync(workflow);

        var thrown = await Should.ThrowAsync<RemoteTaskException>(() => last.WaitAsync(_limit, Token));
        var raised = await AskAsync("waited", tuple);

        (thrown.ExceptionType, thrown.ExceptionMessage).ShouldBe((raised.GetProperty("error").GetString(), raised.GetProperty("message").GetString()));
        thrown.ExceptionType.ShouldBe(error);
    }

    [Theory]
    [InlineData("""s("spread", 3)""", 7)]
    [InlineData("""chain(s("add", 1, 2), s("spread"))""", 7)]
    [InlineData("""s("add", 1, 2)""", 1)]
    public async Task Tree_of_a_task_is_collected_as_Python_collects_it(string workflow, int count)
    {
        var (root, tuple) = await StartAsync(workflow);

        var collected = await root.CollectAsync(new() { Timeout = _limit }, Token).ToListAsync(Token);

        var expected = (await AskAsync("collected", tuple)).EnumerateArray().Select(each => $"{each[0]} {each[1].GetRawText()}");
        collected.Select(item => $"{item.Result.Id} {item.Value.GetRawText()}").ShouldBe(expected);
        collected.Count.ShouldBe(count);
    }

    [Fact]
    public async Task Group_that_Python_has_saved_is_restored_with_all_that_is_in_it()
    {
        var (group, tuple) = await StartAsync("""group(chain(s("add", 1, 1), group(s("add", 2), s("add", 3))), s("add", 5, 5), chain(s("add", 1, 1), s("add", 1)))""");
        await AskAsync("saved", tuple);

        var restored = (await peers.Client.RestoreGroupAsync<JsonElement>(group.Id, Token)).ShouldNotBeNull();

        ShouldBeSame(ResultTree.ToNode(restored), tuple);
        restored.Results[0].Members.ShouldNotBeNull().Count.ShouldBe(2);
        var joined = await restored.JoinAsync(_limit, Token);
        joined.Select(value => value.GetRawText()).ShouldBe(["[4, 5]", "10", "3"]);
        (await restored.Results[0].AsGroup<int>().JoinAsync(_limit, Token)).ShouldBe([4, 5]);
        await peers.Python.AskAsync("deleted", new JsonObject { ["id"] = group.Id.Value });
        (await peers.Client.RestoreGroupAsync<JsonElement>(group.Id, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Group_that_dotnet_has_saved_is_restored_by_Python()
    {
        var sent = await peers.Client.SendManyAsync([IPythonTasks.Signatures.Add(1, 1), IPythonTasks.Signatures.Add(2, 2), IPythonTasks.Signatures.Add(3, 3)], Token);
        var results = sent.GetResults();
        var inner = peers.Client.GetGroupResult(results.Take(2));
        var access = inner.Access;
        var group = GroupResult<IReadOnlyList<long>>.Create(
            TaskId.New().Value, [inner, new AsyncResult<IReadOnlyList<long>>(results[2].Id, access, results[0])], results[1], access);

        await group.SaveAsync(Token);
        var restored = await peers.Python.AskAsync("restored", new JsonObject { ["id"] = group.Id.Value });

        ShouldBeSame(ResultTree.ToNode(group), restored.GetProperty("tuple"));
        restored.GetProperty("value").GetRawText().ShouldBe("[[2, 4], 6]");
        await group.DeleteAsync(Token);
        (await peers.Python.AskAsync("restored", new JsonObject { ["id"] = group.Id.Value })).ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Group_of_dotnet_tasks_is_joined_by_Python()
    {
        var sent = await peers.Client.SendManyAsync(Enumerable.Range(0, 50).Select(number => new Signature<long>(
            "interop.add", [Extensibility.TaskValue.Of(number), Extensibility.TaskValue.Of(1)], null, new SendOptions { Queue = peers.DotNetQueue })), Token);
        var group = peers.Client.GetGroupResult(sent.GetResults());

        await group.SaveAsync(Token);
        var restored = await peers.Python.AskAsync("restored", new JsonObject { ["id"] = group.Id.Value });

        restored.GetProperty("value").EnumerateArray().Select(value => value.GetInt64()).ShouldBe(await group.JoinAsync(_limit, Token));
    }

    [Fact]
    public async Task Progress_of_a_Python_task_is_watched_to_its_end()
    {
        var key = Names.Unique("interop-gate");
        var result = await peers.Client.SendAsync(IPythonTasks.Signatures.Progress(key), Token);
        var seen = new List<string>();

        await foreach (var snapshot in result.WatchAsync(_limit, Token))
        {
            seen.Add($"{snapshot.State} {snapshot.ReadInfo().GetRawText()}");
            if (snapshot.State.Name == "PROGRESS")
            {
                await peers.Counters.ListLeftPushAsync(key, "go on");
            }
        }

        seen.ShouldBe(["PROGRESS {\"done\": 3, \"total\": 10}", "SUCCESS \"done\""]);
    }

    [Fact]
    public async Task Snapshot_of_a_failed_Python_task_has_its_time_and_traceback()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        var result = await peers.Client.SendAsync(IPythonTasks.Signatures.Fail("no"), Token);

        var snapshot = await result.WaitForEndAsync(_limit, Token);

        snapshot.State.ShouldBe(TaskState.Failure);
        snapshot.Traceback.ShouldNotBeNull().ShouldContain("ValueError: no");
        snapshot.ReadError().ShouldNotBeNull().ExceptionMessage.ShouldBe("no");
        snapshot.DateDone.ShouldNotBeNull().ShouldBeInRange(before, DateTimeOffset.UtcNow.AddSeconds(1));
    }

    [Fact]
    public async Task Snapshot_of_an_extended_result_of_Python_has_the_call_and_the_worker()
    {
        var queue = Names.Unique("interop-extended");
        await using var worker = await PythonWorker.StartAsync(peers.PythonSettings(queue) with { ExtendedResults = true }, queue);
        var result = await peers.Client.SendTaskAsync<string>("interop.describe", ["box"], new() { ["count"] = 3 }, new SendOptions { Queue = queue }, Token);

        var snapshot = await result.WaitForEndAsync(_limit, Token);

        snapshot.ReadInfo<string>().ShouldBe("'box' 3 False None");
        (snapshot.TaskName, snapshot.Queue, snapshot.Retries).ShouldBe(("interop.describe", queue, 0));
        snapshot.Worker.ShouldNotBeNull().ShouldStartWith($"python-{queue}@");
        snapshot.ReadArgs().GetRawText().ShouldBe("""["box"]""");
        snapshot.ReadKwargs().GetRawText().ShouldBe("""{"count": 3}""");
    }

    private static void ShouldBeSame(ResultNode node, JsonElement tuple)
    {
        using var written = JsonDocument.Parse(ResultCodec.CreateJson().EncodeGroup(node));
        JsonElement.DeepEquals(written.RootElement.GetProperty("result"), tuple).ShouldBeTrue($"was {written.RootElement}, must have {tuple}");
    }

    private async Task<(AsyncResult Result, JsonElement Tuple)> StartAsync(string expression)
    {
        var tuple = await peers.Python.AskAsync("workflow", new JsonObject { ["expression"] = expression, ["queue"] = peers.PythonQueue });
        return (ResultTree.ToHandle(ResultNode.Read(tuple), peers.Client.GetResult<int>("any").Access), tuple);
    }

    private Task<JsonElement> AskAsync(string operation, JsonElement tuple)
        => peers.Python.AskAsync(operation, new JsonObject { ["result"] = JsonNode.Parse(tuple.GetRawText()) });
}

[Collection<RedisRedis>]
public sealed class ResultTreesOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : ResultTreeTests(peers);

[Collection<AmqpRedis>]
public sealed class ResultTreesOverAmqpTests(PeerFixture<AmqpBrokerRedisResults> peers) : ResultTreeTests(peers);

/// <summary>The same where results are messages, of which the sender alone gets those of the tasks it sent.</summary>
public abstract class ResultTreeOverRpcTests(PeerFixture peers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousand_results_are_joined()
    {
        var sent = await peers.Client.SendManyAsync(Enumerable.Range(0, 1_000).Select(number => IPythonTasks.Signatures.Add(number, 1)), Token);

        var joined = await peers.Client.GetGroupResult(sent.GetResults()).JoinAsync(Bound.Long, Token);

        joined.ShouldBe(Enumerable.Range(1, 1_000).Select(number => (long)number));
    }

    [Fact]
    public async Task Children_come_with_the_reply()
    {
        var result = await peers.Client.SendTaskAsync<int>("interop.spread", [2], cancellationToken: Token);
        await result.WaitAsync(Bound.Default, Token);

        var children = await result.GetChildrenAsync(Token);

        children.Count.ShouldBe(2);
        children[0].Members.ShouldNotBeNull().Count.ShouldBe(2);
        children[1].Members.ShouldBeNull();
    }

    [Fact]
    public async Task Saving_a_group_says_what_would_keep_it()
    {
        var group = peers.Client.GetGroupResult([peers.Client.GetResult<int>(TaskId.New())]);

        (await Should.ThrowAsync<CeleryConfigurationException>(() => group.SaveAsync(Token))).Message.ShouldContain("redis://");
        await Should.ThrowAsync<CeleryConfigurationException>(() => peers.Client.RestoreGroupAsync<int>(group.Id, Token));
    }
}

[Collection<RedisRpc>]
public sealed class ResultTreesOverRedisWithRpcResultsTests(PeerFixture<RedisBrokerRpcResults> peers) : ResultTreeOverRpcTests(peers);

[Collection<AmqpRpc>]
public sealed class ResultTreesOverAmqpWithRpcResultsTests(PeerFixture<AmqpBrokerRpcResults> peers) : ResultTreeOverRpcTests(peers);
