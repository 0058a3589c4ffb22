using System.Text;
using System.Text.Json;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Compression;

/// <summary>Bodies that Celery itself has compressed.</summary>
public sealed class CompressionVectorTests
{
    public static TheoryData<string> Captures { get; } =
    [
        .. new[] { "celery-5.2.6/amqp", "celery-5.6/amqp", "celery-5.2.6/redis", "celery-5.6/redis" }
            .SelectMany(folder => Directory.GetFiles(Repository.PathOf("tests", "vectors", folder, "compression"), "*.json")
                .Select(file => $"{folder}/compression/{Path.GetFileName(file)}"))
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Every_compression_of_both_versions_and_brokers_is_there()
        => Captures.Count.ShouldBe(2 * (12 + 5), string.Join(", ", Captures.Select(capture => capture.Data)));

    [Theory]
    [MemberData(nameof(Captures))]
    public void Body_compressed_by_Celery_is_read(string capture)
    {
        var (compression, body, isPickle) = Read(capture);

        var content = Compressions.Decompress(compression, body);

        if (isPickle)
        {
            var (other, otherBody, _) = Read(capture[..(capture.LastIndexOf('/') + 1)] + "gzip-pickle.json");
            content[..2].ShouldBe([0x80, 4]);
            content.ShouldBe(Compressions.Decompress(other, otherBody));
        }
        else
        {
            Encoding.UTF8.GetString(content).ShouldBe(
                $$"""[["{{string.Concat(Enumerable.Repeat("compress me ", 20))}}"], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]""");
        }
    }

    private static (string Compression, byte[] Body, bool IsPickle) Read(string capture)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "vectors", capture)));
        if (document.RootElement.TryGetProperty("messages", out var messages))
        {
            var message = messages[0];
            return (
                message.GetProperty("headers").GetProperty("compression").GetString()!,
                message.GetProperty("body_b64").GetBytesFromBase64(),
                message.GetProperty("properties").GetProperty("content_type").GetString() == "application/x-python-serialize");
        }

        using var envelope = JsonDocument.Parse(document.RootElement.GetProperty("entries")[0].GetProperty("raw").GetString()!);
        return (
            envelope.RootElement.GetProperty("headers").GetProperty("compression").GetString()!,
            envelope.RootElement.GetProperty("body").GetBytesFromBase64(),
            false);
    }
}
