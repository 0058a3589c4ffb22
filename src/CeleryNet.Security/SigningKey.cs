using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace CeleryNet.Security;

/// <summary>The key we sign with, and the certificate that others know it by.</summary>
internal sealed class SigningKey
{
    private const string Option = "Celery:Security:Key";
    private const int SmallestBits = 1024;

    private readonly RsaKeyParameters _key;

    private SigningKey(RsaKeyParameters key, SignerCertificate certificate)
    {
        _key = key;
        Certificate = certificate;
    }

    public SignerCertificate Certificate { get; }

    /// <exception cref="CeleryConfigurationException">A file cannot be read, the password is wrong, the two do not belong together, or the certificate has expired.</exception>
    public static SigningKey Load(CelerySecurityOptions options, TimeProvider time)
    {
        var key = LoadKey(options.Key, options.KeyPassword);
        var certificate = SignerCertificate.Load(options.Certificate, "Celery:Security:Certificate");
        if (!certificate.PublicKey.Modulus.Equals(key.Modulus))
        {
            throw new CeleryConfigurationException($"Celery:Security:Certificate: '{options.Certificate}' is not the certificate of the key '{options.Key}'.");
        }

        return certificate.IsExpired(time)
            ? throw new CeleryConfigurationException($"Celery:Security:Certificate: '{options.Certificate}' has expired on {certificate.Expires:u}.")
            : new SigningKey(key, certificate);
    }

    public byte[] Sign(MaximumSaltPss pss, ReadOnlySpan<byte> data) => pss.Sign(_key, data);

    private static RsaKeyParameters LoadKey(string file, string? password)
    {
        using var rsa = RSA.Create();
        try
        {
            var pem = File.ReadAllText(file);
            if (password is null)
            {
                rsa.ImportFromPem(pem);
            }
            else
            {
                rsa.ImportFromEncryptedPem(pem, password);
            }

            var key = (RsaKeyParameters)DotNetUtilities.GetRsaKeyPair(rsa).Private;
            return key.Modulus.BitLength >= SmallestBits
                ? key
                : throw new CeleryConfigurationException($"{Option}: the key in '{file}' has {key.Modulus.BitLength} bits; at least {SmallestBits} are needed.");
        }

        // The causes may quote what they could not read; so they are not passed on.
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new CeleryConfigurationException(password is null
                ? $"{Option}: '{file}' is no private RSA key in PEM; an encrypted one needs Celery:Security:KeyPassword."
                : $"{Option}: '{file}' is no private RSA key in PEM that is encrypted as PKCS #8, or KeyPassword is wrong.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CeleryConfigurationException($"{Option}: '{file}' cannot be read: {error.Message}", error);
        }
    }
}
