using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CeleryNet.Compression.Lzma;

/// <summary>What stands after a block of .xz to show that it is whole. Used again for the next block once its end was compared.</summary>
internal abstract class XzCheck(int size) : IDisposable
{
    public int Size { get; } = size;

    /// <exception cref="InvalidDataException">The format has no such check yet.</exception>
    public static XzCheck Of(byte id) => id switch
    {
        0x0 => new None(),
        0x1 => new Crc32(),
        0x4 => new Crc64(),
        0xa => new Sha256(),
        _ => throw new InvalidDataException($"The .xz data has the check {id}; known are 0 (none), 1 (CRC32), 4 (CRC64) and 10 (SHA-256)."),
    };

    public static uint Crc32Of(ReadOnlySpan<byte> data) => ~SharpCompress.Compressors.Xz.Crc32.Update(uint.MaxValue, data);

    public abstract void Append(ReadOnlySpan<byte> data);

    /// <summary>Whether this is the check of all that was appended, which is forgotten with it.</summary>
    public abstract bool EndsWith(ReadOnlySpan<byte> check);

    public virtual void Dispose() => GC.SuppressFinalize(this);

    internal sealed class None() : XzCheck(0)
    {
        public override void Append(ReadOnlySpan<byte> data)
        {
        }

        public override bool EndsWith(ReadOnlySpan<byte> check) => true;
    }

    internal sealed class Crc32() : XzCheck(sizeof(uint))
    {
        private uint _state = uint.MaxValue;

        public override void Append(ReadOnlySpan<byte> data) => _state = SharpCompress.Compressors.Xz.Crc32.Update(_state, data);

        public override bool EndsWith(ReadOnlySpan<byte> check)
        {
            var crc = ~_state;
            _state = uint.MaxValue;
            return BinaryPrimitives.ReadUInt32LittleEndian(check) == crc;
        }
    }

    internal sealed class Crc64() : XzCheck(sizeof(ulong))
    {
        private ulong _state = ulong.MaxValue;

        public override void Append(ReadOnlySpan<byte> data) => _state = SharpCompress.Compressors.Xz.Crc64.UpdateXz(_state, data);

        public override bool EndsWith(ReadOnlySpan<byte> check)
        {
            var crc = ~_state;
            _state = ulong.MaxValue;
            return BinaryPrimitives.ReadUInt64LittleEndian(check) == crc;
        }
    }

    internal sealed class Sha256() : XzCheck(SHA256.HashSizeInBytes)
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public override void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

        public override bool EndsWith(ReadOnlySpan<byte> check)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            _hash.GetHashAndReset(hash);
            return check.SequenceEqual(hash);
        }

        public override void Dispose()
        {
            _hash.Dispose();
            base.Dispose();
        }
    }
}
