using System.Text;
using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// The value in the hash of unsettled messages: <c>[envelope, exchange, routing key]</c>, by which anybody can put the message back.
/// kombu/transport/redis.py QoS.append, QoS.restore_by_tag
/// </summary>
/// <param name="Envelope">The list element as it was.</param>
/// <param name="Exchange">Empty for the default exchange, whose routing key is the queue.</param>
/// <param name="RoutingKey">The routing key.</param>
internal readonly record struct StoredMessage(ReadOnlyMemory<byte> Envelope, string Exchange, string RoutingKey)
{
    /// <summary>What stands after the envelope when it is to go back to the queue it came from.</summary>
    public static string Tail(string queue) => $", \"\", \"{JsonEncodedText.Encode(queue)}\"]";

    /// <summary>The value of a message that is to go back to the queue it came from.</summary>
    public static ReadOnlyMemory<byte> Write(ReadOnlyMemory<byte> envelope, string queue)
    {
        var tail = Encoding.UTF8.GetBytes(Tail(queue));
        var stored = new byte[1 + envelope.Length + tail.Length];
        stored[0] = (byte)'[';
        envelope.CopyTo(stored.AsMemory(1));
        tail.CopyTo(stored, 1 + envelope.Length);
        return stored;
    }

    /// <summary>Reads a stored value.</summary>
    /// <exception cref="MalformedMessageException">It is no such list.</exception>
    public static StoredMessage Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = CeleryJson.MaxDepth });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException($"a list was expected, found {reader.TokenType}.");
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var envelope = json[start..(int)reader.BytesConsumed];
            reader.Read();
            var exchange = reader.GetString() ?? "";
            reader.Read();
            var routingKey = reader.GetString() ?? "";
            return new StoredMessage(envelope, exchange, routingKey);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new MalformedMessageException($"The record of an unsettled message cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The envelope of a value that was stored for a queue with <see cref="Tail"/>; null if it was not.</summary>
    public static ReadOnlyMemory<byte>? TryCutTail(ReadOnlyMemory<byte> stored, string tail)
    {
        var end = Encoding.UTF8.GetBytes(tail);
        return stored.Length > end.Length && stored.Span.EndsWith(end) ? stored[1..^end.Length] : default(ReadOnlyMemory<byte>?);
    }
}
