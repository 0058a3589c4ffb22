using System.Buffers;
using System.Runtime.InteropServices;
using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>Decompresses a body as far as its limits allow: a small message must not become a large one only because it says so.</summary>
internal static class Decompressor
{
    // Below this no ratio is too high: little text, repeated, is compressed a thousand times by any of them.
    private const int FreeSize = 1024 * 1024;

    private const int FirstBuffer = 16 * 1024;

    /// <exception cref="MalformedMessageException">The body is not of this compression, is not whole, or exceeds a limit.</exception>
    public static ReadOnlyMemory<byte> Decompress(CeleryCompression compression, ReadOnlyMemory<byte> body, ContentLimits limits)
    {
        try
        {
            using var stream = compression.Decompress(Open(body));
            return Read(stream, compression, body.Length, limits);
        }
        catch (MalformedMessageException)
        {
            throw;
        }
#pragma warning disable CA1031 // A decoder may throw anything at bytes that it did not expect.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new MalformedMessageException($"The body cannot be decompressed as {compression.ContentType}: {error.Message}", error);
        }
    }

    private static byte[] Read(Stream stream, CeleryCompression compression, int compressedSize, ContentLimits limits)
    {
        var byRatio = Math.Max(FreeSize, (long)limits.MaxCompressionRatio * compressedSize);
        var allowed = (int)Math.Min(Math.Min(limits.MaxSize, Array.MaxLength - 1), byRatio);

        // One byte more than is allowed tells that there is more.
        var most = allowed + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBuffer, most));
        try
        {
            var length = 0;
            while (stream.Read(buffer, length, Math.Min(buffer.Length, most) - length) is > 0 and var read)
            {
                length += read;
                if (length > allowed)
                {
                    throw new MalformedMessageException(allowed < byRatio
                        ? $"The body has more than {limits.MaxSize} bytes when decompressed as {compression.ContentType}, which is what MaxBodySize allows."
                        : $"The body of {compressedSize} bytes has more than {limits.MaxCompressionRatio} times as many when decompressed as {compression.ContentType}, which is what MaxCompressionRatio allows.");
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, most);
                }
            }

            return buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer, int most)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * buffer.Length, most));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> body) => MemoryMarshal.TryGetArray(body, out var segment)
        ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(body.ToArray(), writable: false);
}
