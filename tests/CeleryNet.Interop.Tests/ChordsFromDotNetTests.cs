using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Chords composed in .NET, every part of which a Python worker runs. They need a backend that keeps results.</summary>
public abstract class ChordsFromDotNetTests(PeerFixture peers) : CanvasFromDotNetTests(peers)
{
    private static readonly TimeSpan _limit = Bound.Default;

    private readonly PeerFixture _peers = peers;

    private static IPythonTasksSignatures S => IPythonTasks.Signatures;

    [Fact]
    public async Task Chord_gives_its_body_all_results_in_their_order()
    {
        (await GetAsync(Canvas.Group(Enumerable.Range(0, 10).Select(i => S.Add(i, i))).Then(sums => S.Total(sums)))).ShouldBe(90);
        (await GetAsync(Canvas.Chord(Enumerable.Range(0, 10).Select(i => S.Add(i, 0)), sums => Canvas.Call<long[]>("interop.echo", sums)))).ShouldBe(Enumerable.Range(0, 10).Select(i => (long)i));
    }

    [Fact]
    public async Task Chord_of_one_gives_its_body_a_list_of_one() => (await GetAsync(Canvas.Group(S.Add(1, 2)).Then(sums => S.Total(sums, 4)))).ShouldBe(7);

    [Fact]
    public async Task Chord_without_parts_gives_its_body_an_empty_list() => (await GetAsync(Canvas.Group<long>().Then(sums => S.Total(sums, 4)))).ShouldBe(4);

    [Fact]
    public async Task Group_within_a_chain_is_the_header_of_a_chord()
    {
        var result = await _peers.Client.SendAsync(
            S.Add(1, 1).Then(sum => Canvas.Group(S.Add(sum, 1), S.Add(sum, 2))).Then(sums => S.Total(sums)).Then(total => S.Add(total, 100)));

        (await result.GetAsync(_limit)).ShouldBe(107);
        (await GetAsync<long>(result.Parent)).ShouldBe(7);
        result.Parent!.Parent!.Members!.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Chord_may_be_followed_by_a_group_and_that_by_a_task()
        => (await GetAsync(Canvas.Group(S.Add(1, 1), S.Add(2, 2))
            .Then(sums => S.Total(sums))
            .Then(total => Canvas.Group(S.Add(total, 1), S.Add(total, 2)))
            .Then(sums => S.Total(sums)))).ShouldBe(15);

    [Fact]
    public async Task Chord_may_be_a_part_of_a_chord()
        => (await GetAsync(Canvas.Group(
            Canvas.Group(S.Add(1, 1), S.Add(2, 2)).Then(sums => S.Total(sums)),
            S.Add(10, 10),
            Canvas.Group(S.Add(3, 3)).Then(sums => S.Total(sums)).Then(total => S.Add(total, 1))).Then(sums => S.Total(sums)))).ShouldBe(33);

    [Fact]
    public async Task Chains_may_be_the_parts_of_a_chord()
        => (await GetAsync(Canvas.Group(Enumerable.Range(0, 4).Select(i => S.Add(i, 1).Then(sum => S.Scale(sum, 10)))).Then(sums => Canvas.Call<long[]>("interop.echo", sums))))
            .ShouldBe([10L, 20L, 30L, 40L]);

    [Fact]
    public async Task Groups_within_the_header_of_a_chord_are_a_part_of_it_in_their_order()
        => (await GetAsync(Canvas.Group(Canvas.Group(S.Add(1, 0), S.Add(2, 0)), Canvas.Group(S.Add(3, 0))).Then(sums => Canvas.Call<long[]>("interop.echo", sums))))
            .ShouldBe([1L, 2L, 3L]);

    [Fact]
    public async Task Chain_that_ends_in_a_group_may_be_a_part_of_a_chord()
    {
        var part = Canvas.ChainToGroup<long>(S.Add(1, 1), Canvas.Group(Canvas.Call("interop.add", 1), Canvas.Call("interop.add", 2)));

        var flat = await GetAsync(Canvas.Group(part, S.Add(10, 10)).Then(sums => Canvas.Call<long[]>("interop.flat", sums)));

        flat.Order().ShouldBe([3L, 4L, 20L]);
    }

    [Fact]
    public async Task Body_may_be_a_chain_a_group_or_a_chord()
    {
        var header = Canvas.Group(S.Add(1, 1), S.Add(2, 2));

        (await GetAsync(header.Then(sums => S.Total(sums).Then(total => S.Scale(total, 2))))).ShouldBe(12);
        (await (await _peers.Client.SendAsync(header.Then(sums => Canvas.Group(S.Total(sums, 1), S.Total(sums, 2))))).JoinAsync(_limit)).ShouldBe([7L, 8L]);
        (await GetAsync(header.Then(sums => Canvas.Group(S.Total(sums, 1), S.Total(sums, 2)).Then(totals => S.Total(totals))))).ShouldBe(15);
    }

    [Fact]
    public async Task Failure_of_a_part_is_what_waiting_for_the_chord_ends_with_and_calls_what_is_linked_to_it()
    {
        var key = Names.Unique("chord-error");

        var result = await _peers.Client.SendAsync(Canvas.Group(S.Add(1, 1), S.FailWith(2, "part")).Then(sums => S.Total(sums)).OnError(S.Note(key, "alert")));

        var error = await Should.ThrowAsync<RemoteTaskException>(result.GetAsync(_limit));
        error.Message.ShouldContain("part 2");
        (await NotesAsync(key, 1)).ShouldBe(["py alert"]);
    }

    [Fact]
    public async Task Failure_within_a_part_that_is_a_chain_fails_the_chord()
    {
        var result = await _peers.Client.SendAsync(
            Canvas.Group(S.Add(1, 1), S.FailWith(2, "early").Then(value => S.Add(value, 1))).Then(sums => S.Total(sums)).Then(total => S.Add(total, 1)));

        (await Should.ThrowAsync<RemoteTaskException>(result.GetAsync(_limit))).Message.ShouldContain("early 2");
    }

    [Fact]
    public async Task Link_of_a_chord_is_called_with_the_result_of_its_body()
    {
        var key = Names.Unique("chord-link");

        await _peers.Client.SendAsync(Canvas.Group(S.Add(1, 1), S.Add(2, 2)).Then(sums => S.Total(sums)).Link(total => S.NoteValue(total, key)));

        (await NotesAsync(key, 1)).ShouldBe(["py 6"]);
    }

    [Fact]
    public async Task Chunks_may_be_the_header_of_a_chord()
        => (await GetAsync(Canvas.Chunks(Enumerable.Range(0, 5), i => S.Add(i, i), 2).Then(parts => Canvas.Call<long[]>("interop.flat", parts)))).ShouldBe([0L, 2L, 4L, 6L, 8L]);

    [Fact]
    public async Task Chord_of_many_parts_completes()
    {
        const int count = 200;

        (await GetAsync(Canvas.Group(Enumerable.Range(0, count).Select(i => S.Add(i, 0))).Then(sums => S.Total(sums)))).ShouldBe(count * (count - 1) / 2);
    }
}

[Collection<RedisRedis>]
public sealed class CanvasFromDotNetOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : ChordsFromDotNetTests(peers)
{
    private readonly PeerFixture _peers = peers;

    [Fact]
    public async Task Group_of_ten_thousand_is_sent_at_once_and_run()
    {
        const int count = 10_000;
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var group = await _peers.Client.SendAsync(Canvas.Group(Enumerable.Range(0, count).Select(i => IPythonTasks.Signatures.Add(i, 1))));

        TestContext.Current.TestOutputHelper?.WriteLine($"sent in {watch.ElapsedMilliseconds} ms");
        (await group.JoinAsync(TimeSpan.FromMinutes(2))).Sum().ShouldBe(count * (count + 1L) / 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"run in {watch.ElapsedMilliseconds} ms");
    }
}

[Collection<AmqpRedis>]
public sealed class CanvasFromDotNetOverAmqpTests(PeerFixture<AmqpBrokerRedisResults> peers) : ChordsFromDotNetTests(peers);

[Collection<AmqpRpc>]
public sealed class CanvasFromDotNetOverAmqpWithRpcResultsTests(PeerFixture<AmqpBrokerRpcResults> peers) : CanvasFromDotNetTests(peers)
{
    [Fact]
    public async Task Chord_is_refused_before_anything_is_sent()
    {
        var chord = Canvas.Group(IPythonTasks.Signatures.Add(1, 1)).Then(sums => IPythonTasks.Signatures.Total(sums));

        var error = await Should.ThrowAsync<CeleryConfigurationException>(GetAsync(chord));

        error.Message.ShouldContain("rpc://");
    }
}
