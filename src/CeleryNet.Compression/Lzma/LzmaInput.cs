namespace CeleryNet.Compression.Lzma;

/// <summary>
/// The compressed bytes, counted. A decoder that wants more of them than there are has met a truncated body, and is told so: the library's own takes
/// the end for endless bytes of 255.
/// </summary>
internal sealed class LzmaInput(Stream body) : ForwardStream
{
    private int _ahead = -1;

    /// <summary>How many bytes were read.</summary>
    public long Count { get; private set; }

    /// <summary>The next byte, which remains the next; -1 at the end.</summary>
    public int Peek()
    {
        if (_ahead < 0)
        {
            _ahead = body.ReadByte();
        }

        return _ahead;
    }

    /// <exception cref="EndOfStreamException">There is none.</exception>
    public override int ReadByte()
    {
        var value = Peek();
        if (value < 0)
        {
            throw End();
        }

        _ahead = -1;
        Count++;
        return value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="EndOfStreamException">There is none.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_ahead >= 0)
        {
            buffer[0] = (byte)ReadByte();
            return 1;
        }

        var read = body.Read(buffer);
        Count += read;
        return read > 0 ? read : throw End();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }

        base.Dispose(disposing);
    }

    private static EndOfStreamException End() => new("The compressed data ends before its end marker.");
}
