using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;
using CeleryNet.Workflows;

namespace CeleryNet.Tests.Workflows;

/// <summary>How signatures are put together, as celery/canvas.py does it.</summary>
public sealed class CompositionTests
{
    [Fact]
    public void Steps_that_follow_each_other_are_one_chain()
        => Shape(Add("a").Then(Add("b")).Then(Add("c").Then(Add("d")))).ShouldBe("chain(a, b!, c!, d!)");

    [Fact]
    public void What_takes_the_result_is_not_immutable() => Shape(Add("a").Then(x => Take(x, "b")).Then(_ => Add("c"))).ShouldBe("chain(a, b, c!)");

    [Fact]
    public void Group_that_something_follows_is_a_chord()
    {
        Shape(Canvas.Group(Add("a"), Add("b")).Then(x => Take(x, "c"))).ShouldBe("chord([a, b], c)");
        Shape(Add("a").Then(x => Canvas.Group(Take(x, "b"), Add("c"))).Then(x => Take(x, "d"))).ShouldBe("chain(a, chord([b, c!], d))");
    }

    [Fact]
    public void What_follows_a_chord_belongs_to_its_body()
    {
        var chord = Canvas.Group(Add("a")).Then(x => Take(x, "b"));

        Shape(chord.Then(x => Take(x, "c"))).ShouldBe("chord([a], chain(b, c))");
        Shape(Add("z").Then(_ => chord).Then(x => Take(x, "c"))).ShouldBe("chain(z, chord([a!], chain(b, c)))");
        Shape(chord.Then(x => Canvas.Group(Take(x, "c"), Take(x, "d"))).Then(x => Take(x, "e"))).ShouldBe("chain(chord([a], b), chord([c, d], e))");
    }

    [Fact]
    public void Chain_within_a_chain_is_spliced_in_with_what_it_is_linked_to()
    {
        var inner = Add("b").Then(Add("c")).OnError(Add("failed")).Link(Add("linked")).With(queue: "q", taskId: "id");

        var steps = Add("a").Then(inner).Parts!.Tasks;

        steps.Select(step => step.TaskName).ShouldBe(["a", "b", "c"]);
        steps.Select(step => step.ErrorLinks.Count).ShouldBe([0, 1, 1]);
        steps.Select(step => step.Links.Count).ShouldBe([0, 0, 1]);
        steps.Select(step => step.Options.Queue).ShouldBe([null, "q", null]);
        steps.Select(step => step.Options.TaskId?.Value).ShouldBe([null, null, "id"]);
    }

    [Fact]
    public void Chain_by_Celerys_rules_unrolls_groups_of_one()
    {
        Shape(Canvas.Chain(Add("a"), Canvas.Group(Add("b")), Add("c"))).ShouldBe("chain(a, b, c)");
        Shape(Canvas.Chain(Add("a"))).ShouldBe("a");
        Shape(Canvas.Chain(Canvas.Group(Add("a"), Add("b")), Add("c"))).ShouldBe("chord([a, b], c)");
    }

    [Fact]
    public void Errors_are_linked_to_each_member_of_a_group_and_to_the_body_of_a_chord()
    {
        var group = Canvas.Group(Add("a"), Add("b")).OnError(Add("failed"));

        group.Parts!.Tasks.ShouldAllBe(member => member.ErrorLinks.Count == 1);
        group.OnError(Add("failed")).Parts!.Tasks.ShouldAllBe(member => member.ErrorLinks.Count == 1);
        var chord = Canvas.Group(Add("a")).Then(x => Take(x, "c")).OnError(id => Take(id, "failed"));
        chord.Parts!.Header!.Parts!.Tasks[0].ErrorLinks.ShouldBeEmpty();
        chord.Parts.Body!.ErrorLinks.ShouldHaveSingleItem().IsImmutable.ShouldBeFalse();
    }

    [Fact]
    public void Composing_changes_none_of_the_parts()
    {
        var a = Add("a");

        _ = a.Then(Add("b")).OnError(Add("c")).With(queue: "q");
        _ = a.Link(Add("d"));

        a.Links.ShouldBeEmpty();
        a.Parts.ShouldBeNull();
        a.Options.ShouldBeSameAs(SendOptions.Default);
    }

    [Fact]
    public void Group_has_no_result_to_link_to()
        => Should.Throw<InvalidOperationException>(() => Canvas.Group(Add("a")).Link(Add("b"))).Message.ShouldContain("follow it by Then");

    [Fact]
    public void Result_of_another_step_is_refused()
    {
        Should.Throw<ArgumentException>(() => Add("a").Then(x => Add("b").Then(_ => Take(x, "c")))).Message.ShouldContain("task 'c' takes the result of a step that is not the one right before it");
        IPrevious<int>? kept = null;
        Add("a").Then(x => { kept = x; return Take(x, "b"); });
        Should.Throw<ArgumentException>(() => Canvas.Chain(Take(kept!, "c")));
    }

    [Fact]
    public void Result_of_a_step_can_only_be_the_first_argument_of_a_call_by_name()
    {
        Shape(Add("a").Then(x => Canvas.Call<int>("b", x, 1))).ShouldBe("chain(a, b)");
        Should.Throw<ArgumentException>(() => Add("a").Then(x => Canvas.Call<int>("b", 1, x))).Message.ShouldContain("it was argument 2");
    }

    [Fact]
    public void Mapped_calls_are_one_call_with_their_arguments()
    {
        Json(Canvas.Map([1, 2], i => Call("t", i).With(queue: "q"))).ShouldBe(
            """{"task":"celery.map","args":[],"kwargs":{"task":{"task":"t","args":[],"kwargs":{},"options":{},"subtask_type":null,"immutable":false},"it":[1,2]},"options":{"queue":"q"},"subtask_type":null,"immutable":true}""");
        Json(Canvas.Starmap([1, 2], i => Call("t", i, 5))).ShouldContain("\"it\":[[1,5],[2,5]]");
        Canvas.Chunks(Enumerable.Range(0, 5), i => Call("t", i), 2).Parts!.Tasks.Count.ShouldBe(3);
    }

    [Fact]
    public void Calls_that_cannot_be_mapped_are_refused_with_the_reason()
    {
        Should.Throw<ArgumentException>(() => Canvas.Map([1], i => Call("t", i, 5))).Message.ShouldContain("'t' was given 2");
        Should.Throw<ArgumentException>(() => Canvas.Map([1, 2], i => Call("t" + i, i))).Message.ShouldContain("is of another task than the first, 't1'");
        Should.Throw<ArgumentException>(() => Canvas.Starmap(Array.Empty<int>(), i => Call("t", i))).Message.ShouldContain("There are no values");
        Should.Throw<ArgumentException>(() => Canvas.Starmap([1], i => new Signature<int>("t", [], [new("k", TaskValue.Of(i))]))).Message.ShouldContain("has keyword arguments");
        Should.Throw<ArgumentOutOfRangeException>(() => Canvas.Chunks([1], i => Call("t", i), 0));
    }

    [Fact]
    public void Untyped_chain_says_what_it_cannot_be()
    {
        Should.Throw<ArgumentException>(() => Canvas.Chain()).Message.ShouldContain("A chain must have a step");
        Should.Throw<ArgumentException>(() => Canvas.Chain(Add("a"), Canvas.Group(Add("b"), Add("c")))).Message.ShouldContain("use ChainToGroup");
        Should.Throw<ArgumentException>(() => Canvas.ChainToGroup<int>(Add("a"))).Message.ShouldContain("use Chain");
        Should.Throw<ArgumentException>(() => Canvas.Group(Add("a"), null!)).Message.ShouldContain("member 1 was");
    }

    [Fact]
    public void Stamp_is_on_every_call_of_a_workflow()
    {
        var flow = Add("a").Then(x => Canvas.Group(Take(x, "b"), Add("c"))).Then(x => Take(x, "d")).Link(Add("e")).OnError(Add("f")).Stamp("tenant", "x\"y").Stamp("n", JsonElement.Parse("1"));

        var json = Json(flow);

        json.Split("\"stamped_headers\":[\"tenant\",\"n\"]").Length.ShouldBe(7);
        Json(SignatureReader.Read(System.Text.Encoding.UTF8.GetBytes(json))).ShouldBe(json);
    }

    [Fact]
    public void Sensitive_arguments_of_later_steps_are_shown_by_nobody()
    {
        var secret = new Signature<int>("t", [TaskValue.Sensitive("pw")], [new("pin", TaskValue.Sensitive(1))]);

        Json(secret).ShouldContain(""""options":{"argsrepr":"(...)","kwargsrepr":"{...}"}"""");
    }

    private static Signature<int> Add(string task) => Call(task);

    private static Signature<int> Call(string task, params int[] args) => new(task, [.. args.Select(TaskValue.Of)]);

    private static Signature<int> Take<T>(IPrevious<T> previous, string task) => PartialSignatures.Take(previous, new Signature<int>(task, []));

    private static string Json(Signature signature) => System.Text.Encoding.UTF8.GetString(SignatureWriter.ToJson(signature, CeleryJson.Complete(null)).Span);

    private static string Shape(Signature signature) => signature.Kind switch
    {
        SignatureKind.Chain => $"chain({string.Join(", ", signature.Parts!.Tasks.Select(Shape))})",
        SignatureKind.Group => $"[{string.Join(", ", signature.Parts!.Tasks.Select(Shape))}]",
        SignatureKind.Chord => $"chord({Shape(signature.Parts!.Header!)}, {Shape(signature.Parts.Body!)})",
        _ => signature.TaskName + (signature.IsImmutable ? "!" : ""),
    };
}
