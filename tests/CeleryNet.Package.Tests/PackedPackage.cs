namespace CeleryNet.Package.Tests;

/// <summary>The packages, packed once for all tests under a version that no cache can know.</summary>
public sealed class PackedPackage : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string Version { get; } = $"0.0.1-test{TimeProvider.System.GetUtcNow():yyyyMMddHHmmssfff}";

    /// <summary>The folder it lies in: a feed for one.</summary>
    public string Folder => _folder.PathOf("feed");

    public string PackageFile => Path.Combine(Folder, $"CeleryNet.{Version}.nupkg");

    /// <summary>The packages beside it: each brings what not everybody needs.</summary>
    public static IReadOnlyList<string> Satellites { get; } =
        [.. Directory.GetDirectories(Path.Combine(DotNet.RepositoryRoot, "src"), "CeleryNet.*")
            .Select(folder => Path.GetFileName(folder)!)
            .Where(name => name != "CeleryNet.Generators")
            .Order(StringComparer.Ordinal)];

    public string SatelliteFile(string name) => Path.Combine(Folder, $"{name}.{Version}.nupkg");

    /// <summary>Where this machine keeps packages: what the package depends on was restored to there when the solution was built.</summary>
    public static string MachinePackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public async ValueTask InitializeAsync()
    {
        foreach (var project in (string[])["CeleryNet", .. Satellites])
        {
            // In a folder of its own, so that other tests' programs are not rebuilt under them.
            string[] arguments =
            [
                "pack", Path.Combine(DotNet.RepositoryRoot, "src", project), "-c", "Release", "-o", Folder,
                $"-p:Version={Version}", $"-p:ArtifactsPath={_folder.PathOf("artifacts")}",
            ];
            await DotNet.RunAsync(DotNet.RepositoryRoot, arguments, CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
