namespace CeleryNet.TestKit;

/// <summary>The source tree that the tests were built from.</summary>
public static class Repository
{
    /// <summary>The directory of CeleryNet.sln.</summary>
    /// <exception cref="InvalidOperationException">The test does not run from within the source tree.</exception>
    public static string Root
    {
        get
        {
            for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            {
                if (File.Exists(Path.Combine(directory.FullName, "CeleryNet.sln")))
                {
                    return directory.FullName;
                }
            }

            throw new InvalidOperationException($"CeleryNet.sln is in no directory above {AppContext.BaseDirectory}.");
        }
    }

    /// <summary>The path of a file or directory of the source tree.</summary>
    /// <param name="parts">Its path below the root.</param>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);
}
