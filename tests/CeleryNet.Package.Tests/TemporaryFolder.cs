namespace CeleryNet.Package.Tests;

/// <summary>A folder outside the repository, whose build files would reach into it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("celerynet-package").FullName;

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    public Task WriteAsync(string name, string text) => File.WriteAllTextAsync(PathOf(name), text, TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
