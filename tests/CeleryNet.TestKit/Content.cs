using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.TestKit;

/// <summary>What reads and writes messages of plain JSON.</summary>
internal static class Content
{
    public static TaskMessageReader Reader(int maxSize = 1024 * 1024) => new(Codec(maxSize));

    public static TaskMessageWriter Writer(System.Text.Json.JsonSerializerOptions options, string origin = "gen1@test", int maxSize = 1024 * 1024, int protocol = 2)
    {
        var codec = Codec(maxSize);
        return new(options, origin, codec, new TaskMessageFormat(codec.FindSerializer("json", ""), Protocol: protocol));
    }

    private static ContentCodec Codec(int maxSize) => new(
        new SerializerRegistry([new JsonCelerySerializer(typeTags: false)]),
        new CompressionRegistry([new ZlibCompression(), new BrotliCompression()]),
        ["json"],
        "AcceptContent",
        new() { MaxSize = maxSize });
}
