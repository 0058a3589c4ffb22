using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// How the server's certificate is checked and which one we show, from the query of a <c>rediss://</c> URL or from the options; the URL wins.
/// </summary>
/// <remarks>
/// Query keys as kombu and redis-py have them: <c>ssl_cert_reqs</c> (CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED, or the last word of them in lower case),
/// <c>ssl_ca_certs</c>, <c>ssl_certfile</c>, <c>ssl_keyfile</c>, <c>ssl_check_hostname</c>. Unlike redis-py the host name is checked unless told otherwise.
/// A server always shows a certificate, so CERT_OPTIONAL checks it like CERT_REQUIRED.
/// </remarks>
internal sealed class RedisTls
{
    private readonly string? _serverName;
    private readonly bool _checkCertificate;
    private readonly bool _checkHostName;
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext? _clientCertificate;

    private RedisTls(BrokerUrl url, TransportTlsOptions options)
    {
        _serverName = options.ServerName;
        _checkCertificate = ReadCertificateRequirement(url) ?? !options.AllowInvalidCertificates;
        _checkHostName = ReadFlag(url, "ssl_check_hostname") ?? true;

        var authorities = url.Query.GetValueOrDefault("ssl_ca_certs") ?? options.CaCertificateFile;
        if (authorities is not null)
        {
            var trusted = new X509Certificate2Collection();
            Load(url, "ssl_ca_certs", authorities, () => trusted.ImportFromPemFile(authorities));
            _authorities = trusted;
            if (_authorities.Count == 0)
            {
                throw new CeleryConfigurationException($"The file '{authorities}' of ssl_ca_certs for '{url}' holds no PEM certificate.");
            }
        }

        var certificate = url.Query.GetValueOrDefault("ssl_certfile") ?? options.CertificateFile;
        if (certificate is not null)
        {
            var key = url.Query.GetValueOrDefault("ssl_keyfile") ?? options.KeyFile;
            SslStreamCertificateContext? shown = null;
            Load(url, "ssl_certfile", certificate, () => shown = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(certificate, key),
                additionalCertificates: null,
                offline: true));
            _clientCertificate = shown;
        }
    }

    /// <summary>The TLS of a URL; null when it has none.</summary>
    /// <exception cref="CeleryConfigurationException">A query key has no valid value, or a file cannot be read.</exception>
    public static RedisTls? Create(BrokerUrl url, TransportTlsOptions options)
    {
        // A sentinel:// URL has no sister with TLS in its scheme: kombu takes it from broker_use_ssl, here the ssl_ keys ask for it too.
        var asked = url.UsesTls || (url.Scheme == "sentinel" && url.Query.Keys.Any(key => key.StartsWith("ssl_", StringComparison.Ordinal)));
        return asked ? new RedisTls(url, options) : null;
    }

    /// <summary>What <see cref="SslStream"/> needs to connect to a host.</summary>
    public SslClientAuthenticationOptions ForHost(string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = _serverName ?? host,
            ClientCertificateContext = _clientCertificate,
            RemoteCertificateValidationCallback = (_, _, _, errors) => Accepts(errors),
        };
        if (_authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        return options;
    }

    private bool Accepts(SslPolicyErrors errors)
    {
        if (!_checkHostName)
        {
            errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        }

        return !_checkCertificate || errors == SslPolicyErrors.None;
    }

    private static void Load(BrokerUrl url, string key, string file, Action load)
    {
        try
        {
            load();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CeleryConfigurationException(
                $"The file '{file}' of {key} for '{url}' cannot be read as PEM without a password: {error.Message}", error);
        }
    }

    private static bool? ReadCertificateRequirement(BrokerUrl url)
        => !url.Query.TryGetValue("ssl_cert_reqs", out var value)
            ? null
            : value switch
            {
                "CERT_NONE" or "none" => false,
                "CERT_OPTIONAL" or "optional" or "CERT_REQUIRED" or "required" => true,
                _ => throw new CeleryConfigurationException(
                    $"ssl_cert_reqs of '{url}' must be CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED, was '{value}'."),
            };

    private static bool? ReadFlag(BrokerUrl url, string key)
        => !url.Query.TryGetValue(key, out var value)
            ? null
            : value.ToLowerInvariant() switch
            {
                "true" or "1" or "yes" or "on" => true,
                "false" or "0" or "no" or "off" => false,
                _ => throw new CeleryConfigurationException($"{key} of '{url}' must be true or false, was '{value}'."),
            };
}
