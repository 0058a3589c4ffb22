namespace CeleryNet.Compression.Lzma;

/// <summary>All the .xz and .lzma streams of a body, one after the other, as one: what Python's decoder makes of them too (FORMAT_AUTO).</summary>
/// <remarks>Zeros may follow the last one, as the padding of .xz files; anything else is refused, which Python ignores.</remarks>
internal sealed class LzmaSequence(LzmaInput input) : ForwardStream
{
    private Stream? _current;
    private bool _ended;

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (!_ended && count > 0)
        {
            _current ??= OpenNext();
            var read = _current.Read(buffer, offset, count);
            if (read > 0)
            {
                return read;
            }

            _current.Dispose();
            _current = null;
            while (input.Peek() == 0)
            {
                input.ReadByte();
            }

            _ended = input.Peek() < 0;
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Dispose();
            input.Dispose();
        }

        base.Dispose(disposing);
    }

    // The first byte of .xz is no properties of .lzma.
    private Stream OpenNext() => input.Peek() == XzReader.Magic[0] ? new XzReader(input) : LzmaAlone.Open(input);
}
