using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;
using CeleryNet.TestKit;
using FsCheck;
using FsCheck.Fluent;

namespace CeleryNet.Serializers.Tests.Auth;

/// <summary>What we sign Celery verifies, and the other way round; in the layout of the Celery that is there.</summary>
public sealed class PythonAuthTests : IDisposable
{
    private const int Count = 200;

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1024, "sha256")]
    [InlineData(2048, "sha256")]
    [InlineData(2048, "sha384")]
    [InlineData(2048, "sha3_256")]
    [InlineData(3072, "sha512")]
    [InlineData(4096, "sha256")]
    public async Task Bodies_go_both_ways_by_any_key_and_digest(int bits, string digest)
    {
        using var signer = new SigningIdentity(_directory.Path, "signer", bits);
        var options = signer.Options();
        options.Digest = digest;
        options.Layout = await AuthPeers.LayoutOfPythonAsync();
        var serializer = AuthPeers.Create(options);
        var contents = Enumerable.Range(0, Count / (bits / 1024)).Select(i => $"[{i}, \"{new string('x', i)} \\u65e5\"]").ToArray();

        (await AuthPeers.VerifyInPythonAsync(options, contents.Select(serializer.Sign))).ShouldBe(contents);

        // Read back as text, since the spaces between are Python's.
        (await AuthPeers.SignInPythonAsync(options, contents)).Select(line => serializer.Read(Convert.FromBase64String(line))).ShouldBe(contents);
    }

    [Fact]
    public async Task Generated_values_go_both_ways()
    {
        using var signer = new SigningIdentity(_directory.Path, "signer", 1024);
        var options = signer.Options();
        options.Layout = await AuthPeers.LayoutOfPythonAsync();
        var serializer = AuthPeers.Create(options);
        var values = WireValues.Of(new WireFormat { Types = WireTypes.None }).Sample(2000, new Rnd(5), 30);
        var contents = values.Select(value => Encoding.UTF8.GetString(WireJson.FromObject(value, new ContentLimits()).Span)).ToArray();

        var verified = await AuthPeers.VerifyInPythonAsync(options, contents.Select(serializer.Sign));
        var signed = await AuthPeers.SignInPythonAsync(options, contents);

        verified.Select(Describe).ShouldBe(values.Select(value => Description.Of(value)));
        signed.Select(line => Describe(serializer.Read(Convert.FromBase64String(line)))).ShouldBe(values.Select(value => Description.Of(value)));
    }

    private static string Describe(string json) => Description.Of(WireJson.ToObject(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("simple", "CN=simple", new byte[] { 1 })]
    [InlineData("order", "C=XX, ST=Some State, L=City, O=\"Example, Inc.\", OU=A+OU=B, CN=signer of things", new byte[] { 0x7f, 0xff })]
    [InlineData("unicode", "CN=\u65e5\u672c Stra\u00dfe \ud83d\ude00, E=mail@example.org", new byte[] { 0x00, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88, 0x77 })]
    public async Task Certificate_is_called_what_Celery_calls_it(string name, string issuer, byte[] serial)
    {
        using var signer = new SigningIdentity(
            _directory.Path, name, issuer: new System.Security.Cryptography.X509Certificates.X500DistinguishedName(issuer), serial: serial);
        var options = signer.Options();
        options.Layout = await AuthPeers.LayoutOfPythonAsync();
        var serializer = AuthPeers.Create(options);

        // Each finds the other's certificate by that name.
        (await AuthPeers.VerifyInPythonAsync(options, [serializer.Sign("[1]")])).ShouldBe(["[1]"]);
        serializer.Read(Convert.FromBase64String((await AuthPeers.SignInPythonAsync(options, ["[1]"])).Single())).ShouldBe("[1]");
    }

    [Fact]
    public async Task Celery_refuses_what_was_changed_and_whom_it_does_not_know()
    {
        using var signer = new SigningIdentity(_directory.Path, "signer");
        using var stranger = new SigningIdentity(Directory.CreateDirectory(_directory["elsewhere"]).FullName, "stranger");
        var options = signer.Options();
        options.Layout = await AuthPeers.LayoutOfPythonAsync();
        var body = AuthPeers.Create(options).Sign("[1, 2]");
        var changed = Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(body));
        changed[^2] ^= 1;

        var answers = await AuthPeers.VerifyInPythonAsync(options,
        [
            body,
            System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(changed)),
            AuthPeers.Create(stranger.Options(other => other.Layout = options.Layout)).Sign("[1, 2]"),
        ]);

        answers[0].ShouldBe("[1, 2]");
        answers[1].ShouldContain("SecurityError(");
        answers[2].ShouldContain("SecurityError(");
    }
}
