using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CeleryNet.Serialization.Auth;

/// <summary>One who signs, as his certificate tells.</summary>
/// <param name="Id">What his messages call him.</param>
/// <param name="PublicKey">The key his signatures fit.</param>
/// <param name="Expires">From when on he is not trusted.</param>
/// <param name="File">Where the certificate was read, for errors.</param>
internal sealed record SignerCertificate(string Id, RsaPublicKey PublicKey, DateTimeOffset Expires, string File)
{
    /// <exception cref="CeleryConfigurationException">The file cannot be read, or is no certificate of an RSA key.</exception>
    public static SignerCertificate Load(string file, string option)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(System.IO.File.ReadAllText(file));
            using var key = certificate.GetRSAPublicKey() ?? throw new CeleryConfigurationException(
                $"{option}: the certificate '{file}' has no RSA key; Celery signs with RSA only.");
            return new SignerCertificate(SignerId.Of(certificate), new RsaPublicKey(key.ExportParameters(false)), new DateTimeOffset(certificate.NotAfter), file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or AsnContentException)
        {
            throw new CeleryConfigurationException($"{option}: '{file}' cannot be read as a certificate in PEM: {error.Message}", error);
        }
    }

    public bool IsExpired(TimeProvider time) => time.GetUtcNow() >= Expires;
}
