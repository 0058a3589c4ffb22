using System.Text;
using System.Text.Json;
using CeleryNet.Security;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Auth;

/// <summary>Bodies that Celery itself has signed, in the layout of each version.</summary>
public sealed class AuthVectorTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("celery-5.2.6", SignatureLayout.Celery52)]
    [InlineData("celery-5.6", SignatureLayout.Celery55)]
    public void Body_signed_by_Celery_is_read_whatever_layout_we_write(string version, SignatureLayout layout)
    {
        using var vector = Read(version);

        foreach (var written in Enum.GetValues<SignatureLayout>())
        {
            AuthPeers.Create(Options(vector, written)).Read(Body(vector)).ShouldBe(
                """[[2, 3], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]""");
        }

        Encoding.UTF8.GetString(Body(vector)).ShouldNotBe(Encoding.UTF8.GetString(AuthPeers.Create(Options(vector, layout)).Sign("1")));
    }

    [Theory]
    [InlineData("celery-5.2.6", SignatureLayout.Celery52)]
    [InlineData("celery-5.6", SignatureLayout.Celery55)]
    public void Body_is_put_together_as_Celery_does(string version, SignatureLayout layout)
    {
        using var vector = Read(version);
        var store = CertificateStore.Load(Options(vector, layout).CertificateStore, AuthPeers.Clock());

        var parts = SignedBody.Unpack(Body(vector), store);

        parts.Signer.Id.ShouldBe(vector.RootElement.GetProperty("cert_id").GetString());
        parts.Pack(layout).ShouldBe(Body(vector));
    }

    private static JsonDocument Read(string version)
        => JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "vectors", version, "auth", "signed-json.json")));

    private static byte[] Body(JsonDocument vector) => Encoding.ASCII.GetBytes(vector.RootElement.GetProperty("body").GetString()!);

    private CelerySecurityOptions Options(JsonDocument vector, SignatureLayout layout)
    {
        File.WriteAllText(_directory["key"], vector.RootElement.GetProperty("private_key_pem").GetString());
        File.WriteAllText(_directory["certificate.pem"], vector.RootElement.GetProperty("certificate_pem").GetString());
        return new CelerySecurityOptions
        {
            Key = _directory["key"],
            Certificate = _directory["certificate.pem"],
            CertificateStore = _directory["*.pem"],
            Layout = layout,
        };
    }
}
