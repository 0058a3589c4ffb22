using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>
/// Results on the wire: <c>[[id, parent or null], null]</c>, with the list of members in place of the second null for a group. Each step of a chain holds the
/// one before it, so that they may be nested more deeply than calls may.
/// celery/result.py as_tuple, result_from_tuple
/// </summary>
internal static class ResultTuple
{
    /// <summary>How deep the levels of a long chain go.</summary>
    public const int MaxDepth = 100_000;

    /// <summary>Reads a tuple, or an id alone.</summary>
    /// <exception cref="MalformedMessageException">It is neither.</exception>
    public static ResultNode Read(ReadOnlyMemory<byte> json) => Read(json, static tuple => Read(tuple));

    /// <summary>Reads a list of tuples, as <c>children</c> is; null and nothing are an empty one.</summary>
    /// <exception cref="MalformedMessageException">It is none.</exception>
    public static IReadOnlyList<ResultNode> ReadList(ReadOnlyMemory<byte> json) => json.IsEmpty ? [] : Read(json, static list => list.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => ReadMembers(list),
        _ => throw new MalformedMessageException($"A list of results was expected, not {Shown(list)}."),
    });

    /// <summary>Reads a tuple, or an id alone.</summary>
    /// <exception cref="MalformedMessageException">It is neither.</exception>
    public static ResultNode Read(JsonElement json)
    {
        var result = ReadOne(json, out var parent);
        for (var last = result; parent is { } next; last = last.Parent)
        {
            last.Parent = ReadOne(next, out parent);
        }

        return result;
    }

    /// <summary>Writes the tuple. The writer's depth must allow as many levels as it has.</summary>
    public static void Write(Utf8JsonWriter writer, ResultNode node)
    {
        var open = new Stack<ResultNode>();
        for (var step = node; step is not null; step = step.Parent)
        {
            writer.WriteStartArray();
            writer.WriteStartArray();
            PythonString.Write(writer, step.Id);
            open.Push(step);
        }

        writer.WriteNullValue();
        foreach (var step in open)
        {
            writer.WriteEndArray();
            WriteMembers(writer, step.Members);
            writer.WriteEndArray();
        }
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
            Write(writer, member);
        }

        writer.WriteEndArray();
    }

    private static T Read<T>(ReadOnlyMemory<byte> json, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new MalformedMessageException($"A result tuple is not JSON, or nested too deep: {error.Message}", error);
        }
    }

    private static ResultNode ReadOne(JsonElement json, out JsonElement? parent)
    {
        parent = null;
        if (json.ValueKind == JsonValueKind.String)
        {
            return new ResultNode(ReadId(json));
        }

        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != 2 || json[1].ValueKind is not (JsonValueKind.Null or JsonValueKind.Array))
        {
            throw Wrong(json);
        }

        var members = json[1].ValueKind == JsonValueKind.Array ? ReadMembers(json[1]) : null;
        var head = json[0];
        if (head.ValueKind == JsonValueKind.String)
        {
            return new ResultNode(ReadId(head), members);
        }

        if (head.ValueKind != JsonValueKind.Array || head.GetArrayLength() != 2 || head[0].ValueKind != JsonValueKind.String)
        {
            throw Wrong(json);
        }

        parent = head[1].ValueKind == JsonValueKind.Null ? null : head[1];
        return new ResultNode(ReadId(head[0]), members);
    }

    private static ResultNode[] ReadMembers(JsonElement list) => [.. list.EnumerateArray().Select(Read)];

    private static string ReadId(JsonElement text) => PythonRepr.Str(text) is { Length: > 0 } id ? id : throw Wrong(text);

    private static MalformedMessageException Wrong(JsonElement json) => new(
        $"A result tuple must be [[id, parent], null] for a task, [[id, parent], [members]] for a group, or an id; it is {Shown(json)}.");

    private static string Shown(JsonElement json)
    {
        var text = json.GetRawText();
        return text.Length <= 100 ? text : text[..100] + "…";
    }
}
