using System.Text;
using System.Text.Json;
using CeleryNet.Client;
using CeleryNet.Extensibility;
using CeleryNet.TestKit;
using CeleryNet.Tests.Client;
using CeleryNet.Workflows;

namespace CeleryNet.Tests.Workflows;

public sealed class CanvasSenderTests : IDisposable
{
    private readonly CancellationTokenSource _bound = new(Bound.Default);

    public void Dispose() => _bound.Dispose();

    [Fact]
    public async Task Chain_sends_its_first_step_and_has_the_others_follow_the_last_one_first()
    {
        await using var setup = new ClientSetup();

        var result = await ApplyAsync(setup, Compositions.Chain([Call("a", 1), Call("b", 2), Call("c", 3)]), PartialArguments.Of(TaskValue.Of(0)));

        var message = await setup.ReadAsync();
        message.Headers.TaskName.ShouldBe("a");
        Text(message.Body.Args).ShouldBe("[0,1]");
        var rest = Json(message.Body.Embed.Chain);
        rest.EnumerateArray().Select(step => step.GetProperty("task").GetString()).ShouldBe(["c", "b"]);
        rest[0].GetProperty("options").GetProperty("task_id").GetString().ShouldBe(result!.Id);
        result.Parent!.Id.ShouldBe(rest[1].GetProperty("options").GetProperty("task_id").GetString());
        result.Parent.Parent!.Id.ShouldBe(message.Headers.Id.Value);
    }

    [Fact]
    public async Task Group_in_a_chain_becomes_the_header_of_a_chord_of_what_follows()
    {
        await using var setup = new ClientSetup();

        var result = await ApplyAsync(setup, Compositions.Chain([Call("a"), Compositions.Group([Call("b"), Call("c")]), Call("d")]), PartialArguments.None);

        var chord = Json((await setup.ReadAsync()).Body.Embed.Chain)[0];
        chord.GetProperty("subtask_type").GetString().ShouldBe("chord");
        chord.GetProperty("kwargs").GetProperty("body").GetProperty("options").GetProperty("task_id").GetString().ShouldBe(result!.Id);
        var header = chord.GetProperty("kwargs").GetProperty("header");
        header.GetProperty("options").GetProperty("task_id").GetString().ShouldBe(result.Parent!.Id);
        result.Parent.Members!.Count.ShouldBe(2);
        result.Parent.Parent.ShouldNotBeNull().Parent.ShouldBeNull();
    }

    [Fact]
    public async Task Members_of_a_group_are_all_sent_with_its_id_and_their_places()
    {
        await using var setup = new ClientSetup();

        var result = await ApplyAsync(setup, Compositions.Group([Call("a"), Compositions.Group([Call("b"), Call("c")])]), PartialArguments.None);

        for (var i = 0; i < 3; i++)
        {
            var message = await setup.ReadAsync();
            message.Headers.GroupId.ShouldBe(result!.Id);
            message.Headers.GroupIndex.ShouldBe(i);
            message.Headers.Id.Value.ShouldBe(result.Members![i].Id);
        }
    }

    [Fact]
    public async Task Chord_without_a_header_calls_its_body_with_an_empty_list()
    {
        await using var setup = new ClientSetup();

        var result = await ApplyAsync(setup, Compositions.Chord(Compositions.Group([]), Call("total")), PartialArguments.None);

        var message = await setup.ReadAsync();
        message.Headers.Id.Value.ShouldBe(result!.Id);
        Text(message.Body.Args).ShouldBe("[[]]");
    }

    private ValueTask<WorkflowResult?> ApplyAsync(ClientSetup setup, Signature signature, PartialArguments partial)
        => ((CeleryClient)setup.Client).Canvas.ApplyAsync(signature, partial, SendOptions.Default, null, _bound.Token);

    private static Signature Call(string task, params int[] args) => new(task, [.. args.Select(TaskValue.Of)]);

    private static JsonElement Json(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json).RootElement;

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);
}
