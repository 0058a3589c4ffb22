namespace CeleryNet.Package.Tests;

/// <summary>The package, packed once for all tests under a version that no cache can know.</summary>
public sealed class PackedPackage : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string Version { get; } = $"0.0.1-test{TimeProvider.System.GetUtcNow():yyyyMMddHHmmssfff}";

    /// <summary>The folder it lies in: a feed for one.</summary>
    public string Folder => _folder.PathOf("feed");

    public string PackageFile => Path.Combine(Folder, $"CeleryNet.{Version}.nupkg");

    /// <summary>Where this machine keeps packages: what the package depends on was restored to there when the solution was built.</summary>
    public static string MachinePackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public async ValueTask InitializeAsync()
    {
        // In a folder of its own, so that other tests' programs are not rebuilt under them.
        string[] arguments =
        [
            "pack", Path.Combine(DotNet.RepositoryRoot, "src", "CeleryNet"), "-c", "Release", "-o", Folder,
            $"-p:Version={Version}", $"-p:ArtifactsPath={_folder.PathOf("artifacts")}",
        ];
        await DotNet.RunAsync(DotNet.RepositoryRoot, arguments, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
