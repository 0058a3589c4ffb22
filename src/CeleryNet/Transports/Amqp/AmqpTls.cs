using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CeleryNet.Transports.Amqp;

/// <summary>TLS as the options want it.</summary>
internal static class AmqpTls
{
    /// <exception cref="CeleryConfigurationException">A file is missing or is not what it should be.</exception>
    public static SslClientAuthenticationOptions Create(TransportTlsOptions options, string host)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = options.ServerName ?? host };
        if (options.AllowInvalidCertificates)
        {
#pragma warning disable CA5359 // The option says so.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.CaCertificateFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            Read(file, nameof(options.CaCertificateFile), () => policy.CustomTrustStore.ImportFromPemFile(file));
            if (policy.CustomTrustStore.Count == 0)
            {
                throw new CeleryConfigurationException($"Tls.{nameof(options.CaCertificateFile)} must be a PEM file with at least one certificate, '{file}' has none.");
            }

            tls.CertificateChainPolicy = policy;
        }

        if (options.CertificateFile is { } certificateFile)
        {
            Read(certificateFile, nameof(options.CertificateFile), () =>
            {
                using var certificate = X509Certificate2.CreateFromPemFile(certificateFile, options.KeyFile);
                // Windows' TLS does not take keys that live in memory only.
                tls.ClientCertificates = [X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)];
            });
        }

        return tls;
    }

    private static void Read(string file, string option, Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CeleryConfigurationException($"Tls.{option} must be a PEM file that can be read; '{file}' cannot: {error.Message}", error);
        }
    }
}
