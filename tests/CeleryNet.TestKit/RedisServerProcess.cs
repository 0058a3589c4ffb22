using System.Globalization;

namespace CeleryNet.TestKit;

/// <summary>
/// A Redis server of one test's own. It writes every change to disk before it answers, so that what it acknowledged survives a kill.
/// </summary>
/// <param name="extraArguments">Further options, such as <c>--requirepass</c> and its value.</param>
public sealed class RedisServerProcess(params string[] extraArguments) : ServerProcess
{
    /// <summary>Its URL, without a password and a database.</summary>
    public string Url => FormattableString.Invariant($"redis://127.0.0.1:{Port}");

    private protected override async Task<ChildProcess> LaunchAsync()
    {
        string[] arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture),
            "--bind", "127.0.0.1",
            "--dir", DataDirectory,
            "--save", "",
            "--appendonly", "yes",
            "--appendfsync", "always",
            .. extraArguments,
        ];
        return await WhenReadyAsync(ChildProcess.Start("redis-server", arguments, workingDirectory: DataDirectory), "eady to accept connections");
    }
}
