using CeleryNet.Compression.Lzma;
using CeleryNet.Extensibility;

namespace CeleryNet.Compression;

/// <summary>LZMA, as Python's <c>lzma</c>. Reads .xz and .lzma; writes .lzma, because the library has no writer of LZMA2, which .xz needs.</summary>
internal sealed class LzmaCompression() : CeleryCompression("application/x-lzma", "lzma", "xz")
{
    public override ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body) => LzmaAlone.Write(body.Span);

    public override Stream Decompress(Stream body) => new LzmaSequence(new LzmaInput(body));
}
