using System.Text;
using CeleryNet.Hosting;
using CeleryNet.Security;
using CeleryNet.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CeleryNet.Serializers.Tests.Auth;

/// <summary>Signed messages as a program has them.</summary>
public sealed class AddSecurityTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly SigningIdentity _signer;

    public AddSecurityTests() => _signer = new SigningIdentity(_directory.Path, "signer", bits: 1024);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _signer.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Program_signs_its_messages_and_reads_signed_ones_only()
    {
        using var host = Build(
            [],
            celery => celery.AddMessagePack().AddSecurity(security =>
            {
                Sign(security);
                (security.Serializer, security.Layout) = ("msgpack", SignatureLayout.Celery55);
            }),
            options => (options.TaskSerializer, options.AcceptContent) = ("auth", ["auth"]));
        await host.StartAsync(Token);
        var content = host.Services.GetRequiredService<ContentCodecs>();

        var signed = content.Tasks.Encode("[[1], {}, {}]"u8.ToArray(), content.Format.Serializer, compression: null);

        signed.ContentType.ShouldBe("application/data");
        Encoding.UTF8.GetString(content.Tasks.Decode(signed.Body, signed.ContentType, signed.ContentEncoding, compression: null).Span).ShouldBe("[[1],{},{}]");
        Should.Throw<MalformedMessageException>(() => content.Tasks.Decode("[[1], {}, {}]"u8.ToArray(), "application/json", "utf-8", compression: null))
            .Message.ShouldContain("'application/json' is not accepted");
        Should.Throw<MalformedMessageException>(() => content.Tasks.Decode("W10="u8.ToArray(), "application/data", "utf-8", compression: null))
            .Message.ShouldContain("not signed");
        await host.StopAsync(Token);
    }

    [Theory]
    [InlineData("Celery:Security:Key", "Celery:Security:KeyPassword", "Celery:Security:Certificate", "Celery:Security:CertificateStore", "Celery:Security:Digest")]
    [InlineData("Celery:security_key", "Celery:security_key_password", "Celery:security_certificate", "Celery:security_cert_store", "Celery:security_digest")]
    [InlineData("CELERY_SECURITY_KEY", "CELERY_SECURITY_KEY_PASSWORD", "CELERY_SECURITY_CERTIFICATE", "CELERY_SECURITY_CERT_STORE", "CELERY_SECURITY_DIGEST")]
    public void Options_are_bound_by_our_names_and_by_those_of_Celery(string key, string password, string certificate, string store, string digest)
    {
        var options = new CelerySecurityOptions();

        new SecurityOptionsBinding(Configuration([(key, "k"), (password, "p"), (certificate, "c"), (store, "s"), (digest, "sha512")])).Bind(options);

        (options.Key, options.KeyPassword, options.Certificate, options.CertificateStore, options.Digest).ShouldBe(("k", "p", "c", "s", "sha512"));
        (options.Serializer, options.Layout).ShouldBe(("json", SignatureLayout.Celery52));
        options.AcceptedSerializers.ShouldBeEmpty();
    }

    [Fact]
    public void Options_without_a_name_in_Celery_are_bound_too()
    {
        var options = new CelerySecurityOptions();

        new SecurityOptionsBinding(Configuration(
        [
            ("Celery:Security:Serializer", "yaml"),
            ("Celery:Security:Layout", "celery55"),
            ("Celery:Security:AcceptedSerializers:0", "json"),
            ("Celery:Security:AcceptedSerializers:1", "yaml"),
        ])).Bind(options);

        (options.Serializer, options.Layout).ShouldBe(("yaml", SignatureLayout.Celery55));
        options.AcceptedSerializers.ShouldBe(["json", "yaml"]);
    }

    [Fact]
    public async Task Host_does_not_start_without_keys_and_says_which_settings_are_missing()
        => (await StartErrorAsync([])).ShouldSatisfyAllConditions(
            error => error.ShouldContain("Property Key: is not set; it must be the path of a private key in PEM (security_key)"),
            error => error.ShouldContain("Property Certificate: is not set"),
            error => error.ShouldContain("Property CertificateStore: is not set"));

    [Fact]
    public async Task Host_does_not_start_with_an_expired_certificate_in_the_store()
    {
        using var old = new SigningIdentity(_directory.Path, "old", bits: 1024, serial: [2], notAfter: new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));

        (await StartErrorAsync(
        [
            ("Celery:Security:Key", _signer.KeyFile),
            ("Celery:Security:Certificate", _signer.CertificateFile),
            ("Celery:Security:CertificateStore", _signer.Store),
        ])).ShouldContain($"'{old.CertificateFile}' of 'XX Example, Inc. old 2' has expired");
    }

    [Fact]
    public async Task Host_does_not_start_with_a_layout_that_is_none()
        => (await StartErrorAsync([], security => security.Layout = (SignatureLayout)9)).ShouldContain("Property Layout: must be Celery52 or Celery55, was 9");

    [Fact]
    public void Layout_that_is_none_is_an_error_by_its_key()
        => Should.Throw<CeleryConfigurationException>(
                () => new SecurityOptionsBinding(Configuration([("Celery:Security:Layout", "celery60")])).Bind(new CelerySecurityOptions()))
            .Message.ShouldBe("Celery:Security:Layout must be Celery52 or Celery55, was 'celery60'.");

    [Theory]
    [InlineData("auth", new[] { "auth" })]
    [InlineData("application/data", new[] { "application/data" })]
    [InlineData("json", new[] { "auth" })]
    [InlineData("json", new[] { "json", "auth" })]
    public async Task Host_starts_when_what_is_signed_is_verified(string serializer, string[] accept)
    {
        using var host = Build([], celery => celery.AddSecurity(Sign), options => (options.TaskSerializer, options.AcceptContent) = (serializer, accept));

        await host.StartAsync(Token);

        host.Services.GetRequiredService<ICeleryClient>().ShouldNotBeNull();
        await host.StopAsync(Token);
    }

    [Theory]
    [InlineData("auth", new[] { "json" }, "Property AcceptContent: must be 'auth' alone where TaskSerializer is 'auth', was 'json': signing is in vain")]
    [InlineData("application/data", new[] { "auth", "json" }, "Property AcceptContent: must be 'auth' alone where TaskSerializer is 'auth', was 'auth', 'json': signing is in vain")]
    [InlineData("json", new[] { "json" }, "Property TaskSerializer: is 'json' and AcceptContent is 'json', so that AddSecurity() has nothing signed and nothing verified")]
    public async Task Host_does_not_start_when_signing_would_be_in_vain(string serializer, string[] accept, string error)
    {
        using var host = Build([], celery => celery.AddSecurity(Sign), options => (options.TaskSerializer, options.AcceptContent) = (serializer, accept));

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token))).Message.ShouldContain(error);
    }

    [Theory]
    [InlineData("auth", new[] { "json" }, "TaskSerializer names the serializer 'auth'")]
    [InlineData("json", new[] { "json", "auth" }, "AcceptContent names the serializer 'auth'")]
    public async Task Host_without_security_does_not_start_and_names_the_package(string serializer, string[] accept, string error)
    {
        using var host = Build([], _ => { }, options => (options.TaskSerializer, options.AcceptContent) = (serializer, accept));

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token))).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain(error),
            message => message.ShouldContain("AddSecurity() of the package CeleryNet.Security adds it."));
    }

    [Fact]
    public async Task Results_need_not_be_signed_where_tasks_are()
    {
        using var host = Build([], celery => celery.AddSecurity(Sign), options => (options.TaskSerializer, options.AcceptContent) = ("auth", ["auth"]));
        await host.StartAsync(Token);

        var document = host.Services.GetRequiredService<ContentCodecs>().Results.Open("""{"status": "SUCCESS"}"""u8.ToArray(), "application/json", "utf-8");

        Encoding.UTF8.GetString(document.Span).ShouldBe("""{"status": "SUCCESS"}""");
        await host.StopAsync(Token);
    }

    private void Sign(CelerySecurityOptions security)
        => (security.Key, security.Certificate, security.CertificateStore) = (_signer.KeyFile, _signer.CertificateFile, _signer.Store);

    private static async Task<string> StartErrorAsync((string Key, string Value)[] settings, Action<CelerySecurityOptions>? configure = null)
    {
        using var host = Build(settings, celery => celery.AddSecurity(configure), options => (options.TaskSerializer, options.AcceptContent) = ("auth", ["auth"]));
        return (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token))).Message;
    }

    private static IHost Build((string Key, string Value)[] settings, Action<CeleryBuilder> configure, Action<CeleryOptions>? options = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        configure(builder.Services.AddCelery(celery =>
        {
            celery.Broker = "memory://";
            options?.Invoke(celery);
        }));
        return builder.Build();
    }

    private static IConfiguration Configuration((string Key, string Value)[] settings)
        => new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
}
