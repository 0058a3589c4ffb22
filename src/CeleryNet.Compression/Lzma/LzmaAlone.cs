using System.Buffers.Binary;
using System.Numerics;
using SharpCompress.Compressors.LZMA;

namespace CeleryNet.Compression.Lzma;

/// <summary>The container .lzma, which Python calls FORMAT_ALONE.</summary>
/// <remarks>properties (1 byte: lc, lp, pb), dictionary size (4, little-endian), size or -1 when an end marker follows (8, little-endian), LZMA</remarks>
internal static class LzmaAlone
{
    private const int HeaderSize = 13;
    private const int PropertiesSize = 5;

    // Python's writer goes no higher by default either; the encoder's tables grow with it.
    private const int LargestDictionaryWritten = 8 * 1024 * 1024;

    public static ReadOnlyMemory<byte> Write(ReadOnlySpan<byte> body)
    {
        // Readers want a power of two.
        var dictionary = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(body.Length, LzmaDictionary.Smallest, LargestDictionaryWritten));
        var output = new MemoryStream(HeaderSize + Math.Max(64, body.Length / 4));
        using (var lzma = LzmaStream.Create(new LzmaEncoderProperties(eos: false, dictionary), isLzma2: false, output))
        {
            output.Write(lzma.Properties);
            Span<byte> size = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(size, body.Length);
            output.Write(size);
            lzma.Write(body);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <exception cref="InvalidDataException">The header is none.</exception>
    public static LzmaStream Open(LzmaInput input)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        input.ReadExactly(header);
        var size = BinaryPrimitives.ReadInt64LittleEndian(header[PropertiesSize..]);

        // The largest size is xz's own rule to tell a header from other data.
        if (header[0] >= 9 * 5 * 5 || size is < -1 or > 1L << 38)
        {
            throw new InvalidDataException("The data has the header neither of .xz nor of .lzma.");
        }

        var dictionary = LzmaDictionary.Check(BinaryPrimitives.ReadUInt32LittleEndian(header[1..]));
        if (size >= 0)
        {
            dictionary = (int)Math.Clamp(size, LzmaDictionary.Smallest, dictionary);
        }

        BinaryPrimitives.WriteInt32LittleEndian(header[1..], dictionary);
        return LzmaStream.Create(header[..PropertiesSize].ToArray(), input, inputSize: -1, outputSize: size, leaveOpen: true);
    }
}
