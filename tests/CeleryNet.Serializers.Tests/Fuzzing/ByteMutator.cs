using System.Buffers.Binary;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>What goes wrong with bytes, or is made to: flipped bits, cuts, repetitions, parts of two messages joined, lengths that lie.</summary>
internal static class ByteMutator
{
    private const int MaxChanges = 4;
    private const int MaxRepeats = 64;

    private static readonly long[] _lengths = [0, 1, -1, 127, 128, 255, 256, 32767, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    /// <param name="original">What to spoil.</param>
    /// <param name="other">What parts are taken from.</param>
    /// <param name="random">The choice.</param>
    public static byte[] Mutate(ReadOnlySpan<byte> original, ReadOnlySpan<byte> other, Random random)
    {
        var bytes = original.ToArray();
        for (var changes = random.Next(1, MaxChanges + 1); changes > 0; changes--)
        {
            bytes = Change(bytes, other, random);
        }

        return bytes;
    }

    private static byte[] Change(byte[] bytes, ReadOnlySpan<byte> other, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var length = random.Next(0, Math.Min(32, bytes.Length - at) + 1);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Length:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1 when at < bytes.Length:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
            case 4:
                return Repeat(bytes, at, length, random.Next(2, MaxRepeats));
            case 5:
                return [.. bytes.AsSpan(0, at), .. other[random.Next(other.Length + 1)..]];
            case 6:
                var from = random.Next(other.Length + 1);
                return [.. bytes.AsSpan(0, at), .. other.Slice(from, random.Next(Math.Min(64, other.Length - from) + 1)), .. bytes.AsSpan(at)];
            case 7:
                Lie(bytes.AsSpan(at), random);
                return bytes;
            default:
                var noise = new byte[random.Next(1, 9)];
                random.NextBytes(noise);
                return [.. bytes.AsSpan(0, at), .. noise, .. bytes.AsSpan(at + length)];
        }
    }

    private static byte[] Repeat(byte[] bytes, int at, int length, int times)
    {
        var part = bytes.AsSpan(at, length);
        var repeated = new byte[bytes.Length + (length * (times - 1))];
        bytes.AsSpan(0, at).CopyTo(repeated);
        for (var i = 0; i < times; i++)
        {
            part.CopyTo(repeated.AsSpan(at + (i * length)));
        }

        bytes.AsSpan(at + length).CopyTo(repeated.AsSpan(at + (times * length)));
        return repeated;
    }

    // A number that may be a length, in either byte order.
    private static void Lie(Span<byte> bytes, Random random)
    {
        var number = random.Next(3) == 0 ? random.NextInt64() : _lengths[random.Next(_lengths.Length)];
        Span<byte> written = stackalloc byte[8];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(written, number);
            written = written[..(1 << random.Next(4))];
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(written, number);
            written = written[^(1 << random.Next(4))..];
        }

        written[..Math.Min(written.Length, bytes.Length)].CopyTo(bytes);
    }
}
