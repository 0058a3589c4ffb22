using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>
/// Results on the wire: <c>[[id, parent or null], null]</c>, with the list of members in place of the second null for a group.
/// celery/result.py as_tuple, result_from_tuple
/// </summary>
internal static class ResultTuple
{
    /// <summary>Reads a tuple, or an id alone.</summary>
    /// <exception cref="MalformedMessageException">It is neither.</exception>
    public static ResultNode Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return ReadNode(json);
        }
        catch (JsonException error)
        {
            throw new MalformedMessageException($"A result tuple is not JSON, or nested too deep: {error.Message}", error);
        }
    }

    public static void Write(Utf8JsonWriter writer, ResultNode node)
    {
        writer.WriteStartArray();
        writer.WriteStartArray();
        PythonString.Write(writer, node.Id);
        if (node.Parent is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            Write(writer, node.Parent);
        }

        writer.WriteEndArray();
        if (node.Members is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteStartArray();
            foreach (var member in node.Members)
            {
                Write(writer, member);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static ResultNode ReadNode(ReadOnlyMemory<byte> json)
    {
        if (Text(json) is { } id)
        {
            return new ResultNode(id);
        }

        var parts = Items(json);
        if (parts is not [var head, ..] || Text(head) is not null)
        {
            throw Wrong();
        }

        var names = Items(head);
        var members = parts.Count > 1 && !IsNull(parts[1]) ? Items(parts[1]).Select(ReadNode).ToArray() : null;
        return new ResultNode(names.Count > 0 && Text(names[0]) is { } own ? own : throw Wrong(), members)
        {
            Parent = names.Count > 1 && !IsNull(names[1]) ? ReadNode(names[1]) : null,
        };
    }

    private static List<ReadOnlyMemory<byte>> Items(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.StartArray ? JsonParts.Items(json) : throw Wrong();
    }

    private static bool IsNull(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.Null;
    }

    private static string? Text(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? PythonString.Read(ref reader) : null;
    }

    private static MalformedMessageException Wrong()
        => new("A result tuple must be [[id, parent], null] for a task, [[id, parent], [members]] for a group, or an id; it is none of these.");
}
