using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests.Formats;

/// <summary>A key for either side, and a store of both certificates.</summary>
internal sealed class Signers : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly SigningIdentity _python;
    private readonly SigningIdentity _dotNet;

    public Signers()
    {
        _python = new SigningIdentity(_directory.Path, "python", serial: [1]);
        _dotNet = new SigningIdentity(_directory.Path, "dotnet", serial: [2]);
    }

    public PythonSecurity Python => new(_python.KeyFile, _python.CertificateFile, _python.Store);

    /// <summary>Sets .NET up for a peer of that version of Celery.</summary>
    public void Configure(CelerySecurityOptions options, string version)
    {
        (options.Key, options.Certificate, options.CertificateStore) = (_dotNet.KeyFile, _dotNet.CertificateFile, _dotNet.Store);
        options.Layout = Version.Parse(version.Split(['b', 'r', 'a'])[0]) >= new Version(5, 5) ? SignatureLayout.Celery55 : SignatureLayout.Celery52;
    }

    public void Dispose()
    {
        _python.Dispose();
        _dotNet.Dispose();
        _directory.Dispose();
    }
}
