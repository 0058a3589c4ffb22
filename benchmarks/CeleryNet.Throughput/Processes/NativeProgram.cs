using CeleryNet.TestKit;

namespace CeleryNet.Throughput.Processes;

/// <summary>samples/Worker compiled ahead of time, in a folder of its own that goes with it.</summary>
internal sealed class NativeProgram : IDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(10);

    private readonly TestDirectory _directory = new();

    private NativeProgram()
    {
    }

    /// <summary>The program.</summary>
    public string Path => System.IO.Path.Combine(_directory["publish"], "CeleryNet.Samples.Worker");

    /// <summary>How large it is; it needs nothing beside itself.</summary>
    public long Bytes => new FileInfo(Path).Length;

    /// <summary>Compiles it.</summary>
    /// <exception cref="InvalidOperationException">It cannot be compiled.</exception>
    public static async Task<NativeProgram> PublishAsync(CancellationToken cancellationToken)
    {
        var program = new NativeProgram();
        try
        {
            await using var publish = ChildProcess.Start(
                "dotnet",
                [
                    "publish", Repository.PathOf("samples", "Worker", "CeleryNet.Samples.Worker.csproj"), "-c", "Release", "-o", program._directory["publish"],
                    "-p:ArtifactsPath=" + program._directory["artifacts"], "-p:RunAnalyzers=false", "--nologo", "-v", "quiet",
                ]);
            if (await publish.WaitForExitAsync(_deadline).WaitAsync(cancellationToken) is var exitCode && exitCode != 0)
            {
                throw new InvalidOperationException($"dotnet publish of samples/Worker ended with {exitCode}:\n{publish.Output}");
            }

            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    public void Dispose() => _directory.Dispose();
}
