using System.Numerics;
using System.Security.Cryptography;

namespace CeleryNet.Serialization.Auth;

/// <summary>The bare private operation of RSA (RFC 8017 §5.2.1), by the Chinese remainder theorem.</summary>
/// <remarks>
/// How long the framework's arithmetic takes depends on the numbers. So every operation is done with other ones that lead to the same result: base,
/// exponent and modulus are changed at random by what is 0 modulo the prime, so that the time tells nothing of the key. The result is checked
/// before it is given away, because a wrong one (a flipped bit of memory) would tell the primes.
/// </remarks>
internal sealed class RsaPrivateKey
{
    private const int BlindingBytes = 8;

    private readonly BigInteger _p;
    private readonly BigInteger _q;
    private readonly BigInteger _exponentP;
    private readonly BigInteger _exponentQ;
    private readonly BigInteger _inverseQ;

    public RsaPrivateKey(RSAParameters parameters)
    {
        PublicKey = new RsaPublicKey(parameters);
        _p = RsaPublicKey.ToNumber(parameters.P!);
        _q = RsaPublicKey.ToNumber(parameters.Q!);
        _exponentP = RsaPublicKey.ToNumber(parameters.DP!);
        _exponentQ = RsaPublicKey.ToNumber(parameters.DQ!);
        _inverseQ = RsaPublicKey.ToNumber(parameters.InverseQ!);
    }

    public RsaPublicKey PublicKey { get; }

    /// <param name="value">Not negative, less than the modulus.</param>
    /// <exception cref="CryptographicException">The computation went wrong.</exception>
    public BigInteger Apply(BigInteger value)
    {
        var byP = PowerModulo(_p, _exponentP, value);
        var byQ = PowerModulo(_q, _exponentQ, value);
        var difference = (byP - byQ) % _p;
        var result = byQ + (_inverseQ * (difference + _p) % _p * _q);
        return PublicKey.Apply(result) == value
            ? result
            : throw new CryptographicException("A signature came out wrong: the private key is damaged.");
    }

    private static BigInteger PowerModulo(BigInteger prime, BigInteger exponent, BigInteger value)
        => BigInteger.ModPow(value % prime + Random() * prime, exponent + Random() * (prime - 1), prime * (Random() | 1)) % prime;

    private static BigInteger Random()
    {
        Span<byte> bytes = stackalloc byte[BlindingBytes];
        RandomNumberGenerator.Fill(bytes);
        return RsaPublicKey.ToNumber(bytes);
    }
}
