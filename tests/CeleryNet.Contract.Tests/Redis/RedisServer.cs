using System.Globalization;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>A Redis of a test's own, for what the shared one cannot show: passwords, TLS, sentinels, restarts.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    /// <summary>The databases of the shared server that these tests use.</summary>
    public const int TransportDatabase = 7;
    public const int ResultDatabase = 8;

    private const string Ready = "eady to accept connections";

    private readonly TestDirectory _directory;
    private readonly string[] _arguments;
    private ChildProcess _process;

    private RedisServer(TestDirectory directory, int port, string[] arguments)
    {
        _directory = directory;
        Port = port;
        _arguments = arguments;
        _process = ChildProcess.Start("redis-server", _arguments);
    }

    /// <summary>The port; 0 for a server without one.</summary>
    public int Port { get; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{Port}/0");

    /// <summary>A file in the server's directory.</summary>
    public string this[string name] => _directory[name];

    /// <summary>Starts a server and waits until it takes connections.</summary>
    public static async Task<RedisServer> StartAsync(params string[] arguments) => await StartAsync(FreePort.Next(), arguments);

    /// <inheritdoc cref="StartAsync(string[])" />
    public static async Task<RedisServer> StartAsync(int port, params string[] arguments)
    {
        var directory = new TestDirectory();
        var server = new RedisServer(
            directory, port, ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", directory.Path, .. arguments]);
        await server.WaitForLineAsync(Ready);
        return server;
    }

    /// <summary>Starts a sentinel with the file sentinel.conf of a directory, which is its own from then on.</summary>
    public static async Task<RedisServer> StartSentinelAsync(TestDirectory directory)
    {
        var port = FreePort.Next();
        var server = new RedisServer(
            directory,
            port,
            [directory["sentinel.conf"], "--sentinel", "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", directory.Path]);
        await server.WaitForLineAsync("+monitor master");
        return server;
    }

    /// <summary>A plain client of the shared server.</summary>
    public static async Task<ConnectionMultiplexer> ConnectSharedAsync()
    {
        var url = BrokerUrl.Parse(TestBrokers.Redis);
        return await ConnectionMultiplexer.ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"{url.Host}:{url.Port}"));
    }

    /// <summary>A plain client of this server.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync(Action<ConfigurationOptions>? configure = null)
    {
        var options = new ConfigurationOptions();
        options.EndPoints.Add("127.0.0.1", Port);
        configure?.Invoke(options);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>Ends the server as a crash would.</summary>
    public async Task KillAsync() => await _process.KillAsync();

    /// <summary>Starts it again with what it kept.</summary>
    public async Task StartAgainAsync()
    {
        await _process.DisposeAsync();
        _process = ChildProcess.Start("redis-server", _arguments);
        await WaitForLineAsync(Ready);
    }

    /// <summary>Waits for the server to write a line.</summary>
    public Task<string> WaitForLineAsync(string text) => _process.WaitForLineAsync(text);

    /// <summary>Makes the server answer nothing, with its connections open.</summary>
    public void Freeze() => _process.Signal(Signals.Stop);

    /// <summary>Ends <see cref="Freeze"/>.</summary>
    public void Thaw() => _process.Signal(Signals.Continue);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }}
