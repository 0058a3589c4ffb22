using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace CeleryNet.Security;

/// <summary>One who signs, as his certificate tells.</summary>
/// <param name="Id">What his messages call him.</param>
/// <param name="PublicKey">The key his signatures fit.</param>
/// <param name="Expires">From when on he is not trusted.</param>
/// <param name="File">Where the certificate was read, for errors.</param>
internal sealed record SignerCertificate(string Id, RsaKeyParameters PublicKey, DateTimeOffset Expires, string File)
{
    /// <summary>The length of his signatures in bytes.</summary>
    public int SignatureSize => (PublicKey.Modulus.BitLength + 7) / 8;

    /// <exception cref="CeleryConfigurationException">The file cannot be read, or is no certificate of an RSA key.</exception>
    public static SignerCertificate Load(string file, string option)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(System.IO.File.ReadAllText(file));
            using var key = certificate.GetRSAPublicKey() ?? throw new CeleryConfigurationException(
                $"{option}: the certificate '{file}' has no RSA key; Celery signs with RSA only.");
            return new SignerCertificate(SignerId.Of(certificate), DotNetUtilities.GetRsaPublicKey(key), new DateTimeOffset(certificate.NotAfter), file);
        }
        // An argument is what the key is to the library when it can be no key.
        catch (Exception error) when (error is ArgumentException or IOException or UnauthorizedAccessException or CryptographicException or AsnContentException)
        {
            throw new CeleryConfigurationException($"{option}: '{file}' cannot be read as a certificate in PEM: {error.Message}", error);
        }
    }

    public bool IsExpired(TimeProvider time) => time.GetUtcNow() >= Expires;
}
