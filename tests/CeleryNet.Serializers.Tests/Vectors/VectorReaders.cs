using CeleryNet.Compression;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>Readers that accept whatever a captured message may hold.</summary>
internal static class VectorReaders
{
    public static IReadOnlyList<CelerySerializer> Serializers { get; } =
        [new JsonCelerySerializer(typeTags: false), new MessagePackCelerySerializer(), new YamlCelerySerializer(), new PickleCelerySerializer()];

    public static CompressionRegistry Compressions { get; } =
        new([new ZlibCompression(), new BrotliCompression(), new Bzip2Compression(), new LzmaCompression(), new ZstdCompression()]);

    public static ContentCodec Codec { get; } = CreateCodec(new ContentLimits());

    public static ResultCodec Results { get; } = new(Codec, Serializers[0]);

    public static TaskMessageReader Tasks { get; } = new(Codec);

    public static ContentCodec CreateCodec(ContentLimits limits) => new(
        new SerializerRegistry(Serializers),
        Compressions,
        Serializers.Select(serializer => serializer.Name),
        "AcceptContent",
        limits);

    public static CelerySerializer Find(string name) => Serializers.Single(serializer => serializer.Name == name);
}
