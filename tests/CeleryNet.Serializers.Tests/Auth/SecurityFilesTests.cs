using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CeleryNet.Extensibility;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Auth;

/// <summary>Keys and certificates that cannot be used are found at the start, by file and setting, and nothing of a key is told.</summary>
public sealed class SecurityFilesTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly SigningIdentity _signer;

    public SecurityFilesTests() => _signer = new SigningIdentity(_directory.Path, "signer", bits: 1024);

    public void Dispose()
    {
        _signer.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("certs")]
    [InlineData("certs/*")]
    [InlineData("certs/s*r.p?m")]
    [InlineData("certs/signer.pem")]
    public void Store_is_a_directory_or_a_pattern(string path)
    {
        var serializer = AuthPeers.Create(_signer.Options(options => options.CertificateStore = _directory[path]));

        serializer.Read(serializer.Sign("[1]")).ShouldBe("[1]");
    }

    [Fact]
    public void Hidden_files_and_directories_are_no_certificates()
    {
        File.WriteAllText(Path.Combine(_signer.Store, ".gitignore"), "*");
        Directory.CreateDirectory(Path.Combine(_signer.Store, "old"));

        AuthPeers.Create(_signer.Options()).Sign("[1]").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("certs/*.crt", "there is no file at")]
    [InlineData("nowhere", "there is no file at")]
    [InlineData("c*/signer.pem", "only in the last part of the path")]
    [InlineData("certs/[a-z]*.pem", "only * and ?")]
    public void Store_without_certificates_is_an_error(string path, string error)
        => Error(options => options.CertificateStore = _directory[path]).ShouldContain(error);

    [Fact]
    public void Expired_certificate_in_the_store_is_an_error_with_its_file()
    {
        using var old = new SigningIdentity(_directory.Path, "old", bits: 1024, serial: [2], notAfter: new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Error().ShouldBe(
            $"Celery:Security:CertificateStore: the certificate '{old.CertificateFile}' of 'XX Example, Inc. old 2' has expired on 2026-01-01 00:00:00Z.");
    }

    [Fact]
    public void Certificates_of_one_name_are_an_error_with_both_files()
    {
        File.Copy(_signer.CertificateFile, Path.Combine(_signer.Store, "copy.pem"));

        Error().ShouldContain("copy.pem' and '");
        Error().ShouldContain("have the same issuer and serial number: 'XX Example, Inc. signer 1193046'");
    }

    [Fact]
    public void File_in_the_store_that_is_no_certificate_is_an_error_with_its_name()
    {
        File.WriteAllText(Path.Combine(_signer.Store, "notes.txt"), "hello");

        Error().ShouldContain("notes.txt' cannot be read as a certificate in PEM");
    }

    [Fact]
    public void Certificate_of_another_kind_of_key_is_an_error()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=curve", curve, HashAlgorithmName.SHA256)
            .CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(Path.Combine(_signer.Store, "curve.pem"), certificate.ExportCertificatePem());

        Error().ShouldContain("curve.pem' has no RSA key");
    }

    [Fact]
    public void Certificate_of_another_key_is_an_error()
    {
        using var other = new SigningIdentity(_directory.Path, "other", bits: 1024, serial: [3]);

        Error(options => options.Certificate = other.CertificateFile).ShouldContain("other.pem' is not the certificate of the key");
    }

    [Fact]
    public void Own_certificate_that_has_expired_is_an_error()
    {
        using var old = new SigningIdentity(Directory.CreateDirectory(_directory["old"]).FullName, "old", bits: 1024, notAfter: new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Error(options => (options.Key, options.Certificate) = (old.KeyFile, old.CertificateFile)).ShouldContain("Celery:Security:Certificate");
    }

    [Fact]
    public void Encrypted_key_is_opened_with_its_password()
    {
        Encrypt("correct horse");

        AuthPeers.Create(_signer.Options(options => options.KeyPassword = "correct horse")).Sign("[1]").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(null, "KeyPassword")]
    [InlineData("wrong battery", "KeyPassword is wrong")]
    public void Key_that_cannot_be_opened_is_an_error_without_the_password(string? password, string error)
    {
        Encrypt("correct horse");

        var refusal = Should.Throw<CeleryConfigurationException>(() => AuthPeers.Create(_signer.Options(options => options.KeyPassword = password)));

        refusal.Message.ShouldContain(error);
        refusal.ToString().ShouldNotContain("battery");
        refusal.ToString().ShouldNotContain("horse");
    }

    [Fact]
    public void File_that_is_no_key_is_an_error_without_its_content()
    {
        File.WriteAllText(_signer.KeyFile, "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n");

        var refusal = Should.Throw<CeleryConfigurationException>(() => AuthPeers.Create(_signer.Options()));

        refusal.Message.ShouldContain("signer.key' is no private RSA key in PEM");
        refusal.ToString().ShouldNotContain("c2VjcmV0");
    }

    [Fact]
    public void Public_key_is_no_key_to_sign_with()
    {
        File.WriteAllText(_signer.KeyFile, _signer.Key.ExportSubjectPublicKeyInfoPem());

        Error().ShouldContain("is no private RSA key");
    }

    [Fact]
    public void Missing_files_are_errors_by_setting()
    {
        Error(options => options.Key = _directory["none"]).ShouldContain("Celery:Security:Key: '");
        Error(options => options.Certificate = _directory["none"]).ShouldContain("Celery:Security:Certificate: '");
    }

    [Fact]
    public void Small_key_is_an_error()
    {
        using var small = new SigningIdentity(_directory.Path, "small", bits: 512, serial: [4]);

        Error(options => (options.Key, options.Certificate) = (small.KeyFile, small.CertificateFile)).ShouldContain("has 512 bits; at least 1024 are needed");
    }

    [Fact]
    public void Small_certificate_of_another_is_an_error_when_the_digest_does_not_fit()
    {
        using var small = new SigningIdentity(_directory.Path, "small", bits: 512, serial: [4]);

        Error(options => options.Digest = "sha512").ShouldContain("sha512 needs keys of at least 529 bits");
    }

    [Fact]
    public void Names_that_are_not_known_are_errors()
    {
        Error(options => options.Digest = "md5").ShouldContain("Celery:Security:Digest must be one of sha256, sha384, sha512");
        Error(options => options.Serializer = "auth").ShouldContain("Celery:Security:Serializer names the serializer 'auth'");
        Error(options => options.AcceptedSerializers = ["json", "pickle"]).ShouldContain("Celery:Security:AcceptedSerializers names the serializer 'pickle'");
    }

    [Fact]
    public void Serializer_of_bytes_needs_the_layout_that_can_carry_them()
        => Should.Throw<CeleryConfigurationException>(() => AuthPeers.Create(
                _signer.Options(options => options.Serializer = "msgpack"), null, new MessagePackCelerySerializer()))
            .Message.ShouldContain("or the Layout Celery55");

    private string Error(Action<CelerySecurityOptions>? configure = null)
        => Should.Throw<CeleryConfigurationException>(() => AuthPeers.Create(_signer.Options(configure))).Message;

    private void Encrypt(string password)
        => File.WriteAllText(_signer.KeyFile, _signer.Key.ExportEncryptedPkcs8PrivateKeyPem(
            password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
}
