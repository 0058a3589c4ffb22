using System.Diagnostics;

namespace CeleryNet.Package.Tests;

/// <summary>Runs the SDK's command line.</summary>
internal static class DotNet
{
    // Generous, since a machine may be busy; it is only the bound of a failure.
    private static readonly TimeSpan _bound = TimeSpan.FromMinutes(5);

    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>Runs a command to its end and gives what it printed; a failing command is an exception with that text.</summary>
    public static async Task<string> RunAsync(string folder, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(_bound);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(bound.Token);
            var errors = process.StandardError.ReadToEndAsync(bound.Token);
            await process.WaitForExitAsync(bound.Token);
            var text = await output + await errors;
            return process.ExitCode == 0
                ? text
                : throw new InvalidOperationException($"dotnet {string.Join(' ', process.StartInfo.ArgumentList)} ended with {process.ExitCode}:\n{text}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CeleryNet.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("CeleryNet.sln was not found above the tests.");
    }
}
