using System.Globalization;

namespace CeleryNet.TestKit;

/// <summary>A RabbitMQ node of one test's own, with a port mapper (epmd) of its own, so that it meets no other node of the machine.</summary>
public sealed class RabbitMqServerProcess : ServerProcess
{
    private const string Scripts = "/usr/lib/rabbitmq/bin";

    private readonly int _distributionPort = FreePort.Next();
    private readonly int _mapperPort = FreePort.Next();
    private readonly string _nodeName = $"{Names.Unique()}@localhost";
    private ChildProcess? _mapper;

    /// <summary>Its URL, for the default virtual host.</summary>
    public string Url => FormattableString.Invariant($"amqp://guest:guest@127.0.0.1:{Port}//");

    /// <summary>Lines for the node's rabbitmq.conf besides its listener; set before the start.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    /// <summary>Runs <c>rabbitmqctl</c> against the node.</summary>
    /// <param name="arguments">The command, such as <c>close_all_connections</c> and a reason.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">The command failed.</exception>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        await using var control = ChildProcess.Start(
            Path.Combine(Scripts, "rabbitmqctl"),
            ["-q", "-n", _nodeName, .. arguments],
            Environment(),
            DataDirectory);
        return await control.WaitForExitAsync() == 0
            ? control.Output
            : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)} failed:{System.Environment.NewLine}{control.Output}");
    }

    private protected override async Task<ChildProcess> LaunchAsync()
    {
        // In the foreground: the one that the node would start by itself is a daemon, which would outlive the test.
        _mapper ??= ChildProcess.Start(
            "epmd",
            ["-port", _mapperPort.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"],
            workingDirectory: DataDirectory);

        await File.WriteAllTextAsync(Path.Combine(DataDirectory, "env.conf"), "");
        await File.WriteAllTextAsync(Path.Combine(DataDirectory, "enabled_plugins"), "[].\n");
        await File.WriteAllLinesAsync(
            Path.Combine(DataDirectory, "rabbitmq.conf"),
            [FormattableString.Invariant($"listeners.tcp.1 = 127.0.0.1:{Port}"), "log.console = true", "log.console.level = warning", .. Configuration]);

        var server = ChildProcess.Start(Path.Combine(Scripts, "rabbitmq-server"), [], Environment(), DataDirectory);

        // "Starting broker... completed with 0 plugins.", but a line of the log may come in between.
        return await WhenReadyAsync(server, "completed with ");
    }

    // The script's child is the server itself.
    private protected override void SignalServer(int signal) => Process.SignalChildren(signal);

    private protected override async ValueTask CleanUpAsync()
    {
        if (_mapper is not null)
        {
            await _mapper.DisposeAsync();
        }
    }

    private Dictionary<string, string> Environment() => new()
    {
        ["HOME"] = DataDirectory,
        ["RABBITMQ_NODENAME"] = _nodeName,
        ["RABBITMQ_NODE_PORT"] = Port.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_DIST_PORT"] = _distributionPort.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(DataDirectory, "env.conf"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(DataDirectory, "rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(DataDirectory, "enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(DataDirectory, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(DataDirectory, "log"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(DataDirectory, "pid"),
        ["ERL_EPMD_PORT"] = _mapperPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
    };
}
