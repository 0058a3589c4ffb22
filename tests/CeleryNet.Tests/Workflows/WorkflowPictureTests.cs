using CeleryNet.Extensibility;

namespace CeleryNet.Tests.Workflows;

public sealed class WorkflowPictureTests
{
    [Fact]
    public void Mermaid_shows_steps_parts_and_callbacks()
    {
        var flow = Call("first").Then(x => Canvas.Group(Take(x, "left"), Take(x, "right"))).Then(x => Take(x, "total").Link(Call("told"))).Then(Call("last")).OnError(Call("alert"));

        flow.ToMermaid().ShouldBe(
            """
            flowchart LR
                n0["first"]
                n1["left"]
                n2["right"]
                n3((" "))
                n4["total"]
                n5["told"]
                n6["last"]
                n7["alert"]
                n1 --> n3
                n2 --> n3
                n4 -.->|link| n5
                n4 -->|then| n6
                n3 --> n4
                n0 --> n1
                n0 --> n2
                n0 -.->|error| n7
                n1 -.->|error| n7
                n2 -.->|error| n7
                n4 -.->|error| n7
                n6 -.->|error| n7

            """);
    }

    [Fact]
    public void Graphviz_shows_the_same()
        => Canvas.Group(Call("a"), Call("b")).Then(x => Take(x, "c \"x\" \\")).ToGraphviz().ShouldBe(
            """
            digraph workflow {
                rankdir=LR;
                node [shape=box];
                n0 [label="a"];
                n1 [label="b"];
                n2 [shape=point];
                n3 [label="c \"x\" \\"];
                n0 -> n2;
                n1 -> n2;
                n2 -> n3;
            }

            """);

    [Fact]
    public void Many_calls_of_the_same_task_are_one_box() => Canvas.Group(Enumerable.Range(0, 1000).Select(_ => Call("a"))).ToMermaid().ShouldContain("n0[\"a × 1000\"]");

    [Fact]
    public void Mapped_task_and_names_of_any_kind_are_shown()
    {
        Canvas.Map([1], i => new Signature<int>("t", [TaskValue.Of(i)])).ToMermaid().ShouldContain("n0[\"celery.map of t\"]");
        Call("a\"<b>#").ToMermaid().ShouldContain("n0[\"a#quot;#lt;b#gt;#35;\"]");
        Canvas.Group<int>().ToGraphviz().ShouldContain("(empty group)");
    }

    private static Signature<int> Call(string task) => new(task, []);

    private static Signature<int> Take<T>(IPrevious<T> previous, string task) => PartialSignatures.Take(previous, Call(task));
}
