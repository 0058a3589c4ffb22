using CeleryNet.TestKit;

namespace CeleryNet.Aot.Tests;

/// <summary>All of the packages, in a native program that keeps all of their code.</summary>
public sealed class NativePackagesTests(NativeSmoke smoke) : IClassFixture<NativeSmoke>
{
    private static readonly string[] _formats = ["json", "msgpack", "yaml", "pickle", "auth", "gzip", "brotli", "bzip2", "lzma", "zstd", "db+sqlite", "db+postgresql", "file"];

    [Fact]
    public void Packages_are_compiled_without_a_warning()
    {
        smoke.BuildOutput.ShouldContain("Generating native code");
        smoke.BuildOutput.ShouldNotContain("warning", Case.Insensitive);
    }

    [Fact]
    public async Task Every_serializer_compression_and_backend_carries_a_task_and_its_result()
    {
        using var directory = new TestDirectory();
        using var identity = new SigningIdentity(directory.Path, "smoke");
        string[] backends = [$"db+sqlite:///{directory["results.db"]}", $"db+{TestBrokers.PostgreSql}/postgres", $"file://{directory.Path}"];
        await using var program = ChildProcess.Start(smoke.Path, [identity.KeyFile, identity.CertificateFile, identity.Store, .. backends]);

        var exitCode = await program.WaitForExitAsync();

        exitCode.ShouldBe(0, program.Output);
        program.Lines.ShouldBe(_formats.Select(format => $"{format}: Ada é 41.25 2026-01-02 03:04:05Z 00FF"));
    }

    [Fact]
    public void Every_package_is_part_of_the_program()
    {
        var project = File.ReadAllText(Repository.PathOf("tests", "CeleryNet.AotSmoke", "CeleryNet.AotSmoke.csproj"));
        var packages = Directory.GetDirectories(Repository.PathOf("src"), "CeleryNet*").Select(folder => Path.GetFileName(folder)).Where(name => name != "CeleryNet.Generators");

        foreach (var package in packages)
        {
            project.ShouldContain($"<TrimmerRootAssembly Include=\"{package}\" />");
        }
    }
}
