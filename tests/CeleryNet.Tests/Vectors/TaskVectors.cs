using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Vectors;

/// <summary>One task message that Celery has sent: as the transport hands it over, and as the capture tells it.</summary>
/// <param name="Envelope">The message as a transport would read it.</param>
/// <param name="Headers">The headers in the capture.</param>
internal sealed record CapturedMessage(Envelope Envelope, JsonElement Headers);

/// <summary>The messages in tests/vectors/&lt;version&gt;/&lt;transport&gt;/basic.</summary>
internal static class TaskVectors
{
    public static IReadOnlyList<string> Folders { get; } =
        ["celery-5.2.6/amqp/basic", "celery-5.2.6/redis/basic", "celery-5.6/amqp/basic", "celery-5.6/redis/basic"];

    public static string Root { get; } = Repository.PathOf("tests", "vectors");

    /// <summary>The cases of a folder, in order.</summary>
    public static IReadOnlyList<string> CasesOf(string folder)
        => [.. Directory.GetFiles(Path.Combine(Root, folder), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>The messages of one case, in the order they were taken from the queue.</summary>
    public static IReadOnlyList<CapturedMessage> Read(string folder, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, folder, name + ".json")));
        var root = document.RootElement.Clone();
        return folder.Contains("redis", StringComparison.Ordinal)
            ? [.. root.GetProperty("entries").EnumerateArray().Select(entry => OfRedis(entry.GetProperty("raw").GetString()!))]
            : [.. root.GetProperty("messages").EnumerateArray().Select(OfAmqp)];
    }

    private static CapturedMessage OfRedis(string raw)
    {
        using var document = JsonDocument.Parse(raw);
        return new(RedisEnvelopeReader.Read(Encoding.UTF8.GetBytes(raw)).Envelope, document.RootElement.GetProperty("headers").Clone());
    }

    private static CapturedMessage OfAmqp(JsonElement message)
    {
        var properties = message.GetProperty("properties");
        var headers = new MessageHeaders();
        foreach (var header in message.GetProperty("headers").EnumerateObject())
        {
            headers.Add(header.Name, HeaderJson.ToHeader(header.Value));
        }

        return new(
            new Envelope
            {
                Body = message.GetProperty("body_b64").GetBytesFromBase64(),
                ContentType = properties.GetProperty("content_type").GetString(),
                ContentEncoding = properties.GetProperty("content_encoding").GetString(),
                CorrelationId = properties.GetProperty("correlation_id").GetString(),
                ReplyTo = properties.GetProperty("reply_to").GetString(),
                Expiration = properties.TryGetProperty("expiration", out var expiration) ? expiration.GetString() : null,
                Priority = properties.TryGetProperty("priority", out var priority) ? priority.GetInt32() : null,
                Headers = headers,
            },
            message.GetProperty("headers"));
    }
}
