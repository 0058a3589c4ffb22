using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using CeleryNet.Workflows;
using static CeleryNet.Tests.Worker.CanvasTasks;

namespace CeleryNet.Tests.Worker;

/// <summary>Tasks that have others take their place, or add to the chord they are a part of.</summary>
public sealed class ReplaceTests
{
    [Fact]
    public async Task The_replacement_has_the_id_and_the_place_of_the_task()
    {
        await using var harness = await StartAsync(Add(3, 4));
        var message = Call("replaced", embed: Embed(callbacks: [Step("add", "called", "[100]")], chain: [Step("mul", "next", "[10]")]));

        var result = await harness.RunAsync(message);

        result.TaskId.Value.ShouldBe(message.Headers.GetString("id"));
        Number(result).ShouldBe(7);
        result.ParentId.ShouldBeNull();
        Number(await harness.ResultAsync("next")).ShouldBe(70);
        Number(await harness.ResultAsync("called")).ShouldBe(107);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task The_replacement_is_with_the_broker_before_the_message_is_settled_and_says_how_often_it_was_replaced()
    {
        await using var harness = await StartAsync(Add(3, 4));

        await harness.PublishAsync(Call("replaced"));

        var published = await harness.Transport.Published.WaitAsync("the replacement");
        published.SettledBefore.ShouldBe(0);
        published.Envelope.Headers.TryGet("replaced_task_nesting", out var nesting).ShouldBeTrue();
        Convert.ToInt64(nesting, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(1);
    }

    [Fact]
    public async Task A_chain_that_replaces_a_task_ends_in_its_id_and_what_followed_follows_it()
    {
        await using var harness = await StartAsync(Compositions.Chain([Add(1, 2), Add(10), Add(100)]));

        var result = await harness.RunAsync(Call("replaced", embed: Embed(callbacks: [Step("add", "called", "[1000]")], chain: [Step("mul", "next", "[2]")])));

        Number(result).ShouldBe(113);
        Number(await harness.ResultAsync("next")).ShouldBe(226);
        Number(await harness.ResultAsync("called")).ShouldBe(1113);
    }

    [Fact]
    public async Task A_group_that_replaces_a_task_results_in_the_list_of_its_results()
    {
        await using var harness = await StartAsync(Compositions.Group([Add(1, 2), Add(3, 4)]));

        var result = await harness.RunAsync(Call("replaced", embed: Embed(chain: [Step("sum", "next")])));

        Encoding.UTF8.GetString(result.Result.Span).Replace(" ", "", StringComparison.Ordinal).ShouldBe("[3,7]");
        Number(await harness.ResultAsync("next")).ShouldBe(10);
    }

    [Fact]
    public async Task A_part_of_a_chord_that_is_replaced_is_reported_by_the_replacement()
    {
        await using var harness = await StartAsync(Compositions.Chain([Add(1, 2), Add(10)]));

        await StartChordAsync(harness, "g", Step("sum", "body"), [Call("replaced"), Call("add", "[2, 2]")]);

        Number(await harness.ResultAsync("body")).ShouldBe(17);
    }

    [Fact]
    public async Task A_failure_of_the_replacement_is_the_tasks_and_ends_its_chain()
    {
        await using var harness = await StartAsync(new Signature("fail", []));

        var result = await harness.RunAsync(Call("replaced", embed: Embed(chain: [Step("add", "next", "[1]")])));

        ExceptionInfo.Read(result).Message.ShouldBe("it failed");
        ExceptionInfo.Read(await harness.ResultAsync("next")).Message.ShouldBe("it failed");
    }

    [Fact]
    public async Task What_cannot_replace_a_task_fails_it()
    {
        await using var harness = await StartAsync(Compositions.Chain([]));

        ExceptionInfo.Read(await harness.RunAsync("replaced")).Message.ShouldContain("A chain without steps cannot replace a task");
    }

    [Fact]
    public async Task A_part_that_adds_another_makes_the_chord_wait_for_that_too()
    {
        var task = new TaskDefinition("adds", [], async call =>
        {
            var added = await call.Context.AddToChordAsync(Add(20, 22), call.CancellationToken);
            return TaskValue.Of(added.Id.Value.Length > 0 ? 1 : 0);
        })
        { AcksLate = true };
        await using var harness = await WorkerHarness.StartAsync([.. All, task]);

        await StartChordAsync(harness, "g", Step("sum", "body"), [Call("adds")]);

        Number(await harness.ResultAsync("body")).ShouldBe(43);
    }

    [Fact]
    public async Task A_task_that_is_part_of_no_chord_cannot_add_to_one()
    {
        var task = new TaskDefinition("adds", [], async call =>
        {
            await call.Context.AddToChordAsync(Add(1, 1), call.CancellationToken);
            return TaskValue.Null;
        });
        await using var harness = await WorkerHarness.StartAsync([.. All, task]);

        ExceptionInfo.Read(await harness.RunAsync("adds")).Message.ShouldContain("is not part of a chord");
    }

    private static Signature Add(params int[] numbers) => new("add", [.. numbers.Select(TaskValue.Of)]);

    private static int Number(ResultMeta meta) => meta.State == TaskState.Success ? meta.ReadResult().GetInt32() : throw new InvalidOperationException($"{meta.State}: {Encoding.UTF8.GetString(meta.Result.Span)}");

    private static Task<WorkerHarness> StartAsync(Signature replacement) => WorkerHarness.StartAsync(
    [
        .. All,
        new TaskDefinition("replaced", [], async call =>
        {
            await call.Context.ReplaceAsync(replacement);
            return TaskValue.Null;
        }) { AcksLate = true },
    ]);
}
