using CeleryNet.Compression;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;

namespace CeleryNet.Serializers.Tests.Compression;

/// <summary>The compressions by a name that kombu knows too.</summary>
internal static class Compressions
{
    public static IReadOnlyList<CeleryCompression> All { get; } =
        [new ZlibCompression(), new BrotliCompression(), new Bzip2Compression(), new LzmaCompression(), new ZstdCompression()];

    public static TheoryData<string> Names => [.. All.Select(compression => compression.Names[0])];

    public static CeleryCompression Named(string name)
        => All.Single(compression => compression.ContentType == name || compression.Names.Contains(name));

    public static byte[] Decompress(string name, ReadOnlyMemory<byte> body, ContentLimits? limits = null)
        => Decompressor.Decompress(Named(name), body, limits ?? new ContentLimits()).ToArray();
}
