using System.IO.Compression;
using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>Brotli (RFC 7932), whose window has at most 16 MiB: streams of a large window, which are no part of the RFC, are refused.</summary>
internal sealed class BrotliCompression() : CeleryCompression("application/x-brotli", "brotli")
{
    public override ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body)
    {
        var output = new MemoryStream(Math.Max(64, body.Length / 4));
        using (var brotli = new BrotliStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            brotli.Write(body.Span);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <inheritdoc />
    /// <remarks>What follows the stream is not looked at; Python refuses it.</remarks>
    public override Stream Decompress(Stream body) => new BrotliStream(new CompleteInput(body), CompressionMode.Decompress);
}
