using System.Security.Cryptography;
using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Security;
using CeleryNet.Serializers.Tests.Compression;
using CeleryNet.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Serializers.Tests.Auth;

public sealed class AuthSerializerTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly FakeTimeProvider _time = AuthPeers.Clock();
    private readonly SigningIdentity _signer;

    public AuthSerializerTests() => _signer = new SigningIdentity(_directory.Path, "signer", bits: 1024);

    public static TheoryData<SignatureLayout> Layouts => [.. Enum.GetValues<SignatureLayout>()];

    public void Dispose()
    {
        _signer.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Body_comes_back_in_both_layouts(SignatureLayout layout)
    {
        var serializer = Create(options => options.Layout = layout);

        serializer.Read(serializer.Sign("""[[1, "\u0000\u0001"], {}, {}]""")).ShouldBe("""[[1, "\u0000\u0001"], {}, {}]""");
    }

    // The bytes between fields occur in a signature now and then.
    [Fact]
    public void Signature_with_the_bytes_of_a_separator_is_read()
    {
        var serializer = Create();
        var found = 0;
        for (var i = 0; found < 2; i++)
        {
            i.ShouldBeLessThan(20_000);
            var body = serializer.Sign($"[{i}]");
            var raw = Convert.FromBase64String(Encoding.ASCII.GetString(body));
            var signature = raw.AsSpan(raw.AsSpan().IndexOf((ReadOnlySpan<byte>)[0, 1]) + 2, 128);
            if (signature.IndexOf((ReadOnlySpan<byte>)[0, 1]) >= 0)
            {
                serializer.Read(body).ShouldBe($"[{i}]");
                found++;
            }
        }
    }

    [Fact]
    public void Same_body_is_never_signed_alike()
    {
        var serializer = Create();

        serializer.Sign("[1]").ShouldNotBe(serializer.Sign("[1]"));
    }

    [Fact]
    public void It_is_what_Celery_calls_auth()
    {
        var serializer = Create();

        (serializer.Name, serializer.ContentType, serializer.ContentEncoding).ShouldBe(("auth", "application/data", "utf-8"));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Changed_content_is_refused(SignatureLayout layout)
    {
        var body = Create(options => options.Layout = layout).Sign("[1, 2]");

        Refusal(Changed(body, raw => raw[^2] ^= 1)).ShouldContain("The signature of the body does not fit");
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Signature_of_another_body_is_refused(SignatureLayout layout)
    {
        var store = CertificateStore.Load(_signer.Store, _time);
        var serializer = Create(options => options.Layout = layout);
        var one = SignedBody.Unpack(serializer.Sign("[1]"), store);
        var other = SignedBody.Unpack(serializer.Sign("[2]"), store);

        Refusal((one with { Signature = other.Signature }).Pack(layout)).ShouldContain("does not fit");
    }

    // The framework's own PSS, with a salt as long as the hash; Celery refuses it too.
    [Fact]
    public void Signature_with_a_shorter_salt_is_refused()
    {
        var one = SignedBody.Unpack(Create().Sign("[1]"), CertificateStore.Load(_signer.Store, _time));
        var signature = _signer.Key.SignData(one.Content.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

        Refusal((one with { Signature = signature }).Pack(SignatureLayout.Celery52)).ShouldContain("does not fit");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    public void Signature_that_no_key_of_this_size_makes_is_refused(int size)
    {
        var one = SignedBody.Unpack(Create().Sign("[1]"), CertificateStore.Load(_signer.Store, _time));
        var signature = Enumerable.Repeat((byte)0xff, size).ToArray();

        Refusal((one with { Signature = signature }).Pack(SignatureLayout.Celery55)).ShouldContain("does not fit");
    }

    [Fact]
    public void Signer_who_is_not_in_the_store_is_refused_by_name()
    {
        using var stranger = new SigningIdentity(Directory.CreateDirectory(_directory["elsewhere"]).FullName, "stranger", bits: 1024);
        var body = AuthPeers.Create(stranger.Options(), _time).Sign("[1]");

        Refusal(body).ShouldBe(
            "The body is signed by 'XX Example, Inc. stranger 1193046', whose certificate is not in the certificate store (CertificateStore).");
    }

    [Fact]
    public void Signature_in_the_name_of_another_is_refused()
    {
        using var thief = new SigningIdentity(_directory.Path, "thief", bits: 1024, serial: [9]);
        var store = CertificateStore.Load(_signer.Store, _time);
        var stolen = SignedBody.Unpack(AuthPeers.Create(thief.Options(), _time).Sign("[1]"), store);

        var body = stolen with { Signer = store.Find("XX Example, Inc. signer 1193046")! };

        Refusal(body.Pack(SignatureLayout.Celery52)).ShouldContain("'XX Example, Inc. signer 1193046' has not signed it");
    }

    [Fact]
    public void Other_digest_is_refused_with_the_setting_that_must_agree()
        => Refusal(Create(options => options.Digest = "sha384").Sign("[1]")).ShouldContain("not with the digest sha256 (Celery:Security:Digest, security_digest)");

    [Fact]
    public void Certificate_that_expires_while_we_run_is_trusted_no_more()
    {
        using var brief = new SigningIdentity(_directory.Path, "brief", bits: 1024, serial: [7], notAfter: _time.GetUtcNow().AddHours(1));
        var reader = Create();
        var writer = AuthPeers.Create(brief.Options(), _time);
        var body = writer.Sign("[1]");
        reader.Read(body).ShouldBe("[1]");

        _time.Advance(TimeSpan.FromHours(1));

        Should.Throw<MalformedMessageException>(() => reader.Read(body)).Message
            .ShouldBe("The body is signed by 'XX Example, Inc. brief 7', whose certificate has expired on 2026-01-01 01:00:00Z.");
        Should.Throw<CelerySerializationException>(() => writer.Sign("[1]")).Message.ShouldContain("has expired on 2026-01-01 01:00:00Z");
    }

    [Fact]
    public void Content_type_that_is_not_accepted_is_refused_however_well_signed()
    {
        var writer = AuthPeers.Create(
            _signer.Options(options => (options.Serializer, options.Layout) = ("msgpack", SignatureLayout.Celery55)), _time, new MessagePackCelerySerializer());
        var body = writer.Sign("[1]");

        Should.Throw<MalformedMessageException>(() => AuthPeers.Create(_signer.Options(), _time, new MessagePackCelerySerializer()).Read(body)).Message
            .ShouldContain("of type 'application/x-msgpack', which is not accepted inside signed bodies; Celery:Security:AcceptedSerializers accepts 'application/json'");
    }

    [Fact]
    public void Content_type_that_is_accepted_is_read()
    {
        var options = _signer.Options(options =>
        {
            (options.Serializer, options.Layout) = ("msgpack", SignatureLayout.Celery55);
            options.AcceptedSerializers = ["json", "application/x-msgpack"];
        });
        var serializer = AuthPeers.Create(options, _time, new MessagePackCelerySerializer());

        serializer.Read(serializer.Sign("[1]")).ShouldBe("[1]");
        serializer.Read(Create().Sign("[2]")).ShouldBe("[2]");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64 !")]
    [InlineData("W1sxXV0=")]
    [InlineData("AAE=")]
    [InlineData("AAEAAQABAAE=")]
    public void What_is_no_signed_body_is_refused(string body) => Refusal(Encoding.ASCII.GetBytes(body)).ShouldContain("The body is");

    [Fact]
    public void Error_repeats_little_of_what_a_message_says()
    {
        var raw = Encoding.UTF8.GetBytes(new string('x', 5000) + "\n 1\0\u0001rest");

        var refusal = Refusal(Encoding.ASCII.GetBytes(Convert.ToBase64String(raw)));

        refusal.Length.ShouldBeLessThan(400);
        refusal.ShouldNotContain("\n");
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Mutated_body_is_refused(SignatureLayout layout)
    {
        const int Mutations = 10_000;
        var random = new Random(1);
        var serializer = Create(options => options.Layout = layout);
        var body = serializer.Sign("[[1, 2], {}, {}]");
        var raw = Convert.FromBase64String(Encoding.ASCII.GetString(body));
        var read = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = i % 4 == 0 ? Mutation.Of(body, random) : Encoding.ASCII.GetBytes(Convert.ToBase64String(Mutation.Of(raw, random)));
            try
            {
                serializer.Read(mutated).ShouldBe("[[1, 2], {}, {}]");
                read++;
            }
            catch (MalformedMessageException)
            {
            }
        }

        // Only what was changed into itself, or outside of what is signed.
        read.ShouldBeLessThan(Mutations / 20);
    }

    private AuthSerializer Create(Action<CelerySecurityOptions>? configure = null) => AuthPeers.Create(_signer.Options(configure), _time);

    private string Refusal(byte[] body) => Should.Throw<MalformedMessageException>(() => Create().Read(body)).Message;

    private static byte[] Changed(byte[] body, Action<byte[]> change)
    {
        var raw = Convert.FromBase64String(Encoding.ASCII.GetString(body));
        change(raw);
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(raw));
    }
}
