using System.Text.Json;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Workflows composed in .NET, every step of which a Python worker runs, and sends on.</summary>
public abstract class CanvasFromDotNetTests(PeerFixture peers)
{
    private static readonly TimeSpan _limit = Bound.Default;

    private static IPythonTasksSignatures S => IPythonTasks.Signatures;

    [Fact]
    public async Task Chain_hands_each_result_to_the_next_step()
    {
        var result = await peers.Client.SendAsync(S.Add(2, 2).Then(sum => S.Add(sum, 4)).Then(sum => S.Scale(sum, 10)));

        (await result.GetAsync(_limit)).ShouldBe(80);
        (await GetAsync<long>(result.Parent)).ShouldBe(8);
        (await GetAsync<long>(result.Parent!.Parent)).ShouldBe(4);
        result.Parent.Parent!.Parent.ShouldBeNull();
    }

    [Fact]
    public async Task Step_that_is_given_as_a_signature_gets_no_result()
    {
        (await GetAsync(S.Add(2, 2).Then(S.Add(3, 3)).Then(sum => S.Add(sum, 1)))).ShouldBe(7);
        (await GetAsync(S.Add(2, 2).Then(_ => S.Add(3, 3)))).ShouldBe(6);
        (await GetAsync(S.Nothing().Then(S.Add(1, 1)))).ShouldBe(2);
    }

    [Fact]
    public async Task Long_chain_runs_to_its_end()
    {
        var chain = Enumerable.Range(0, 50).Aggregate(S.Add(0, 0), (steps, _) => steps.Then(sum => S.Add(sum, 1)));

        (await GetAsync(chain)).ShouldBe(50);
    }

    [Fact]
    public async Task Group_runs_all_its_members()
    {
        var result = await peers.Client.SendAsync(Canvas.Group(Enumerable.Range(0, 20).Select(i => S.Add(i, 100))));

        (await result.JoinAsync(_limit)).ShouldBe(Enumerable.Range(100, 20).Select(i => (long)i));
    }

    [Fact]
    public async Task Group_of_chains_runs_each_chain()
    {
        var result = await peers.Client.SendAsync(Canvas.Group(Enumerable.Range(0, 5).Select(i => S.Add(i, 1).Then(sum => S.Add(sum, 10)))));

        (await result.JoinAsync(_limit)).ShouldBe([11L, 12L, 13L, 14L, 15L]);
    }

    [Fact]
    public async Task Empty_group_sends_nothing_and_has_no_results()
    {
        var result = await peers.Client.SendAsync(Canvas.Group<long>());

        (await result.JoinAsync(_limit)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Chain_that_ends_in_a_group_has_the_results_of_the_group()
    {
        var result = await peers.Client.SendAsync(S.Add(1, 1).Then(sum => Canvas.Group(S.Add(sum, 1), S.Add(sum, 2), S.Add(5, 5))));

        (await result.JoinAsync(_limit)).ShouldBe([3L, 4L, 10L]);
        (await GetAsync<long>(result.Parent)).ShouldBe(2);
    }

    [Fact]
    public async Task Chain_that_ends_in_a_group_of_one_has_the_result_of_that_one()
        => (await (await peers.Client.SendAsync(S.Add(1, 1).Then(sum => Canvas.Group(S.Add(sum, 1))))).JoinAsync(_limit)).ShouldBe([3L]);

    [Fact]
    public async Task Map_and_starmap_call_a_task_for_each_value()
    {
        (await GetAsync(Canvas.Map([1L, 2L, 3L], value => Canvas.Call<JsonElement>("interop.echo", value)))).Select(each => each.GetInt64()).ShouldBe([1L, 2L, 3L]);
        (await GetAsync(Canvas.Starmap([(1, 2), (3, 4)], pair => S.Add(pair.Item1, pair.Item2)))).ShouldBe([3L, 7L]);
    }

    [Fact]
    public async Task Chunks_call_a_task_for_some_values_at_a_time()
        => (await (await peers.Client.SendAsync(Canvas.Chunks(Enumerable.Range(0, 5), i => S.Add(i, i), 2))).JoinAsync(_limit)).ShouldBe([[0L, 2L], [4L, 6L], [8L]]);

    [Fact]
    public async Task Links_are_called_with_the_result_and_others_without()
    {
        var key = Names.Unique("canvas-link");

        await peers.Client.SendAsync(S.Add(2, 3).Link(sum => S.NoteValue(sum, key)).Link(S.Note(key, "linked")));

        (await NotesAsync(key, 2)).Order().ShouldBe(["py 5", "py linked"]);
    }

    [Fact]
    public async Task Link_of_a_chain_is_called_with_its_last_result()
    {
        var key = Names.Unique("canvas-chain-link");

        await peers.Client.SendAsync(S.Add(2, 3).Then(sum => S.Add(sum, 1)).Link(sum => S.NoteValue(sum, key)));

        (await NotesAsync(key, 1)).ShouldBe(["py 6"]);
    }

    [Fact]
    public async Task Failure_of_a_step_calls_what_is_linked_to_failures_and_is_what_the_chain_ends_with()
    {
        var key = Names.Unique("canvas-error");

        var result = await peers.Client.SendAsync(
            S.Add(1, 1).Then(sum => S.FailWith(sum, "broken")).Then(sum => S.Add(sum, 1)).OnError(id => S.NoteFailure(id, key)).OnError(S.Note(key, "alert")));

        var error = await Should.ThrowAsync<RemoteTaskException>(result.GetAsync(_limit));
        error.ExceptionType.ShouldBe("ValueError");
        error.ExceptionMessage.ShouldBe("broken 2");
        (await NotesAsync(key, 2)).Order().ShouldBe(["py alert", $"py failed {result.Parent!.Id}"]);
    }

    [Fact]
    public async Task Keyword_arguments_stay_beside_the_result() => (await GetAsync(S.Add(2, 3).Then(sum => S.Scale(sum, factor: 100)))).ShouldBe(500);

    [Fact]
    public async Task Options_of_each_step_hold()
    {
        var flow = S.Add(1, 1)
            .Then(sum => Canvas.Call<JsonElement>("interop.options", sum).With(new SendOptions { Shadow = "second", TimeLimit = TimeSpan.FromSeconds(60), Priority = 4 }));

        var seen = await GetAsync(flow);

        seen.GetProperty("shadow").GetString().ShouldBe("second");
        seen.GetProperty("timelimit")[0].GetInt32().ShouldBe(60);
        seen.GetProperty("delivery_info").GetProperty("priority").GetInt32().ShouldBe(4);
    }

    [Fact]
    public async Task Steps_known_by_name_only_behave_as_Celery_has_them()
        => (await GetAsync(Canvas.Chain<long>(Canvas.Call("interop.add", 1, 1), Canvas.Call("interop.add", 3), Canvas.Call("interop.add", 2, 2).AsImmutable()))).ShouldBe(4);

    [Fact]
    public async Task Stamped_workflow_runs_also_where_stamps_are_not_known()
        => (await GetAsync(S.Add(1, 1).Then(sum => S.Add(sum, 1)).Stamp("tenant", "a"))).ShouldBe(3);

    [Fact]
    public async Task Chain_within_a_lambda_is_a_part_of_the_chain()
        => (await GetAsync(S.Add(1, 1).Then(sum => S.Add(sum, 1).Then(inner => S.Scale(inner, 2))).Then(sum => S.Add(sum, 100)))).ShouldBe(106);

    protected async Task<T> GetAsync<T>(Signature<T> signature) => await (await peers.Client.SendAsync(signature)).GetAsync(_limit);

    protected async Task<T> GetAsync<T>(AsyncResult? result) => await peers.Client.GetResult<T>(result.ShouldNotBeNull().Id).GetAsync(_limit);

    protected async Task<string[]> NotesAsync(string key, int count)
    {
        var notes = new List<string>();
        while (notes.Count < count)
        {
            // Popped one by one as they come; the server waits, up to the bound.
            var note = await peers.Counters.ExecuteAsync("BLPOP", key, 20);
            notes.Add(note.IsNull ? throw new TimeoutException($"Only {notes.Count} of {count} notes came: {string.Join(", ", notes)}.") : note[1].ToString());
        }

        return [.. notes];
    }
}
