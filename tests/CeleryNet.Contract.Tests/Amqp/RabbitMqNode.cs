using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Amqp;

/// <summary>A RabbitMQ node of its own, for tests that change what others must not notice. It also speaks TLS, with certificates made for it.</summary>
public sealed class RabbitMqNode : IAsyncLifetime
{
    private static readonly string[] _directories = ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin"];

    private readonly TestDirectory _directory = new();
    private readonly int _port = FreePort.Next();
    private readonly int _tlsPort = FreePort.Next();
    private readonly int _epmdPort = FreePort.Next();
    private readonly int _distributionPort = FreePort.Next();
    private readonly string _name = $"{Names.Unique("test")}@localhost";
    private ChildProcess? _epmd;
    private ChildProcess? _server;

    internal string CaCertificateFile => _directory["ca.pem"];

    internal string ClientCertificateFile => _directory["client.pem"];

    internal string ClientKeyFile => _directory["client.key"];

    internal BrokerUrl Url => BrokerUrl.Parse($"amqp://guest:guest@127.0.0.1:{_port}//");

    /// <summary>The server's certificate is for localhost.</summary>
    internal BrokerUrl TlsUrl => BrokerUrl.Parse($"amqps://guest:guest@localhost:{_tlsPort}//");

    internal BrokerUrl TlsUrlByAddress => BrokerUrl.Parse($"amqps://guest:guest@127.0.0.1:{_tlsPort}//");

    public async ValueTask InitializeAsync()
    {
        await MakeCertificatesAsync();
        await File.WriteAllTextAsync(
            _directory["rabbitmq.conf"],
            $"""
            listeners.tcp.1 = 127.0.0.1:{_port}
            listeners.ssl.1 = 127.0.0.1:{_tlsPort}
            ssl_options.cacertfile = {CaCertificateFile}
            ssl_options.certfile = {_directory["server.pem"]}
            ssl_options.keyfile = {_directory["server.key"]}
            ssl_options.verify = verify_peer
            ssl_options.fail_if_no_peer_cert = false
            """);
        // In the foreground: a daemon would outlive the tests.
        _epmd = ChildProcess.Start("epmd", ["-port", Text(_epmdPort), "-address", "127.0.0.1"]);
        _server = ChildProcess.Start(Find("rabbitmq-server"), [], Environment(), _directory.Path);
        await _server.WaitForLineAsync("Config file(s):");
        await ControlAsync("await_startup");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_epmd is not null)
        {
            await _epmd.DisposeAsync();
        }

        _directory.Dispose();
    }

    /// <summary>Runs <c>rabbitmqctl</c> and returns what it wrote.</summary>
    internal async Task<string> ControlAsync(params string[] arguments)
    {
        await using var control = ChildProcess.Start(Find("rabbitmqctl"), ["-q", "-n", _name, .. arguments], Environment(), _directory.Path);
        var code = await control.WaitForExitAsync();
        code.ShouldBe(0, control.Output);
        return control.Output;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Debian's commands on the search path want to be root or rabbitmq; the scripts behind them do not.
    private static string Find(string script)
        => _directories.Select(directory => Path.Combine(directory, script)).FirstOrDefault(File.Exists) ?? script;

    private Dictionary<string, string> Environment() => new()
    {
        ["HOME"] = _directory.Path,
        ["RABBITMQ_NODENAME"] = _name,
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = Text(_port),
        ["RABBITMQ_DIST_PORT"] = Text(_distributionPort),
        ["RABBITMQ_MNESIA_BASE"] = _directory["mnesia"],
        ["RABBITMQ_LOG_BASE"] = _directory["log"],
        ["RABBITMQ_PID_FILE"] = _directory["pid"],
        ["RABBITMQ_CONFIG_FILE"] = _directory["rabbitmq"],
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _directory["plugins"],
        // The server process itself instead of a shell that waits for it, so that killing it leaves nothing behind.
        ["RABBITMQ_ALLOW_INPUT"] = "1",
        ["ERL_EPMD_PORT"] = Text(_epmdPort),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
    };

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
