using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>
/// Reads a body that is a map: of protocol 1, where all of the message is in it, or of a message with headers of protocol 2 and a body of protocol 1,
/// where the headers win. celery/worker/strategy.py proto1_to_proto2, hybrid_to_proto2
/// </summary>
internal sealed class SimpleBodyReader
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _members = new(StringComparer.Ordinal);

    /// <summary>Without it a map below headers of protocol 2 is none of protocol 1 either.</summary>
    public bool HasArgs => _members.ContainsKey("args");

    /// <summary>Cuts the map into its members; of two with one name the last counts.</summary>
    /// <exception cref="MalformedMessageException">It is no map.</exception>
    public SimpleBodyReader Open(ReadOnlyMemory<byte> body, int maxDepth)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = maxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new MalformedMessageException("The message has no 'task' header, and its body is no map with a task in it: it is no task message.");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = PythonString.Read(ref reader);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                _members[name] = body[start..(int)reader.BytesConsumed];
            }

            if (reader.Read())
            {
                throw new MalformedMessageException("Something follows the body's map.");
            }

            return this;
        }
        catch (JsonException error)
        {
            throw new MalformedMessageException($"The body is not JSON, or nested deeper than the {maxDepth} levels that MaxDepth allows: {error.Message}", error);
        }
    }

    /// <summary>What protocol 2 has in its headers.</summary>
    /// <exception cref="MalformedMessageException">The map has no task or no id, or a member is of the wrong kind.</exception>
    public TaskHeaders ReadHeaders()
    {
        var task = Text("task") is { Length: > 0 } name
            ? name
            : throw new MalformedMessageException("The message has no 'task' header, and its body's map has no 'task' either: it is no task message.");
        var id = Text("id") is { Length: > 0 } given ? given : throw new MalformedMessageException($"The message for task '{task}' has no 'id' in its body.");
        var (hard, soft) = TimeLimits();
        return new TaskHeaders(task, id)
        {
            Eta = Instant("eta"),
            Expires = Instant("expires"),
            GroupId = Text("taskset") ?? Text("group"),
            GroupIndex = Integer("group_index"),
            Retries = Integer("retries") ?? 0,
            TimeLimit = hard,
            SoftTimeLimit = soft,
        };
    }

    /// <summary>What protocol 2 has in its body.</summary>
    /// <exception cref="MalformedMessageException">The arguments are of the wrong kind.</exception>
    public TaskBody ReadBody()
    {
        var args = Of("args", (byte)'[', "a list", "[]"u8);
        var kwargs = Of("kwargs", (byte)'{', "a map", "{}"u8);
        var embed = new TaskEmbed(Value("callbacks"), Value("errbacks"), Value("chain"), Value("chord"));
        return new TaskBody(args, kwargs, embed.IsEmpty ? TaskEmbed.Empty : embed);
    }

    private ReadOnlyMemory<byte> Of(string name, byte first, string rule, ReadOnlySpan<byte> otherwise)
    {
        var value = Value(name);
        if (value.IsEmpty)
        {
            return otherwise.ToArray();
        }

        return value.Span[0] == first ? value : throw Wrong(name, rule, value);
    }

    // Null, an empty list and an absent member say the same.
    private ReadOnlyMemory<byte> Value(string name)
        => _members.TryGetValue(name, out var value) && !value.Span.SequenceEqual("null"u8) && !(value.Span.SequenceEqual("[]"u8) && name is not "args")
            ? value
            : default;

    private string? Text(string name) => Token(name, out var reader) switch
    {
        JsonTokenType.None => null,
        JsonTokenType.String => PythonString.Read(ref reader),
        _ => throw Wrong(name, "a string", _members[name]),
    };

    private int? Integer(string name) => Token(name, out var reader) switch
    {
        JsonTokenType.None => null,
        JsonTokenType.Number when reader.TryGetInt32(out var value) => value,
        _ => throw Wrong(name, "an integer", _members[name]),
    };

    private DateTimeOffset? Instant(string name)
    {
        var token = Token(name, out var reader);
        if (token == JsonTokenType.None)
        {
            return null;
        }

        // From pickle and YAML they come as what they are.
        if (token == JsonTokenType.StartObject && TypeTag.TryEnter(ref reader, out var type) && type == TypeTag.DateTime)
        {
            token = reader.TokenType;
        }

        // The member "utc" tells Celery in which zone to show it, and no more.
        return token == JsonTokenType.String && IsoTimestamp.TryParse(PythonString.Read(ref reader), out var instant)
            ? instant
            : throw Wrong(name, "an ISO 8601 instant", _members[name]);
    }

    // [hard, soft], in seconds, either or all of it null.
    private (TimeSpan? Hard, TimeSpan? Soft) TimeLimits()
    {
        if (Token("timelimit", out var reader) == JsonTokenType.None)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Wrong("timelimit", "[hard, soft]", _members["timelimit"]);
        }

        var hard = Seconds(ref reader);
        var soft = Seconds(ref reader);
        return (hard, soft);
    }

    private TimeSpan? Seconds(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.Number when reader.GetDouble() is >= 0 and < 10_000_000_000 and var seconds => TimeSpan.FromSeconds(seconds),
            _ => throw Wrong("timelimit", "seconds or null, twice", _members["timelimit"]),
        };
    }

    // None for what is absent or null.
    private JsonTokenType Token(string name, out Utf8JsonReader reader)
    {
        reader = default;
        if (!_members.TryGetValue(name, out var value))
        {
            return JsonTokenType.None;
        }

        reader = new Utf8JsonReader(value.Span);
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? JsonTokenType.None : reader.TokenType;
    }

    private static MalformedMessageException Wrong(string name, string rule, ReadOnlyMemory<byte> value)
    {
        const int shown = 80;
        var text = System.Text.Encoding.UTF8.GetString(value.Span[..Math.Min(shown, value.Length)]);
        return new($"'{name}' in the body must be {rule} or null, was {text}{(value.Length > shown ? "…" : "")}.");
    }
}
