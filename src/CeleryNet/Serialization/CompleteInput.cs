namespace CeleryNet.Serialization;

/// <summary>
/// The compressed body for a decoder that ends without a word where its input ends, so that half a body would look like a whole one: it asks for more
/// only while its own end has not come.
/// </summary>
internal sealed class CompleteInput(Stream body) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="EndOfStreamException">There is no more.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = body.Read(buffer);
        return read > 0 || buffer.IsEmpty ? read : throw new EndOfStreamException("The compressed data ends before its end marker.");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }

        base.Dispose(disposing);
    }
}
