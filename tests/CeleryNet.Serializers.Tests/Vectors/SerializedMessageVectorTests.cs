using System.Text;
using CeleryNet.Protocol;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>One call by each serializer and each compression means the same.</summary>
public sealed class SerializedMessageVectorTests
{
    private const string CompressedText = "compress me ";

    [Theory]
    [VectorData(VectorKind.SerializedMessage)]
    public void Message_of_any_serializer_says_what_was_called(string file)
    {
        var name = VectorFiles.NameOf(file).Split('-');
        var expected = name.Length == 1
            // From Redis.
            ? new ExpectedCall { Task = "tasks.echo", Args = [$"[{ExpectedCall.Nested}]"], Kwargs = """{"u": "é"}""" }
            : name[1] switch
            {
                "chain" => new() { Args = ["[1, 2]"], Chain = $"[{ExpectedCall.Signature("tasks.mul", "[3]")}]" },
                "unicode" => new() { Task = "tasks.echo", Args = [ExpectedCall.Unicode] },
                var other => ExpectedCall.Cases[other],
            };

        if (CapturedMessage.ReadError(file) is { } error)
        {
            // PyYAML knows no signatures; to us they are maps like any other.
            error.ShouldStartWith("EncodeError: ('cannot represent an object', ");
            name.ShouldBe(["yaml", "chain"]);
            var body = $"[{expected.Args[0]}, {expected.Kwargs}, {{\"callbacks\": null, \"errbacks\": null, \"chain\": {expected.Chain}, \"chord\": null}}]";
            Meaning.Of(WriteAndRead(name[0], body)).ShouldBe(Meaning.OfJson(body));
            return;
        }

        ShouldSay(file, expected, ContentTypeOf(name[0]), null);
    }

    [Theory]
    [VectorData(VectorKind.CompressedMessage)]
    public void Compressed_message_says_what_was_called(string file)
    {
        var name = VectorFiles.NameOf(file).Split('-');
        var contentType = name[0] switch
        {
            "gzip" or "zlib" => "application/x-gzip",
            "bzip2" => "application/x-bz2",
            "zstd" => "application/zstd",
            var other => "application/x-" + other,
        };

        ShouldSay(
            file,
            new() { Task = "tasks.echo", Args = [$"[\"{string.Concat(Enumerable.Repeat(CompressedText, 20))}\"]"] },
            ContentTypeOf(name.Length == 1 ? "json" : name[1]),
            contentType);
    }

    /// <summary>The library's JSON after a way through the wire.</summary>
    internal static ReadOnlyMemory<byte> WriteAndRead(string serializer, string json)
    {
        var found = VectorReaders.Find(serializer);
        var content = VectorReaders.Codec.Encode(Encoding.UTF8.GetBytes(json), found, null);
        return VectorReaders.Codec.Decode(content.Body, content.ContentType, content.ContentEncoding, content.Compression);
    }

    internal static string ContentTypeOf(string serializer) => serializer switch
    {
        "json" => "application/json",
        "msgpack" => "application/x-msgpack",
        "yaml" => "application/x-yaml",
        "pickle" => "application/x-python-serialize",
        _ => throw new ArgumentException($"There is no serializer '{serializer}'."),
    };

    internal static TaskMessage ShouldSay(string file, ExpectedCall expected, string contentType, string? compression)
    {
        var capture = CapturedMessage.ReadAll(file).ShouldHaveSingleItem();
        var envelope = capture.Envelope;
        envelope.ContentType.ShouldBe(contentType);
        envelope.ContentEncoding.ShouldBe(contentType is "application/json" or "application/x-yaml" ? "utf-8" : "binary");
        envelope.Headers.GetString(HeaderNames.Compression).ShouldBe(compression);

        var message = VectorReaders.Tasks.Read(envelope);

        TaskMessageVectorTests.ShouldCarry(message, expected, isRedis: capture.List is not null);
        TaskMessageVectorTests.ShouldHaveHeaders(message, expected, VectorFiles.IsOld(file));
        TaskMessageVectorTests.ShouldHaveBodies([message], expected);
        return message;
    }
}
