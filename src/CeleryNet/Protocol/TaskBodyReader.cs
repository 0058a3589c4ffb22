using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>
/// Splits the body of protocol 2, <c>[args, kwargs, {"callbacks", "errbacks", "chain", "chord"}]</c>, without decoding the arguments.
/// </summary>
internal static class TaskBodyReader
{
    /// <param name="body">The body as JSON.</param>
    /// <param name="maxDepth">How deep it may be nested.</param>
    /// <exception cref="MalformedMessageException">The body is not that list of three, or nested too deep.</exception>
    public static TaskBody Read(ReadOnlyMemory<byte> body, int maxDepth)
    {
        try
        {
            return Split(body, maxDepth);
        }
        catch (JsonException error)
        {
            throw new MalformedMessageException($"The body is not JSON, or nested deeper than the {maxDepth} levels that MaxDepth allows: {error.Message}", error);
        }
    }

    private static TaskBody Split(ReadOnlyMemory<byte> body, int maxDepth)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = maxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw new MalformedMessageException($"The body must be a list [args, kwargs, embed], was {Name(reader.TokenType)}.");
        }

        var args = Next(ref reader, body, JsonTokenType.StartArray, "args must be a list");
        var kwargs = Next(ref reader, body, JsonTokenType.StartObject, "kwargs must be an object");
        var embed = ReadEmbed(ref reader, body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
        {
            throw new MalformedMessageException("The body must have exactly three parts [args, kwargs, embed], it has more.");
        }

        if (reader.Read())
        {
            throw new MalformedMessageException("Something follows the body's list.");
        }

        return new TaskBody(args, kwargs, embed);
    }

    private static ReadOnlyMemory<byte> Next(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, JsonTokenType expected, string rule)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
        {
            throw new MalformedMessageException("The body must have exactly three parts [args, kwargs, embed], it has fewer.");
        }

        if (reader.TokenType != expected)
        {
            throw new MalformedMessageException($"The body's {rule}, was {Name(reader.TokenType)}.");
        }

        return SkipValue(ref reader, body);
    }

    private static TaskEmbed ReadEmbed(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
        {
            throw new MalformedMessageException("The body must have exactly three parts [args, kwargs, embed], it has fewer.");
        }

        if (reader.TokenType == JsonTokenType.Null)
        {
            return TaskEmbed.Empty;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new MalformedMessageException($"The body's embed must be an object or null, was {Name(reader.TokenType)}.");
        }

        ReadOnlyMemory<byte> callbacks = default, errbacks = default, chain = default, chord = default;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var part = reader.ValueTextEquals("callbacks"u8) ? 0
                : reader.ValueTextEquals("errbacks"u8) ? 1
                : reader.ValueTextEquals("chain"u8) ? 2
                : reader.ValueTextEquals("chord"u8) ? 3 : 4;
            reader.Read();
            var isNull = reader.TokenType == JsonTokenType.Null;
            var value = SkipValue(ref reader, body);
            // An empty list says the same as null.
            value = isNull || value.Span.SequenceEqual("[]"u8) ? default : value;
            switch (part)
            {
                case 0: callbacks = value; break;
                case 1: errbacks = value; break;
                case 2: chain = value; break;
                case 3: chord = value; break;
            }
        }

        return callbacks.IsEmpty && errbacks.IsEmpty && chain.IsEmpty && chord.IsEmpty
            ? TaskEmbed.Empty
            : new TaskEmbed(callbacks, errbacks, chain, chord);
    }

    private static ReadOnlyMemory<byte> SkipValue(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }

    private static string Name(JsonTokenType token) => token switch
    {
        JsonTokenType.None => "empty",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a boolean",
    };
}
