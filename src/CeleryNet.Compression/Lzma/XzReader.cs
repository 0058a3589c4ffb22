using System.Buffers.Binary;
using SharpCompress.Compressors.LZMA;

namespace CeleryNet.Compression.Lzma;

/// <summary>
/// One stream of the container .xz, all of whose checks and sizes are compared: the library's own reader does not bound the dictionary, and passes
/// over a wrong index.
/// </summary>
/// <remarks>
/// header (magic, flags, CRC32), blocks (header, LZMA2, padding, check), index (0, number of records, records, padding, CRC32), footer (CRC32, size of
/// the index, flags, magic). The xz file format, 1.1.0
/// </remarks>
internal sealed class XzReader : ForwardStream
{
    private const int FlagsSize = 2;
    private const ulong Lzma2 = 0x21;

    private readonly LzmaInput _input;
    private readonly byte[] _flags = new byte[FlagsSize];
    private readonly XzCheck _check;

    // One for every block, so no more than the body has room for.
    private readonly List<(ulong Unpadded, ulong Size)> _blocks = [];
    private LzmaStream? _block;
    private long _blockStart;
    private int _headerSize;
    private ulong? _expectedPacked;
    private ulong? _expectedSize;
    private ulong _size;
    private bool _ended;

    /// <exception cref="InvalidDataException">The header is none.</exception>
    public XzReader(LzmaInput input)
    {
        _input = input;
        Span<byte> rest = stackalloc byte[Magic.Length + FlagsSize + sizeof(uint)];
        input.ReadExactly(rest);
        Require(rest[..Magic.Length].SequenceEqual(Magic), "header");
        var flags = rest.Slice(Magic.Length, FlagsSize);
        Require(BinaryPrimitives.ReadUInt32LittleEndian(rest[(Magic.Length + FlagsSize)..]) == XzCheck.Crc32Of(flags), "CRC of the header");
        Require(flags[0] == 0 && flags[1] < 16, "flags");
        flags.CopyTo(_flags);
        _check = XzCheck.Of(flags[1]);
    }

    public static ReadOnlySpan<byte> Magic => [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (!_ended && count > 0)
        {
            if (_block is null && !OpenBlock())
            {
                ReadIndex();
                _ended = true;
                break;
            }

            var read = _block!.Read(buffer, offset, count);
            if (read > 0)
            {
                _size += (ulong)read;
                _check.Append(buffer.AsSpan(offset, read));
                return read;
            }

            CloseBlock();
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _block?.Dispose();
            _check.Dispose();
        }

        base.Dispose(disposing);
    }

    // Block header: size / 4 - 1, flags, sizes (when flagged), filters, zeros, CRC32. A first byte of 0 is the index.
    private bool OpenBlock()
    {
        _blockStart = _input.Count;
        var first = _input.ReadByte();
        if (first == 0)
        {
            return false;
        }

        _headerSize = (first + 1) * 4;
        var header = new byte[_headerSize];
        header[0] = (byte)first;
        _input.ReadExactly(header.AsSpan(1));
        var fields = header.AsSpan(..^sizeof(uint));
        Require(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(fields.Length)) == XzCheck.Crc32Of(fields), "CRC of a block header");

        var flags = fields[1];
        if ((flags & 0x3f) != 0)
        {
            throw new InvalidDataException("The .xz data has filters besides LZMA2, which are for executable programs and are not read.");
        }

        var rest = new MemoryStream(header, 2, fields.Length - 2, writable: false);
        _expectedPacked = (flags & 0x40) != 0 ? ReadNumber(rest, out _) : null;
        _expectedSize = (flags & 0x80) != 0 ? ReadNumber(rest, out _) : null;
        Require(ReadNumber(rest, out _) == Lzma2 && ReadNumber(rest, out _) == 1, "filter");
        var dictionary = rest.ReadByte();
        Require(dictionary is >= 0 and <= 40, "dictionary size");
        LzmaDictionary.Check(dictionary == 40 ? uint.MaxValue : (2u | ((uint)dictionary & 1)) << (dictionary / 2 + 11));
        Require(!header.AsSpan((int)(rest.Position + 2)..fields.Length).ContainsAnyExcept((byte)0), "padding of a block header");

        _size = 0;
        _block = LzmaStream.Create([(byte)dictionary], _input, inputSize: -1, outputSize: -1, presetDictionary: null, isLzma2: true, leaveOpen: true);
        return true;
    }

    private void CloseBlock()
    {
        _block!.Dispose();
        _block = null;
        var unpadded = (ulong)(_input.Count - _blockStart);
        Require(_expectedPacked is null || _expectedPacked == unpadded - (ulong)_headerSize, "compressed size");
        Require(_expectedSize is null || _expectedSize == _size, "uncompressed size");
        SkipPadding(unpadded);
        Span<byte> check = stackalloc byte[_check.Size];
        _input.ReadExactly(check);
        Require(_check.EndsWith(check), "check of a block");
        _blocks.Add((unpadded + (ulong)_check.Size, _size));
    }

    private void ReadIndex()
    {
        var crc = new XzCheck.Crc32();
        crc.Append([0]);
        Require(ReadNumber(_input, out var bytes) == (ulong)_blocks.Count, "number of blocks");
        crc.Append(bytes.Span);
        var size = 1UL + (ulong)bytes.Length;
        foreach (var (unpadded, uncompressed) in _blocks)
        {
            Require(ReadNumber(_input, out bytes) == unpadded, "index");
            crc.Append(bytes.Span);
            size += (ulong)bytes.Length;
            Require(ReadNumber(_input, out bytes) == uncompressed, "index");
            crc.Append(bytes.Span);
            size += (ulong)bytes.Length;
        }

        var padding = SkipPadding(size);
        crc.Append(new byte[padding]);
        size += (ulong)padding;
        Span<byte> stored = stackalloc byte[sizeof(uint)];
        _input.ReadExactly(stored);
        Require(crc.EndsWith(stored), "CRC of the index");

        Span<byte> footer = stackalloc byte[12];
        _input.ReadExactly(footer);
        Require(BinaryPrimitives.ReadUInt32LittleEndian(footer) == XzCheck.Crc32Of(footer.Slice(4, 6)), "CRC of the footer");
        Require(((ulong)BinaryPrimitives.ReadUInt32LittleEndian(footer[4..]) + 1) * 4 == size + sizeof(uint), "size of the index");
        Require(footer.Slice(8, FlagsSize).SequenceEqual(_flags) && footer[10..].SequenceEqual("YZ"u8), "footer");
    }

    private int SkipPadding(ulong size)
    {
        var padding = (int)((4 - size % 4) % 4);
        for (var i = 0; i < padding; i++)
        {
            Require(_input.ReadByte() == 0, "padding");
        }

        return padding;
    }

    // Seven bits a byte, the lowest first; the eighth says that more follow. At most nine bytes, and no more than are needed.
    private static ulong ReadNumber(Stream stream, out ReadOnlyMemory<byte> bytes)
    {
        var number = 0UL;
        var taken = new byte[9];
        for (var i = 0; i < taken.Length; i++)
        {
            var next = stream.ReadByte();
            Require(next >= 0 && (next != 0 || i == 0), "number");
            taken[i] = (byte)next;
            number |= ((ulong)next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                bytes = taken.AsMemory(0, i + 1);
                return number;
            }
        }

        throw Bad("number");
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw Bad(what);
        }
    }

    private static InvalidDataException Bad(string what) => new($"The .xz data is corrupt: wrong {what}.");
}
