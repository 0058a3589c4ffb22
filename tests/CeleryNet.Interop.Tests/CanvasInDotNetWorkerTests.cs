using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;

namespace CeleryNet.Interop.Tests;

/// <summary>
/// Workflows that Python composes and sends, with their steps in .NET alone, and alternating between workers of both languages. Each comes to what it comes to with two
/// Python workers.
/// </summary>
public abstract class CanvasInDotNetWorkerTests(PeerFixture peers)
{
    /// <summary>What is composed, and how many notes its callbacks make. <c>a</c> and <c>b</c> are the two workers.</summary>
    public static TheoryData<string, int> Flows => new()
    {
        { "chain(a.add(1, 2), b.add(3), a.add(4), b.add(5))", 0 },
        { "chain(a.add(1, 2), b.add(10, 20).set(immutable=True), a.add(4))", 0 },
        { "group(a.add(1, 2), b.add(3, 4), a.add(5, 6))", 0 },
        { "chord([a.add(i, i) if i % 2 else b.add(i, i) for i in range(10)], a.tsum())", 0 },
        { "chord([a.add(i, i) if i % 2 else b.add(i, i) for i in range(10)], b.echo())", 0 },
        { "chord([], a.tsum())", 0 },
        { "chain(a.add(1, 1), group(a.add(1), b.add(2)), b.tsum(), a.add(100))", 0 },
        { "chain(group(a.add(1, 1), b.add(2, 2)), a.echo(), b.echo())", 0 },
        { "chain(a.add(1, 1), group(a.add(1), b.add(2)))", 0 },
        { "group(chain(a.add(1, 1), b.add(2)), chain(b.add(3, 3), a.add(4)))", 0 },
        { "chord([chain(a.add(1, 1), b.add(2)), chain(b.add(3, 3), a.add(4))], b.echo())", 0 },
        { "chord([chord([a.add(1, 1), b.add(2, 2)], a.tsum()), b.add(5, 5)], b.echo())", 0 },
        { "chord([chord([a.add(1, 1), b.add(2, 2)], b.tsum()), chord([b.add(5, 5), a.add(6, 6)], a.tsum())], a.tsum())", 0 },
        { "chord([a.add(1, 1), b.add(2, 2)], chain(b.tsum(), a.add(1), b.add(2)))", 0 },
        { "chord([a.add(1, 1), b.add(2, 2)], chord([a.tsum(), b.tsum()], a.tsum()))", 0 },
        { "chord([a.add(1, 1), b.add(2, 2)], group(a.tsum(), b.tsum()))", 0 },
        { "chain(group(a.add(1, 1), b.add(2, 2)), group(a.tsum(), b.tsum()), a.tsum())", 0 },
        { "chord([a.ignored(7), b.ignored(8), a.add(1, 1)], b.echo())", 0 },
        { "xmap(a, 'tsum', [[1, 2], [3], []])", 0 },
        { "xstarmap(a, 'add', [[1, 2], [3, 4]])", 0 },
        { "chain(xchunks(a, 'add', [[i, i] for i in range(10)], 3), b.echo())", 0 },
        { "chain(a.add(1, 2), b.fail('x').set(immutable=True), a.add(4))", 0 },
        { "chain(a.fail('first'), b.add(1), a.add(2))", 0 },
        { "chain(a.add(1, 2), b.echo(), a.fail('last').set(immutable=True))", 0 },
        { "group(a.fail('one'), b.add(1, 1), b.fail('two'))", 0 },
        { "chord([a.fail('part'), b.add(1, 1), a.add(2, 2)], b.tsum())", 0 },
        { "chord([a.add(1, 1), b.add(2, 2), b.fail('part')], a.tsum())", 0 },
        { "chord([a.add(1, 1), b.add(2, 2)], a.fail('body').set(immutable=True))", 0 },
        { "chord([chain(a.add(1, 1), b.fail('in a chain').set(immutable=True), a.add(1)), b.add(2, 2)], b.tsum())", 0 },
        { "chord([a.add(1, 1).set(expires=-10), b.add(2, 2)], a.tsum())", 0 },
        { "chord([a.flaky(key + '-runs', 2, 0), b.flaky(key + '-runs', 1, 0), b.add(1, 1)], a.echo())", 0 },
        { "chain(a.flaky(key + '-runs', 2, 0), b.add(10), a.add(100))", 0 },
        { "a.replace('call', 1, 2)", 0 },
        { "a.replace('chain', 1, 2)", 0 },
        { "a.replace('group', 1, 2)", 0 },
        { "a.replace('chord', 1, 2)", 0 },
        { "chain(a.replace('call', 1, 2), b.add(10), a.add(100))", 0 },
        { "chain(a.replace('chain', 1, 2), b.add(10))", 0 },
        { "chain(a.replace('chord', 1, 2), b.add(10))", 0 },
        { "chord([a.replace('call', 1, 2), b.replace('chain', 3, 4), a.add(5, 5)], b.echo())", 0 },
        { "chord([a.replace('chord', 1, 2), b.add(5, 5)], b.echo())", 0 },
        { "a.add(1, 2).on_error(b.push(key)) | b.add(3)", 0 },
        { "chain(a.add(1, 2), b.add(3).set(link=[a.push(key)]))", 1 },
        { "a.add(1, 2).set(link=[b.push(key), a.push(key)])", 2 },
        { "a.fail('x').set(link_error=[b.push(key), a.push(key)])", 2 },
        { "chain(a.add(1, 1), b.fail('x').set(immutable=True, link_error=[a.push(key)]), a.add(3))", 1 },
        { "chord([a.add(1, 1), b.add(2, 2)], a.tsum().set(link=[b.push(key)]))", 1 },
        { "chord([a.fail('part'), b.add(2, 2)], b.tsum().set(link_error=[a.push(key)]))", 1 },
        { "a.add(1, 2).set(link=[chord([a.add(1), b.add(2)], b.push(key))])", 1 },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public async Task A_workflow_comes_to_what_it_comes_to_with_Python_workers_alone(string source, int notes)
    {
        var (net, python) = (peers.DotNetQueue, peers.PythonQueue);
        var expected = await RunAsync(source, notes, python, python);

        var alone = await RunAsync(source, notes, net, net);
        var first = await RunAsync(source, notes, net, python);
        var second = await RunAsync(source, notes, python, net);

        Show(alone).ShouldBe(Show(expected), "all in .NET");
        Show(first).ShouldBe(Show(expected), "a in .NET, b in Python");
        Show(second).ShouldBe(Show(expected), "a in Python, b in .NET");
        alone.GetProperty("left").GetArrayLength().ShouldBe(0, "keys of chords are left over");
    }

    [Fact]
    public async Task A_chain_of_two_hundred_steps_in_turn_comes_to_its_end()
    {
        var answer = await RunAsync("chain([a.add(0, 0)] + [b.add(1) if i % 2 else a.add(1) for i in range(199)])", 0, peers.DotNetQueue, peers.PythonQueue, seconds: 80);

        answer.GetProperty("last").ToString().ShouldBe("""["SUCCESS", "199"]""");
    }

    [Fact]
    public async Task A_chord_of_a_thousand_parts_in_both_languages_comes_to_its_body()
    {
        var answer = await RunAsync("chord([a.add(i, 0) if i % 2 else b.add(i, 0) for i in range(1000)], a.tsum())", 0, peers.DotNetQueue, peers.PythonQueue, seconds: 80);

        answer.GetProperty("last").ToString().ShouldBe("""["SUCCESS", "499500"]""");
    }

    [Fact]
    public async Task An_error_callback_of_the_new_style_is_called_at_once_in_either_language()
    {
        foreach (var queue in new[] { peers.DotNetQueue, peers.PythonQueue })
        {
            var answer = await RunAsync("a.fail('wrong').set(link_error=[a.on_error(key)])", 1, queue, queue);

            answer.GetProperty("notes")[0].GetString().ShouldBe("<id> wrong");
        }
    }

    [Fact]
    public async Task An_error_callback_in_dotnet_looks_the_failure_up_of_a_task_that_failed_in_Python()
    {
        var answer = await RunAsync("b.fail('wrong').set(link_error=[a.on_error_here(key)])", 1, peers.DotNetQueue, peers.PythonQueue);

        answer.GetProperty("notes")[0].GetString().ShouldBe("<id> Task <id> ended in FAILURE: ValueError: wrong");
    }

    // Where two Python workers leave somebody waiting for ever.

    [Theory]
    [InlineData("chord([a.nobody_knows(), a.add(1, 1)], a.tsum())", "NotRegistered('interop.nobody_knows')")]
    [InlineData("chord([a.fail('part'), a.add(1, 1)], chain(a.tsum(), a.add(1)))", "ValueError('part')")]
    [InlineData("chord([a.fail('part'), a.add(1, 1)], group(a.tsum(), a.tsum()))", "ValueError('part')")]
    [InlineData("chord([chord([a.fail('inner'), a.add(1, 1)], a.tsum()), a.add(2, 2)], a.tsum())", "raised ValueError(")]
    [InlineData("chord([a.fail('part'), a.add(1, 1)], a.tsum()) | a.add(1)", "ValueError('part')")]
    [InlineData("chain(a.add(1, 1).set(expires=-10), a.add(1), a.add(2))", "TaskRevokedError('expired')")]
    [InlineData("chord([chain(a.add(1, 1).set(expires=-10), a.add(1)), a.add(1, 1)], a.tsum())", "TaskRevokedError('expired')")]
    [InlineData("chain(a.nobody_knows(), a.add(1))", "nobody_knows")]
    [InlineData("chain(a.fail('before'), group(a.add(1), a.add(2)), a.tsum())", "ValueError('before')")]
    public async Task What_is_left_waiting_in_Python_fails_with_the_reason_here(string source, string reason)
    {
        var answer = await RunAsync(source, 0, peers.DotNetQueue, peers.DotNetQueue);

        var last = answer.GetProperty("last").ToString();
        last.ShouldContain(reason);
        last.ShouldNotContain("it did not end");
        answer.GetProperty("left").GetArrayLength().ShouldBe(0, "keys of chords are left over");
    }

    private static string Show(JsonElement answer) => $"{answer.GetProperty("last")}\nafter {answer.GetProperty("steps")}\nnoted {answer.GetProperty("notes")}";

    private Task<JsonElement> RunAsync(string source, int notes, string a, string b, int seconds = 25) => peers.Python.AskAsync("flow", new JsonObject
    {
        ["source"] = source,
        ["queues"] = new JsonArray(a, b),
        ["notes"] = notes,
        ["seconds"] = seconds,
    });
}

/// <summary>What there can be of workflows where results are messages to the sender.</summary>
public abstract class CanvasWithRpcResultsTests(PeerFixture peers)
{
    [Theory]
    [InlineData("chain(a.add(1, 2), b.add(3), a.add(4), b.add(5))", "15")]
    [InlineData("group(chain(a.add(1, 1), b.add(2)), chain(b.add(3, 3), a.add(4)))", "[4, 10]")]
    [InlineData("a.replace('chain', 1, 2)", "4")]
    [InlineData("chain(a.fail('wrong'), b.add(1))", "ValueError: wrong")]
    public async Task The_sender_gets_the_results_of_all_steps(string source, string expected)
    {
        // A replacement that Python sends answers to Python's worker.
        var (net, python) = (peers.DotNetQueue, peers.PythonQueue);
        foreach (var (a, b) in source.StartsWith("a.replace", StringComparison.Ordinal) ? [(net, net)] : new[] { (net, net), (net, python), (python, net) })
        {
            var answer = await peers.Python.AskAsync("flow_result", new JsonObject { ["source"] = source, ["queues"] = new JsonArray(a, b) });

            answer.GetProperty("shown").GetString().ShouldBe(expected);
        }
    }
}

[Collection<RedisRpc>]
public sealed class CanvasWithRpcResultsOverRedisTests(PeerFixture<RedisBrokerRpcResults> peers) : CanvasWithRpcResultsTests(peers);

[Collection<AmqpRpc>]
public sealed class CanvasWithRpcResultsOverAmqpTests(PeerFixture<AmqpBrokerRpcResults> peers) : CanvasWithRpcResultsTests(peers);

[Collection<RedisRedis>]
public sealed class CanvasInDotNetWorkerOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : CanvasInDotNetWorkerTests(peers);

[Collection<AmqpRedis>]
public sealed class CanvasInDotNetWorkerOverAmqpTests(PeerFixture<AmqpBrokerRedisResults> peers) : CanvasInDotNetWorkerTests(peers);
