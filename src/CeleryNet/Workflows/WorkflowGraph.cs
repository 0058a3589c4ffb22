using System.Globalization;

namespace CeleryNet.Workflows;

/// <summary>What leads from one node to another.</summary>
internal enum EdgeKind
{
    /// <summary>The result is handed on.</summary>
    Next,

    /// <summary>It is only waited for: what follows gets no result.</summary>
    After,

    /// <summary>A callback.</summary>
    Link,

    /// <summary>What is called when it fails.</summary>
    Error,
}

/// <summary>A call, or where the parts of a chord meet.</summary>
internal sealed record GraphNode(int Number, string Label, bool IsJoin);

/// <summary>A line from one node to another.</summary>
internal sealed record GraphEdge(int From, int To, EdgeKind Kind);

/// <summary>A workflow as nodes and edges, the same for every language of pictures.</summary>
internal sealed class WorkflowGraph
{
    // Members of a group that are calls of the same task are drawn as one from this number on.
    private const int DrawnTogether = 13;

    private readonly List<GraphNode> _nodes = [];
    private readonly List<GraphEdge> _edges = [];

    public IReadOnlyList<GraphNode> Nodes => _nodes;

    public IReadOnlyList<GraphEdge> Edges => _edges;

    public static WorkflowGraph Of(Signature signature)
    {
        var graph = new WorkflowGraph();
        graph.Add(signature);
        return graph;
    }

    private Ends Add(Signature signature)
    {
        var ends = signature.Kind switch
        {
            SignatureKind.Chain => AddChain(signature.Parts!.Tasks),
            SignatureKind.Group => AddGroup(signature.Parts!.Tasks),
            SignatureKind.Chord => AddChord(signature),
            _ => AddCall(signature, Label(signature)),
        };
        AddLinks(ends.Last, signature.Links, EdgeKind.Link);
        AddLinks(signature.Kind == SignatureKind.Chain ? ends.All : ends.Last, signature.ErrorLinks, EdgeKind.Error);
        return ends;
    }

    private Ends AddChain(IReadOnlyList<Signature> steps)
    {
        if (steps.Count == 0)
        {
            return AddNode("(nothing)");
        }

        var ends = Add(steps[0]);
        var all = ends.All;
        for (var i = 1; i < steps.Count; i++)
        {
            // A group that something follows is the header of a chord, as it will be when it is sent.
            var last = steps[i - 1].Kind == SignatureKind.Group ? Join(ends.Last) : ends.Last;
            var next = Add(steps[i]);
            Connect(last, next);
            all = [.. all, .. next.All];
            ends = new Ends(ends.First, next.Last, all);
        }

        return ends;
    }

    private Ends AddGroup(IReadOnlyList<Signature> members)
    {
        if (members.Count == 0)
        {
            return AddNode("(empty group)");
        }

        if (members.Count >= DrawnTogether && members.All(member => member.Kind == SignatureKind.Call && member.Options.Workflow is null && Label(member) == Label(members[0])))
        {
            return AddCall(members[0], string.Create(CultureInfo.InvariantCulture, $"{Label(members[0])} × {members.Count}"));
        }

        var parts = members.Select(Add).ToArray();
        return new Ends([.. parts.SelectMany(part => part.First)], [.. parts.SelectMany(part => part.Last)], [.. parts.SelectMany(part => part.All)]);
    }

    private Ends AddChord(Signature chord)
    {
        var header = Add(chord.Parts!.Header!);
        var join = Join(header.Last);
        var body = Add(chord.Parts.Body!);
        Connect(join, body);
        return new Ends(header.First, body.Last, [.. header.All, .. body.All]);
    }

    private Ends AddCall(Signature call, string label)
    {
        var node = AddNode(label);
        return node with { First = [new End(node.Last[0], call.IsImmutable)] };
    }

    private Ends AddNode(string label)
    {
        _nodes.Add(new GraphNode(_nodes.Count, label, IsJoin: false));
        var number = _nodes.Count - 1;
        return new Ends([new End(number, false)], [number], [number]);
    }

    private int[] Join(IReadOnlyList<int> from)
    {
        _nodes.Add(new GraphNode(_nodes.Count, "", IsJoin: true));
        var join = _nodes.Count - 1;
        _edges.AddRange(from.Select(number => new GraphEdge(number, join, EdgeKind.Next)));
        return [join];
    }

    private void Connect(IReadOnlyList<int> from, Ends to)
        => _edges.AddRange(from.SelectMany(number => to.First.Select(end => new GraphEdge(number, end.Number, end.IsImmutable ? EdgeKind.After : EdgeKind.Next))));

    private void AddLinks(IReadOnlyList<int> from, IReadOnlyList<Signature> links, EdgeKind kind)
    {
        foreach (var link in links)
        {
            var to = Add(link);
            _edges.AddRange(from.SelectMany(number => to.First.Select(end => new GraphEdge(number, end.Number, kind))));
        }
    }

    private static string Label(Signature call) => call.RouteName == call.TaskName ? call.TaskName : $"{call.TaskName} of {call.RouteName}";

    private readonly record struct End(int Number, bool IsImmutable);

    /// <summary>Where a part begins, where it ends, and all its calls.</summary>
    private readonly record struct Ends(IReadOnlyList<End> First, IReadOnlyList<int> Last, IReadOnlyList<int> All);
}
