using System.Globalization;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>A sentinel that watches one master under the name "main" and needs nobody's vote to replace it.</summary>
internal sealed class RedisSentinel : IAsyncDisposable
{
    private readonly TestDirectory _directory = new();
    private ChildProcess? _process;

    public int Port { get; } = FreePort.Next();

    public static async Task<RedisSentinel> StartAsync(int masterPort)
    {
        var sentinel = new RedisSentinel();
        try
        {
            await sentinel.LaunchAsync(masterPort);
            return sentinel;
        }
        catch
        {
            await sentinel.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the sentinel to write a line.</summary>
    public Task<string> WaitForLineAsync(string text) => _process!.WaitForLineAsync(text);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task LaunchAsync(int masterPort)
    {
        await File.WriteAllLinesAsync(
            _directory["sentinel.conf"],
            [
                string.Create(CultureInfo.InvariantCulture, $"sentinel monitor main 127.0.0.1 {masterPort} 1"),
                "sentinel down-after-milliseconds main 500",
                "sentinel failover-timeout main 2000",
            ]);
        string[] arguments =
        [
            _directory["sentinel.conf"], "--sentinel",
            "--port", Port.ToString(CultureInfo.InvariantCulture),
            "--bind", "127.0.0.1",
            "--dir", _directory.Path,
        ];
        _process = ChildProcess.Start("redis-server", arguments);
        await WaitForLineAsync("+monitor master");
    }
}
