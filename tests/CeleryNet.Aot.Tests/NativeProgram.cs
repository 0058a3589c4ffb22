using CeleryNet.TestKit;

namespace CeleryNet.Aot.Tests;

/// <summary>A project of this repository, published as a user would: <c>dotnet publish</c>, and the project file says that it is compiled ahead of time.</summary>
public abstract class NativeProgram(string project, string configuration) : IAsyncLifetime
{
    // Minutes of work for the compiler on a machine that may be busy with other things.
    private static readonly TimeSpan _bound = TimeSpan.FromMinutes(15);

    private readonly TestDirectory _directory = new();

    /// <summary>What the build has written.</summary>
    public string BuildOutput { get; private set; } = "";

    /// <summary>The program.</summary>
    public string Path => System.IO.Path.Combine(Folder, System.IO.Path.GetFileNameWithoutExtension(project));

    /// <summary>The folder it was published to.</summary>
    public string Folder => _directory["publish"];

    public async ValueTask InitializeAsync()
    {
        // In a folder of its own, so that other tests' programs are not rebuilt under them. A warning would not come again from a build that is up to date.
        // The analyzers have looked at the code when the solution was built; what the native compiler finds is another matter.
        await using var publish = ChildProcess.Start(
            "dotnet",
            [
                "publish", Repository.PathOf(project.Split('/')), "-c", configuration, "-o", Folder, "-p:ArtifactsPath=" + _directory["artifacts"],
                "-p:RunAnalyzers=false", "--nologo", "-v", "minimal",
            ]);
        var exitCode = await publish.WaitForExitAsync(_bound);
        BuildOutput = publish.Output;
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"dotnet publish of {project} ended with {exitCode}:\n{BuildOutput}");
        }

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
