using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace CeleryNet.Security;

/// <summary>
/// RSASSA-PSS (RFC 8017 §8.1) with MGF1 of the same hash and the longest salt that fits, as celery/security/key.py. The framework's own has a salt as long as
/// the hash and no other; that is why a library is here.
/// </summary>
/// <param name="createDigest">Makes the hash; it is used once.</param>
internal sealed class MaximumSaltPss(Func<IDigest> createDigest)
{
    // Beside hash and salt: the byte before the salt and the trailer.
    private const int FixedSize = 2;

    private readonly int _hashSize = createDigest().GetDigestSize();

    /// <summary>The smallest key there is room in.</summary>
    public int SmallestKeyBits => (_hashSize + FixedSize) * 8 + 1;

    public byte[] Sign(RsaKeyParameters privateKey, ReadOnlySpan<byte> data)
    {
        var signer = CreateSigner(privateKey);
        signer.BlockUpdate(data);
        return signer.GenerateSignature();
    }

    public bool Verify(RsaKeyParameters publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var signer = CreateSigner(publicKey);
        signer.BlockUpdate(data);
        try
        {
            return signer.VerifySignature(signature.ToArray());
        }
        catch (DataLengthException)
        {
            // As long a number as this key makes none.
            return false;
        }
    }

    // A signer holds the message it is at, so each gets one of its own. It refuses signatures with salts of another length.
    private PssSigner CreateSigner(RsaKeyParameters key)
    {
        // What is signed has one bit less than the modulus. RFC 8017 §9.1.1
        var encodedSize = (key.Modulus.BitLength - 1 + 7) / 8;
        var signer = new PssSigner(new RsaBlindedEngine(), createDigest(), encodedSize - _hashSize - FixedSize);
        signer.Init(key.IsPrivate, key);
        return signer;
    }
}
