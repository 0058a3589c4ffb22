using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CeleryNet.Serialization.Auth;

/// <summary>
/// RSASSA-PSS (RFC 8017 §8.1, §9.1) with MGF1 of the same hash and the longest salt that fits, as celery/security/key.py. The framework's own has a salt
/// as long as the hash, and before .NET 11 no other.
/// </summary>
internal sealed class RsaPss(HashAlgorithmName digest)
{
    private const byte Trailer = 0xbc;

    // The hash of eight zeros, the hash of the data and the salt is what is signed.
    private const int ZerosSize = 8;

    private readonly int _hashSize = CryptographicOperations.HashData(digest, []).Length;

    /// <summary>The smallest key there is room in.</summary>
    public int SmallestKeyBits => (_hashSize + 2) * 8 + 1;

    public byte[] Sign(RsaPrivateKey key, ReadOnlySpan<byte> data)
    {
        var encoded = new byte[EncodedSize(key.PublicKey)];
        var masked = encoded.AsSpan(..^(_hashSize + 1));
        var hash = encoded.AsSpan(masked.Length, _hashSize);
        masked[0] = 1;
        RandomNumberGenerator.Fill(masked[1..]);
        HashWithSalt(data, masked[1..], hash);
        Mask(hash, masked);
        ClearSpareBits(masked, key.PublicKey);
        encoded[^1] = Trailer;

        var signature = new byte[key.PublicKey.Size];
        RsaPublicKey.TryWrite(key.Apply(RsaPublicKey.ToNumber(encoded)), signature);
        return signature;
    }

    public bool Verify(RsaPublicKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var number = RsaPublicKey.ToNumber(signature);
        var encoded = new byte[EncodedSize(key)];
        if (signature.Length != key.Size || number >= key.Modulus || !RsaPublicKey.TryWrite(key.Apply(number), encoded) || encoded[^1] != Trailer)
        {
            return false;
        }

        var masked = encoded.AsSpan(..^(_hashSize + 1));
        var hash = encoded.AsSpan(masked.Length, _hashSize);
        var first = masked[0];
        ClearSpareBits(masked, key);
        if (masked[0] != first)
        {
            return false;
        }

        Mask(hash, masked);
        ClearSpareBits(masked, key);
        Span<byte> expected = stackalloc byte[_hashSize];
        HashWithSalt(data, masked[1..], expected);

        // With the longest salt nothing is before the 1.
        return masked[0] == 1 && CryptographicOperations.FixedTimeEquals(hash, expected);
    }

    private static int EncodedSize(RsaPublicKey key) => (key.Bits - 1 + 7) / 8;

    // The encoded message has one bit less than the modulus.
    private static void ClearSpareBits(Span<byte> masked, RsaPublicKey key) => masked[0] &= (byte)(0xff >> (EncodedSize(key) * 8 - (key.Bits - 1)));

    private void HashWithSalt(ReadOnlySpan<byte> data, ReadOnlySpan<byte> salt, Span<byte> destination)
    {
        var prefixed = new byte[ZerosSize + _hashSize + salt.Length];
        CryptographicOperations.HashData(digest, data, prefixed.AsSpan(ZerosSize));
        salt.CopyTo(prefixed.AsSpan(ZerosSize + _hashSize));
        CryptographicOperations.HashData(digest, prefixed, destination);
    }

    // MGF1: the hashes of the seed and a counter, one after the other.
    private void Mask(ReadOnlySpan<byte> seed, Span<byte> target)
    {
        Span<byte> counted = stackalloc byte[seed.Length + sizeof(uint)];
        seed.CopyTo(counted);
        Span<byte> hash = stackalloc byte[_hashSize];
        for (var i = 0; i < target.Length; i++)
        {
            var within = i % _hashSize;
            if (within == 0)
            {
                BinaryPrimitives.WriteUInt32BigEndian(counted[seed.Length..], (uint)(i / _hashSize));
                CryptographicOperations.HashData(digest, counted, hash);
            }

            target[i] ^= hash[within];
        }
    }
}
