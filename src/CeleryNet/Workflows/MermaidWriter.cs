using System.Globalization;
using System.Text;

namespace CeleryNet.Workflows;

/// <summary>Writes a workflow in Mermaid's language for flowcharts.</summary>
internal static class MermaidWriter
{
    public static string Write(WorkflowGraph graph)
    {
        var text = new StringBuilder("flowchart LR\n");
        foreach (var node in graph.Nodes)
        {
            var shape = node.IsJoin ? "((\" \"))" : $"[\"{Escape(node.Label)}\"]";
            text.Append(CultureInfo.InvariantCulture, $"    n{node.Number}{shape}\n");
        }

        foreach (var edge in graph.Edges)
        {
            var arrow = edge.Kind switch
            {
                EdgeKind.Next => "-->",
                EdgeKind.After => "-->|then|",
                EdgeKind.Link => "-.->|link|",
                _ => "-.->|error|",
            };
            text.Append(CultureInfo.InvariantCulture, $"    n{edge.From} {arrow} n{edge.To}\n");
        }

        return text.ToString();
    }

    // What is between quotes is text but for these; a task may have any name.
    private static string Escape(string label) => label
        .Replace("#", "#35;", StringComparison.Ordinal)
        .Replace("\"", "#quot;", StringComparison.Ordinal)
        .Replace("<", "#lt;", StringComparison.Ordinal)
        .Replace(">", "#gt;", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");
}
