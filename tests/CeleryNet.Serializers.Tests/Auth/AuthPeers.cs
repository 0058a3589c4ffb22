using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Security;
using CeleryNet.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Serializers.Tests.Auth;

/// <summary>Our serializer and Python's.</summary>
internal static class AuthPeers
{
    public static FakeTimeProvider Clock() => new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static CelerySecurityOptions Options(this SigningIdentity identity, Action<CelerySecurityOptions>? configure = null)
    {
        var options = new CelerySecurityOptions { Key = identity.KeyFile, Certificate = identity.CertificateFile, CertificateStore = identity.Store };
        configure?.Invoke(options);
        return options;
    }

    public static AuthSerializer Create(CelerySecurityOptions options, TimeProvider? time = null, params IEnumerable<CelerySerializer> others)
        => new(options, [new JsonCelerySerializer(typeTags: false), .. others], time ?? Clock());

    public static byte[] Sign(this AuthSerializer serializer, string json) => serializer.Encode(Encoding.UTF8.GetBytes(json)).ToArray();

    public static string Read(this AuthSerializer serializer, ReadOnlyMemory<byte> body)
        => Encoding.UTF8.GetString(serializer.Decode(body, "utf-8", new ContentLimits()).Span);

    public static async Task<SignatureLayout> LayoutOfPythonAsync()
    {
        await using var python = PythonProcess.StartScript(Script, ["version"]);
        (await python.WaitForExitAsync()).ShouldBe(0, python.Output);
        return Version.Parse(python.Lines[^1].Split(['b', 'r', 'a'])[0]) >= new Version(5, 5) ? SignatureLayout.Celery55 : SignatureLayout.Celery52;
    }

    public static Task<IReadOnlyList<string>> SignInPythonAsync(CelerySecurityOptions options, IEnumerable<string> contents)
        => RunAsync("sign", options, contents);

    public static Task<IReadOnlyList<string>> VerifyInPythonAsync(CelerySecurityOptions options, IEnumerable<byte[]> bodies)
        => RunAsync("verify", options, bodies.Select(Convert.ToBase64String));

    private static string Script => Path.Combine(AppContext.BaseDirectory, "python", "auth_peer.py");

    private static async Task<IReadOnlyList<string>> RunAsync(string direction, CelerySecurityOptions options, IEnumerable<string> lines)
    {
        using var directory = new TestDirectory();
        await File.WriteAllLinesAsync(directory["lines"], lines);
        await using var python = PythonProcess.StartScript(
            Script, [direction, options.Key, options.Certificate, options.CertificateStore, options.Digest, directory["lines"]]);
        (await python.WaitForExitAsync()).ShouldBe(0, python.Output);
        python.Lines[^1].ShouldBe("done", python.Output);
        return [.. python.Lines.SkipLast(1)];
    }
}
