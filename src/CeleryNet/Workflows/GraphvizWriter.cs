using System.Globalization;
using System.Text;

namespace CeleryNet.Workflows;

/// <summary>Writes a workflow in Graphviz's language.</summary>
internal static class GraphvizWriter
{
    public static string Write(WorkflowGraph graph)
    {
        var text = new StringBuilder("digraph workflow {\n    rankdir=LR;\n    node [shape=box];\n");
        foreach (var node in graph.Nodes)
        {
            var look = node.IsJoin ? "shape=point" : $"label=\"{Escape(node.Label)}\"";
            text.Append(CultureInfo.InvariantCulture, $"    n{node.Number} [{look}];\n");
        }

        foreach (var edge in graph.Edges)
        {
            var look = edge.Kind switch
            {
                EdgeKind.Next => "",
                EdgeKind.After => " [label=\"then\"]",
                EdgeKind.Link => " [label=\"link\", style=dashed]",
                _ => " [label=\"error\", style=dashed]",
            };
            text.Append(CultureInfo.InvariantCulture, $"    n{edge.From} -> n{edge.To}{look};\n");
        }

        return text.Append("}\n").ToString();
    }

    private static string Escape(string label)
        => label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings("\\n");
}
