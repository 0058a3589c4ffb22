using CeleryNet.Extensibility;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace CeleryNet.Compression;

/// <summary>bzip2, as Python's <c>bz2</c>. Takes at most 8 MB to read, which is what its blocks of 900 kB need.</summary>
internal sealed class Bzip2Compression() : CeleryCompression("application/x-bz2", "bzip2", "bzip")
{
    public override ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body)
    {
        var output = new MemoryStream(Math.Max(64, body.Length / 4));
        using (var bzip2 = BZip2Stream.Create(output, CompressionMode.Compress, decompressConcatenated: false, leaveOpen: true))
        {
            bzip2.Write(body.Span);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <inheritdoc />
    /// <remarks>Streams one after the other are read as one, as in Python; anything else after a stream is refused, which Python ignores.</remarks>
    public override Stream Decompress(Stream body) => BZip2Stream.Create(body, CompressionMode.Decompress, decompressConcatenated: true);
}
