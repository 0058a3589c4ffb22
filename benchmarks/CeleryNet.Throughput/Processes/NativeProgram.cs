using CeleryNet.TestKit;

namespace CeleryNet.Throughput.Processes;

/// <summary>samples/Worker compiled ahead of time, in a folder of its own that goes with it.</summary>
internal sealed class NativeProgram : IDisposable
{
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
            await NativePublish.RunAsync("samples/Worker/CeleryNet.Samples.Worker.csproj", "Release", program._directory, "quiet").WaitAsync(cancellationToken);
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
