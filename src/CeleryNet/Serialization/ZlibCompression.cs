using System.IO.Compression;
using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>What kombu calls gzip: a zlib stream (RFC 1950). A stream of the program gzip (RFC 1952) is another format, which Python refuses too.</summary>
internal sealed class ZlibCompression() : CeleryCompression("application/x-gzip", "gzip", "zlib")
{
    // The framework's stream writes nothing at all for nothing.
    private static ReadOnlySpan<byte> Empty => [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];

    public override ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return Empty.ToArray();
        }

        var output = new MemoryStream(Math.Max(64, body.Length / 4));
        using (var zlib = new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(body.Span);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <inheritdoc />
    /// <remarks>What follows the stream is not looked at, as in Python.</remarks>
    public override Stream Decompress(Stream body) => new ZLibStream(new CompleteInput(body), CompressionMode.Decompress);
}
