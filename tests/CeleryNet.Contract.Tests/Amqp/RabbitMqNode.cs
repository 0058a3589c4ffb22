using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Amqp;

/// <summary>A RabbitMQ node of its own, for tests that change what others must not notice. It also speaks TLS, with certificates made for it.</summary>
public sealed class RabbitMqNode : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private readonly int _tlsPort = FreePort.Next();
    private readonly RabbitMqServerProcess _server;

    public RabbitMqNode() => _server = new RabbitMqServerProcess
    {
        Configuration =
        [
            $"listeners.ssl.1 = 127.0.0.1:{_tlsPort}",
            $"ssl_options.cacertfile = {CaCertificateFile}",
            $"ssl_options.certfile = {_directory["server.pem"]}",
            $"ssl_options.keyfile = {_directory["server.key"]}",
            "ssl_options.verify = verify_peer",
            "ssl_options.fail_if_no_peer_cert = false",
        ],
    };

    internal string CaCertificateFile => _directory["ca.pem"];

    internal string ClientCertificateFile => _directory["client.pem"];

    internal string ClientKeyFile => _directory["client.key"];

    internal BrokerUrl Url => BrokerUrl.Parse(_server.Url);

    /// <summary>The server's certificate is for localhost.</summary>
    internal BrokerUrl TlsUrl => BrokerUrl.Parse($"amqps://guest:guest@localhost:{_tlsPort}//");

    internal BrokerUrl TlsUrlByAddress => BrokerUrl.Parse($"amqps://guest:guest@127.0.0.1:{_tlsPort}//");

    public async ValueTask InitializeAsync()
    {
        await MakeCertificatesAsync();
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>Runs <c>rabbitmqctl</c> and returns what it wrote.</summary>
    internal Task<string> ControlAsync(params string[] arguments) => _server.ControlAsync(arguments);

    private async Task MakeCertificatesAsync()
    {
        using var caKey = RSA.Create(2048);
        var caRequest = new CertificateRequest("CN=CeleryNet test authority", caKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        caRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = caRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(CaCertificateFile, authority.ExportCertificatePem());
        await MakeAsync("server", "localhost");
        await MakeAsync("client", "celerynet-test-client");

        async Task MakeAsync(string file, string name)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
            await File.WriteAllTextAsync(_directory[file + ".pem"], certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(_directory[file + ".key"], key.ExportPkcs8PrivateKeyPem());
        }
    }
}
