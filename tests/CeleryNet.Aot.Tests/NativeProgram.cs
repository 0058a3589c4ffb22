using CeleryNet.TestKit;

namespace CeleryNet.Aot.Tests;

/// <summary>A project of this repository as a native program.</summary>
public abstract class NativeProgram(string project, string configuration) : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();

    /// <summary>What the build has written.</summary>
    public string BuildOutput { get; private set; } = "";

    /// <summary>The program.</summary>
    public string Path => System.IO.Path.Combine(Folder, System.IO.Path.GetFileNameWithoutExtension(project));

    /// <summary>The folder it was published to.</summary>
    public string Folder => _directory["publish"];

    public async ValueTask InitializeAsync()
    {
        // A warning would not come again from a build that is up to date: it has a folder of its own.
        BuildOutput = await NativePublish.RunAsync(project, configuration, _directory);
        await NativeReport.WriteAsync($"{System.IO.Path.GetFileName(Path)}: {new FileInfo(Path).Length / 1e6:F1} MB");
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>samples/Worker.</summary>
public sealed class NativeWorker() : NativeProgram("samples/Worker/CeleryNet.Samples.Worker.csproj", "Release");

/// <summary>The program that has all of the packages; not optimized, which takes less time.</summary>
public sealed class NativeSmoke() : NativeProgram("tests/CeleryNet.AotSmoke/CeleryNet.AotSmoke.csproj", "Debug");
