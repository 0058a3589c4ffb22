using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CeleryNet.TestKit;

/// <summary>A key and its certificate, made for one test, in files of a directory.</summary>
public sealed class SigningIdentity : IDisposable
{
    private readonly RSA _rsa;

    /// <summary>Makes them.</summary>
    /// <param name="directory">Where the files go: NAME.key and certs/NAME.pem.</param>
    /// <param name="name">What the files and the subject are called.</param>
    /// <param name="bits">The size of the key.</param>
    /// <param name="issuer">Who has issued the certificate; null for one of several parts.</param>
    /// <param name="serial">Its serial number, big-endian.</param>
    /// <param name="notAfter">When it expires; null for the year 2100.</param>
    public SigningIdentity(string directory, string name, int bits = 2048, X500DistinguishedName? issuer = null, byte[]? serial = null, DateTimeOffset? notAfter = null)
    {
        _rsa = RSA.Create(bits);
        KeyFile = Path.Combine(directory, $"{name}.key");
        Store = Directory.CreateDirectory(Path.Combine(directory, "certs")).FullName;
        CertificateFile = Path.Combine(Store, $"{name}.pem");
        File.WriteAllText(KeyFile, _rsa.ExportPkcs8PrivateKeyPem());

        // Certificates only of RSA keys of usual sizes can be issued by themselves here; the issuer's key is never looked at.
        using var authority = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", _rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = issuer ?? new X500DistinguishedName($"CN={name}, O=\"Example, Inc.\", C=XX", X500DistinguishedNameFlags.Reversed);
        using var certificate = request.Create(
            names,
            X509SignatureGenerator.CreateForRSA(authority, RSASignaturePadding.Pkcs1),
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            notAfter ?? new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
            serial ?? [0x12, 0x34, 0x56]);
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
    }

    /// <summary>The private key.</summary>
    public string KeyFile { get; }

    /// <summary>The certificate.</summary>
    public string CertificateFile { get; }

    /// <summary>The directory of the certificates of all identities there.</summary>
    public string Store { get; }

    /// <summary>The key itself.</summary>
    public RSA Key => _rsa;

    /// <inheritdoc />
    public void Dispose() => _rsa.Dispose();
}
