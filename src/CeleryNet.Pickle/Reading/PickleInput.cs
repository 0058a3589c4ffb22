using System.Buffers.Binary;

namespace CeleryNet.Pickle.Reading;

/// <summary>The bytes of a pickle. Gives no more than there are, whatever length the pickle states.</summary>
internal ref struct PickleInput(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public byte ReadByte() => Remaining > 0 ? _bytes[Position++] : throw Refusal.Because($"it ends at byte {Position}, in the middle");

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Read(sizeof(ushort)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Read(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Read(sizeof(uint)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Read(sizeof(ulong)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Read(sizeof(double)));

    public ReadOnlySpan<byte> Read(ulong count)
    {
        if (count > (ulong)Remaining)
        {
            throw Refusal.Because($"at byte {Position} it states a length of {count} bytes, but only {Remaining} follow");
        }

        var part = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return part;
    }

    /// <summary>The bytes up to the next line feed, which is passed.</summary>
    public ReadOnlySpan<byte> ReadLine()
    {
        var length = _bytes[Position..].IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Refusal.Because($"the line that begins at byte {Position} does not end");
        }

        var line = _bytes.Slice(Position, length);
        Position += length + 1;
        return line;
    }
}
