using CeleryNet.Extensibility;
using CeleryNet.Security;

namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class SignedBodyVectorTests
{
    [Theory]
    [VectorData(VectorKind.SignedBody)]
    public void Signed_body_is_verified_and_says_what_was_signed(string file)
    {
        var vector = VectorFiles.Read(file);
        using var signed = new SignedVector(file);
        var payload = Meaning.OfJson("""[[2, 3], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]""");

        Meaning.Of(signed.Serializer.Decode(signed.Body, "utf-8", new ContentLimits())).ShouldBe(payload);

        Meaning.Of(vector.GetProperty("payload")).ShouldBe(payload);
        signed.Serializer.ContentType.ShouldBe(vector.GetProperty("content_type").GetString());
        signed.Serializer.ContentEncoding.ShouldBe(vector.GetProperty("content_encoding").GetString());
        SignedBody.Unpack(signed.Body, CertificateStore.Load(signed.Options.CertificateStore, TimeProvider.System)).Signer.Id
            .ShouldBe(vector.GetProperty("cert_id").GetString());
    }

    [Theory]
    [VectorData(VectorKind.SignedBody)]
    public void Signed_body_that_was_changed_is_refused(string file)
    {
        using var signed = new SignedVector(file);
        var content = Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(signed.Body));
        var argument = content.AsSpan().LastIndexOf("[[2, 3]"u8) + 2;
        content[argument] = (byte)'7';

        Should.Throw<MalformedMessageException>(
            () => signed.Serializer.Decode(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(content)), "utf-8", new ContentLimits()));
    }
}
