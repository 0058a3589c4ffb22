using CeleryNet.Extensibility;
using SharpCompress.Compressors.ZStandard;

namespace CeleryNet.Compression;

/// <summary>Zstandard, as Python's <c>zstandard</c> and <c>compression.zstd</c>. A frame whose window is larger than 128 MiB is refused, as there.</summary>
internal sealed class ZstdCompression() : CeleryCompression("application/zstd", "zstd", "zstandard")
{
    // The level of both Python modules.
    private const int Level = 3;

    public override ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body)
    {
        using var compressor = new Compressor(Level);
        var output = new byte[Compressor.GetCompressBound(body.Length)];

        // In one go, so that the frame says how large its content is: Celery 5.2 reads no other.
        return output.AsMemory(0, compressor.Wrap(body.Span, output));
    }

    /// <inheritdoc />
    /// <remarks>Frames one after the other are read as one, as with Celery 5.6; 5.2 reads the first only. Anything else after a frame is refused.</remarks>
    public override Stream Decompress(Stream body) => new DecompressionStream(body, leaveOpen: false);
}
