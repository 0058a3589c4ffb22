using System.Globalization;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests.Peers;

/// <summary>A Redis of its own that asks for a password.</summary>
internal sealed class LockedRedis : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private LockedRedis(ChildProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public static async Task<LockedRedis> StartAsync()
    {
        var port = FreePort.Next();
        var process = ChildProcess.Start(
            "redis-server",
            ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", Names.Unique("right")]);
        await process.WaitForLineAsync("eady to accept connections");
        return new LockedRedis(process, port);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
