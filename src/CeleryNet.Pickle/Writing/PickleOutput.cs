using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace CeleryNet.Pickle.Writing;

/// <summary>The bytes of a pickle that is being written: its instructions for plain values.</summary>
internal sealed class PickleOutput
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void Op(byte opcode)
    {
        _buffer.GetSpan(1)[0] = opcode;
        _buffer.Advance(1);
    }

    /// <summary>A name in a module; ASCII.</summary>
    public void Global(ReadOnlySpan<byte> module, ReadOnlySpan<byte> name)
    {
        Op(Opcode.Global);
        _buffer.Write(module);
        _buffer.Write("\n"u8);
        _buffer.Write(name);
        _buffer.Write("\n"u8);
    }

    public void Integer(long value)
    {
        switch (value)
        {
            case >= 0 and <= byte.MaxValue:
                Op(Opcode.BinInt1);
                Op((byte)value);
                break;
            case >= 0 and <= ushort.MaxValue:
                Op(Opcode.BinInt2);
                BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(sizeof(ushort)), (ushort)value);
                _buffer.Advance(sizeof(ushort));
                break;
            case >= int.MinValue and <= int.MaxValue:
                Op(Opcode.BinInt);
                Count((uint)(int)value);
                break;
            default:
                Integer((BigInteger)value);
                break;
        }
    }

    public void Integer(BigInteger value)
    {
        var bytes = value.ToByteArray();
        Counted(bytes, Opcode.Long1, Opcode.Long4);
    }

    public void Float(double value)
    {
        Op(Opcode.BinFloat);
        BinaryPrimitives.WriteDoubleBigEndian(_buffer.GetSpan(sizeof(double)), value);
        _buffer.Advance(sizeof(double));
    }

    public void Bytes(ReadOnlySpan<byte> value) => Counted(value, Opcode.ShortBinBytes, Opcode.BinBytes);

    public void Text(string value) => Counted(Utf8(value), Opcode.ShortBinUnicode, Opcode.BinUnicode);

    private void Counted(ReadOnlySpan<byte> value, byte shortOpcode, byte longOpcode)
    {
        if (value.Length <= byte.MaxValue)
        {
            Op(shortOpcode);
            Op((byte)value.Length);
        }
        else
        {
            Op(longOpcode);
            Count((uint)value.Length);
        }

        _buffer.Write(value);
    }

    private void Count(uint count)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(sizeof(uint)), count);
        _buffer.Advance(sizeof(uint));
    }

    // Python reads half a surrogate pair as three bytes, which .NET's encoding does not write.
    private static byte[] Utf8(string value)
    {
        if (!HasLoneSurrogate(value))
        {
            return Encoding.UTF8.GetBytes(value);
        }

        var bytes = new ArrayBufferWriter<byte>(value.Length * 3);
        for (var i = 0; i < value.Length; i++)
        {
            if (Rune.TryGetRuneAt(value, i, out var rune))
            {
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
                i += rune.Utf16SequenceLength - 1;
                continue;
            }

            var half = value[i];
            bytes.Write([(byte)(0xE0 | (half >> 12)), (byte)(0x80 | ((half >> 6) & 0x3F)), (byte)(0x80 | (half & 0x3F))]);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static bool HasLoneSurrogate(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i]))
            {
                continue;
            }

            if (!Rune.TryGetRuneAt(value, i, out _))
            {
                return true;
            }

            i++;
        }

        return false;
    }
}
