using System.Buffers;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Control;

/// <summary>
/// Commands and answers as messages. A command is <c>{"method", "arguments", "destination", "pattern", "matcher"}</c>, with <c>"ticket"</c> and
/// <c>"reply_to": {"exchange", "routing_key"}</c> where answers are wanted; an answer is <c>{"node": value}</c>. kombu/pidbox.py Mailbox._publish
/// </summary>
/// <param name="content">What is accepted.</param>
/// <param name="serializer">How commands and answers are written (<c>task_serializer</c>).</param>
/// <param name="clock">The application's logical clock.</param>
internal sealed class ControlCodec(ContentCodec content, CelerySerializer serializer, LamportClock clock)
{
    private const string ClockHeader = "clock";
    private const string ExpiresHeader = "expires";
    private const string TicketHeader = "ticket";

    /// <summary>Reads a command.</summary>
    /// <exception cref="MalformedMessageException">It is none.</exception>
    public ControlMessage Read(Envelope envelope)
    {
        var json = content.Decode(envelope.Body, envelope.ContentType, envelope.ContentEncoding, envelope.Headers.GetString(HeaderNames.Compression));
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = content.Limits.MaxDepth });
            var body = document.RootElement;
            if (body.ValueKind != JsonValueKind.Object || Text(body, "method") is not { Length: > 0 } method)
            {
                throw new MalformedMessageException("It is no map with a 'method'.");
            }

            return new ControlMessage(method, Member(body, "arguments", JsonValueKind.Object)?.Clone() ?? default)
            {
                Destination = ReadDestination(body),
                Pattern = Text(body, "pattern"),
                Matcher = Text(body, "matcher"),
                Ticket = Text(body, "ticket"),
                ReplyTo = Member(body, "reply_to", JsonValueKind.Object) is { } address
                    ? new ReplyTo(Text(address, "exchange") ?? "", Text(address, "routing_key") ?? "")
                    : null,
                Clock = envelope.Headers[ClockHeader] is long time ? time : 0,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter of half a surrogate pair, which JSON can say and a string cannot.
            throw new MalformedMessageException($"Its body cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Writes a command to which no answers are wanted.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="destination">The nodes it is for; null for all of them.</param>
    /// <param name="arguments">Writes the members of its arguments.</param>
    /// <exception cref="CelerySerializationException">The serializer has no way to say it.</exception>
    public Envelope WriteCommand(string method, IReadOnlyList<string>? destination, Action<Utf8JsonWriter> arguments)
    {
        var headers = new MessageHeaders();
        headers.Add(ClockHeader, clock.Forward());
        headers.Add(ExpiresHeader, 0L);
        return Write(headers, persistent: true, writer =>
        {
            writer.WriteString("method", method);
            writer.WriteStartObject("arguments");
            arguments(writer);
            writer.WriteEndObject();
            if (destination is null)
            {
                writer.WriteNull("destination");
            }
            else
            {
                writer.WriteStartArray("destination");
                foreach (var node in destination)
                {
                    writer.WriteStringValue(node);
                }

                writer.WriteEndArray();
            }

            writer.WriteNull("pattern");
            writer.WriteNull("matcher");
        });
    }

    /// <summary>Writes the answer of a node.</summary>
    /// <exception cref="CelerySerializationException">The serializer has no way to say it.</exception>
    public Envelope WriteReply(string hostname, ControlReply reply, string? ticket)
    {
        var headers = new MessageHeaders();
        if (ticket is not null)
        {
            headers.Add(TicketHeader, ticket);
        }

        headers.Add(ClockHeader, clock.Forward());
        return Write(headers, persistent: false, writer =>
        {
            writer.WritePropertyName(hostname);
            reply.Write(writer);
        });
    }

    // To take what cannot be read for "all nodes" could revoke or stop what was not meant.
    private static IReadOnlyList<string>? ReadDestination(JsonElement body)
    {
        if (!body.TryGetProperty("destination", out var nodes) || nodes.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return nodes.ValueKind switch
        {
            JsonValueKind.String => [nodes.GetString()!],
            JsonValueKind.Array when nodes.GetArrayLength() == 0 => null,
            JsonValueKind.Array => [.. nodes.EnumerateArray().Where(node => node.ValueKind == JsonValueKind.String).Select(node => node.GetString()!)],
            _ => throw new MalformedMessageException($"Its 'destination' must be a list of node names or null, was {nodes.GetRawText()}."),
        };
    }

    private Envelope Write(MessageHeaders headers, bool persistent, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        var encoded = content.Encode(buffer.WrittenMemory, serializer, null);
        return new Envelope
        {
            Body = encoded.Body,
            ContentType = encoded.ContentType,
            ContentEncoding = encoded.ContentEncoding,
            Headers = headers,
            Priority = 0,
            Persistent = persistent,
        };
    }

    private static string? Text(JsonElement map, string name) => Member(map, name, JsonValueKind.String)?.GetString();

    private static JsonElement? Member(JsonElement map, string name, JsonValueKind kind)
        => map.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : null;
}
