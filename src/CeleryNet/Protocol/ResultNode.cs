using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>
/// A result as documents name it: <c>[[id, parent or null], null]</c> of a task, <c>[[id, parent or null], [member, …]]</c> of a group, each parent and member
/// of the same form. celery/result.py as_tuple, result_from_tuple
/// </summary>
/// <param name="Id">The id of the task or the group.</param>
/// <param name="Parent">The result of the step before it; null when there is none.</param>
/// <param name="Members">The results of a group in their order; null of a task.</param>
internal sealed record ResultNode(string Id, ResultNode? Parent = null, IReadOnlyList<ResultNode>? Members = null)
{
    // Each step of a chain holds the one before it, and so do the lists.
    private const int MaxDepth = 10_000;

    // Groups within groups are read by calls within calls.
    private const int MaxGroupDepth = 100;

    /// <summary>Reads a list of such forms, as <c>children</c> is; nothing and null are an empty one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IReadOnlyList<ResultNode> ReadList(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return [];
        }

        using var document = Parse(json);
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.Array => ReadMembers(document.RootElement, 0),
            var kind => throw new FormatException($"a list of results was expected, not {kind}."),
        };
    }

    /// <summary>Reads one such form; an id alone is one too.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ResultNode Read(JsonElement json) => Read(json, 0);

    /// <summary>Parses what may be nested as deeply as a chain is long.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });

    /// <summary>Writes the form. The writer's depth must allow as many levels as it has.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        var open = 0;
        var inner = new Stack<IReadOnlyList<ResultNode>?>();
        for (var node = this; node is not null; node = node.Parent)
        {
            writer.WriteStartArray();
            writer.WriteStartArray();
            writer.WriteStringValue(node.Id);
            inner.Push(node.Members);
            open++;
        }

        writer.WriteNullValue();
        for (; open > 0; open--)
        {
            writer.WriteEndArray();
            WriteMembers(writer, inner.Pop());
            writer.WriteEndArray();
        }
    }

    private static ResultNode Read(JsonElement json, int depth)
    {
        // Parents are put together from the first step on: a chain may be longer than calls may be nested.
        var steps = new Stack<(string Id, IReadOnlyList<ResultNode>? Members)>();
        for (JsonElement? step = json; step is { } node;)
        {
            var (id, parent) = ReadName(node);
            steps.Push((id, IsGroup(node) ? ReadMembers(node[1], depth + 1) : null));
            step = parent;
        }

        ResultNode? read = null;
        foreach (var (id, members) in steps)
        {
            read = new ResultNode(id, read, members);
        }

        return read!; // There is one step at least.
    }

    private static void WriteMembers(Utf8JsonWriter writer, IReadOnlyList<ResultNode>? members)
    {
        if (members is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var member in members)
        {
            member.Write(writer);
        }

        writer.WriteEndArray();
    }

    private static bool IsGroup(JsonElement node) => node.ValueKind == JsonValueKind.Array && node[1].ValueKind == JsonValueKind.Array;

    private static List<ResultNode> ReadMembers(JsonElement list, int depth)
    {
        if (depth > MaxGroupDepth)
        {
            throw new FormatException($"groups are nested more than {MaxGroupDepth} deep.");
        }

        var members = new List<ResultNode>(list.GetArrayLength());
        foreach (var member in list.EnumerateArray())
        {
            members.Add(Read(member, depth));
        }

        return members;
    }

    private static (string Id, JsonElement? Parent) ReadName(JsonElement node)
    {
        if (node.ValueKind == JsonValueKind.String)
        {
            return (ReadId(node), null);
        }

        if (node.ValueKind != JsonValueKind.Array || node.GetArrayLength() != 2 || node[1].ValueKind is not (JsonValueKind.Null or JsonValueKind.Array))
        {
            throw Unexpected(node);
        }

        var name = node[0];
        if (name.ValueKind == JsonValueKind.String)
        {
            return (ReadId(name), null);
        }

        return name.ValueKind == JsonValueKind.Array && name.GetArrayLength() == 2 && name[0].ValueKind == JsonValueKind.String
            ? (ReadId(name[0]), name[1].ValueKind == JsonValueKind.Null ? null : name[1])
            : throw Unexpected(node);
    }

    private static string ReadId(JsonElement text) => text.GetString() is { Length: > 0 } id ? id : throw new FormatException("a result has an empty id.");

    private static FormatException Unexpected(JsonElement node)
    {
        var text = node.GetRawText();
        return new($"a result must be [[id, parent], members], was {(text.Length <= 100 ? text : text[..100] + "…")}.");
    }
}
