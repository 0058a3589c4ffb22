namespace CeleryNet.TestKit;

/// <summary>Publishes a project of this repository as a user would: <c>dotnet publish</c>, and the project file says that it is compiled ahead of time.</summary>
public static class NativePublish
{
    // Minutes of work for the compiler on a machine that may be busy with other things.
    private static readonly TimeSpan _bound = TimeSpan.FromMinutes(15);

    /// <summary>Publishes it to the folder <c>publish</c> of a directory. Returns what the build has written.</summary>
    /// <param name="project">The project file, as a path within the repository.</param>
    /// <param name="configuration">Such as <c>Release</c>.</param>
    /// <param name="directory">Where all that is made goes, so that other programs are not rebuilt under those who run them.</param>
    /// <param name="verbosity">How much the build tells.</param>
    /// <exception cref="InvalidOperationException">It cannot be compiled.</exception>
    public static async Task<string> RunAsync(string project, string configuration, TestDirectory directory, string verbosity = "minimal")
    {
        // The analyzers have looked at the code when the solution was built; what the native compiler finds is another matter.
        await using var publish = ChildProcess.Start(
            "dotnet",
            [
                "publish", Repository.PathOf(project.Split('/')), "-c", configuration, "-o", directory["publish"],
                "-p:ArtifactsPath=" + directory["artifacts"], "-p:RunAnalyzers=false", "--nologo", "-v", verbosity,
            ]);
        var exitCode = await publish.WaitForExitAsync(_bound);
        return exitCode == 0 ? publish.Output : throw new InvalidOperationException($"dotnet publish of {project} ended with {exitCode}:\n{publish.Output}");
    }
}
