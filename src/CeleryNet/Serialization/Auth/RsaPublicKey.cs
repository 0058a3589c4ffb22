using System.Numerics;
using System.Security.Cryptography;

namespace CeleryNet.Serialization.Auth;

/// <summary>The bare operation of RSA (RFC 8017 §5.2.2), which the framework offers only together with paddings that Celery does not use.</summary>
internal sealed class RsaPublicKey
{
    private readonly BigInteger _exponent;

    public RsaPublicKey(RSAParameters parameters)
    {
        Modulus = ToNumber(parameters.Modulus!);
        _exponent = ToNumber(parameters.Exponent!);
        Bits = (int)Modulus.GetBitLength();
    }

    public BigInteger Modulus { get; }

    public int Bits { get; }

    /// <summary>The length of a signature in bytes.</summary>
    public int Size => (Bits + 7) / 8;

    /// <param name="value">Not negative, less than the modulus.</param>
    public BigInteger Apply(BigInteger value) => BigInteger.ModPow(value, _exponent, Modulus);

    public static BigInteger ToNumber(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    /// <summary>The number in so many bytes; false when it needs more.</summary>
    public static bool TryWrite(BigInteger number, Span<byte> destination)
    {
        var size = number.GetByteCount(isUnsigned: true);
        if (size > destination.Length)
        {
            return false;
        }

        destination[..^size].Clear();
        return number.TryWriteBytes(destination[^size..], out _, isUnsigned: true, isBigEndian: true);
    }
}
