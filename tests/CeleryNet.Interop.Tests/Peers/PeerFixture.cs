using CeleryNet.TestKit;
using StackExchange.Redis;

namespace CeleryNet.Interop.Tests.Peers;

/// <summary>
/// A .NET worker and a Python worker, each with a queue of its own, and a client on either side: calls that name no queue go to the other language.
/// </summary>
public abstract class PeerFixture(string broker, string results) : IAsyncLifetime
{
    private ConnectionMultiplexer? _redis;
    private DotNetPeer? _dotNet;
    private PythonDriver? _python;
    private PythonWorker? _pythonWorker;

    public string Broker { get; } = broker;

    public string Results { get; } = results;

    public bool HasRedisBroker => Broker.StartsWith("redis", StringComparison.Ordinal);

    public bool HasRedisResults => Results.StartsWith("redis", StringComparison.Ordinal);

    /// <summary>The queue of the .NET worker.</summary>
    public string DotNetQueue { get; } = Names.Unique("interop-net");

    /// <summary>The queue of the Python worker.</summary>
    public string PythonQueue { get; } = Names.Unique("interop-py");

    /// <summary>Python as a producer.</summary>
    public PythonDriver Python => _python ?? throw NotStarted();

    /// <summary>.NET as a producer.</summary>
    public ICeleryClient Client => DotNet.Client;

    /// <summary>What tasks of both sides count in.</summary>
    public IDatabase Counters => _redis?.GetDatabase() ?? throw NotStarted();

    internal DotNetPeer DotNet => _dotNet ?? throw NotStarted();

    public PythonSettings PythonSettings(string queue) => new(Broker, Results, queue);

    public void Configure(CeleryOptions options)
    {
        options.Broker = Broker;
        options.ResultBackend = Results;
        options.DefaultQueue = PythonQueue;
    }

    public async ValueTask InitializeAsync()
    {
        _redis = await ConnectionMultiplexer.ConnectAsync(Configuration(Urls.RedisResults));
        var python = PythonDriver.StartAsync(PythonSettings(DotNetQueue));
        var pythonWorker = PythonWorker.StartAsync(PythonSettings(PythonQueue), PythonQueue);
        var dotNet = DotNetPeer.StartAsync(
            Configure,
            worker =>
            {
                worker.Queues = [DotNetQueue];
                worker.Hostname = $"dotnet-{DotNetQueue}@%h";
            },
            Counters);
        try
        {
            await Task.WhenAll(python, pythonWorker, dotNet);
        }
        finally
        {
            // What did start is stopped even when something else did not: nobody disposes a fixture whose start failed.
            _python = python.IsCompletedSuccessfully ? await python : null;
            _pythonWorker = pythonWorker.IsCompletedSuccessfully ? await pythonWorker : null;
            _dotNet = dotNet.IsCompletedSuccessfully ? await dotNet : null;
            if (_python is null || _pythonWorker is null || _dotNet is null)
            {
                await DisposeAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _dotNet, _pythonWorker, _python, _redis })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        GC.SuppressFinalize(this);
    }

    internal static ConfigurationOptions Configuration(string url)
    {
        var uri = new Uri(url);
        return new ConfigurationOptions { EndPoints = { { uri.Host, uri.Port } }, DefaultDatabase = int.Parse(uri.AbsolutePath.Trim('/'), null) };
    }

    private static InvalidOperationException NotStarted() => new("The fixture has not been initialized.");
}

/// <inheritdoc />
public sealed class PeerFixture<TCombination>() : PeerFixture(TCombination.Broker, TCombination.Results)
    where TCombination : ICombination;
