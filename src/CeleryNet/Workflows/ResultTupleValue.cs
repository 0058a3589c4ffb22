using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;

namespace CeleryNet.Workflows;

/// <summary>Results as an argument: what a task that looks after a chord needs to know of its header.</summary>
internal sealed class ResultTupleValue(IReadOnlyList<WorkflowResult> nodes) : TaskValue
{
    public override object AsObject() => nodes;

    public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var node in nodes)
        {
            WorkflowResults.ToNode(node).Write(writer);
        }

        writer.WriteEndArray();
    }
}
