using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Transports.Amqp;
using CeleryNet.Transports.Redis;
using RabbitMQ.Client;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>A captured message as our transports read it.</summary>
/// <param name="Envelope">What the library reads.</param>
/// <param name="Exchange">Where it was published.</param>
/// <param name="RoutingKey">With which key.</param>
/// <param name="List">The list it stood in; null for AMQP.</param>
internal sealed record CapturedMessage(Envelope Envelope, string? Exchange, string? RoutingKey, string? List)
{
    private const int PropertiesStart = 12;

    /// <summary>The messages of a file that were captured on publishing, in the order in which they were taken from the queue.</summary>
    public static IReadOnlyList<CapturedMessage> ReadAll(string file)
    {
        var vector = VectorFiles.Read(file);
        return vector.TryGetProperty("entries", out var entries)
            ? [.. entries.EnumerateArray().Select(entry => OfRedis(entry.GetProperty("raw").GetString()!, entry.GetProperty("list_key").GetString()))]
            : [.. vector.GetProperty("messages").EnumerateArray().Select(OfAmqp)];
    }

    /// <summary>The error that Python's serializer made of it; null if there was none.</summary>
    public static string? ReadError(string file) => VectorFiles.Read(file).TryGetProperty("error_at_publish", out var error) ? error.GetString() : null;

    public static CapturedMessage OfRedis(string raw, string? list = null)
    {
        var message = RedisEnvelopeReader.Read(Encoding.UTF8.GetBytes(raw));
        return new(message.Envelope, message.Exchange, message.RoutingKey, list);
    }

    /// <summary>Reads the very bytes of the content header, on the way they take from the socket; what they say must be what Python's client read.</summary>
    public static CapturedMessage OfAmqp(JsonElement message)
    {
        byte[] header = [.. new byte[PropertiesStart], .. message.GetProperty("raw_content_header_properties_b64").GetBytesFromBase64()];
        var walker = new AmqpHeaderWalker(incoming: true);
        walker.Begin();
        walker.Walk(header).ShouldBe(header.Length);
        var envelope = AmqpProperties.Read(new ReadOnlyBasicProperties(header.AsSpan(PropertiesStart)), message.GetProperty("body_b64").GetBytesFromBase64());
        ShouldSay(envelope, message);
        var delivery = message.TryGetProperty("delivery_info", out var info) ? info : message;
        return new(envelope, delivery.GetProperty("exchange").GetString(), delivery.GetProperty("routing_key").GetString(), null);
    }

    private static void ShouldSay(Envelope envelope, JsonElement message)
    {
        var properties = message.GetProperty("properties");
        envelope.ContentType.ShouldBe(Text(properties, "content_type"));
        envelope.ContentEncoding.ShouldBe(Text(properties, "content_encoding"));
        envelope.CorrelationId.ShouldBe(Text(properties, "correlation_id"));
        envelope.ReplyTo.ShouldBe(Text(properties, "reply_to"));
        envelope.Expiration.ShouldBe(Text(properties, "expiration"));
        envelope.Priority.ShouldBe(properties.TryGetProperty("priority", out var priority) ? priority.GetInt32() : null);
        envelope.Persistent.ShouldBe(properties.GetProperty("delivery_mode").GetInt32() == 2);
        var headers = message.GetProperty("headers");
        envelope.Headers.Items.Select(header => header.Key).ShouldBe(headers.EnumerateObject().Select(header => header.Name), ignoreOrder: true);
        foreach (var header in headers.EnumerateObject())
        {
            Meaning.Of(envelope.Headers[header.Name]).ShouldBe(Meaning.Of(header.Value), header.Name);
        }
    }

    private static string? Text(JsonElement properties, string name) => properties.TryGetProperty(name, out var value) ? value.GetString() : null;
}
