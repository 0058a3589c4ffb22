using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Security;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>A captured signed body, and the serializer that knows its signer.</summary>
internal sealed class SignedVector : IDisposable
{
    private readonly TestDirectory _directory = new();

    public SignedVector(string file)
    {
        var vector = VectorFiles.Read(file);
        string Text(string name) => vector.GetProperty(name).GetString()!;
        File.WriteAllText(_directory["key"], Text("private_key_pem"));
        File.WriteAllText(_directory["certificate.pem"], Text("certificate_pem"));
        Options = new CelerySecurityOptions
        {
            Key = _directory["key"],
            Certificate = _directory["certificate.pem"],
            CertificateStore = _directory["*.pem"],
            Digest = Text("digest"),
            Layout = VectorFiles.IsOld(file) ? SignatureLayout.Celery52 : SignatureLayout.Celery55,
        };
        Serializer = new AuthSerializer(Options, [new JsonCelerySerializer(typeTags: false)], TimeProvider.System);
        Body = Encoding.ASCII.GetBytes(Text("body"));
    }

    public CelerySecurityOptions Options { get; }

    public AuthSerializer Serializer { get; }

    public byte[] Body { get; }

    public void Dispose() => _directory.Dispose();
}
