using CeleryNet.TestKit;
using StackExchange.Redis;

namespace CeleryNet.Interop.Tests.Peers;

/// <summary>A .NET worker and a Python worker which both send events of tasks, Python as a producer, and Python as a monitor.</summary>
public abstract class EventFixture(string broker, string results) : IAsyncLifetime
{
    private ConnectionMultiplexer? _redis;
    private DotNetPeer? _dotNet;
    private PythonWorker? _pythonWorker;
    private PythonDriver? _python;
    private PythonDriver? _listener;

    public string DotNetQueue { get; } = Names.Unique("events-net");

    public string PythonQueue { get; } = Names.Unique("events-py");

    public string DotNetNode => DotNet.Worker.Hostname;

    public string PythonNode => $"python-{PythonQueue}@{DotNetNode[(DotNetNode.IndexOf('@', StringComparison.Ordinal) + 1)..]}";

    public string Broker => broker;

    /// <summary>Python as a producer.</summary>
    public PythonDriver Python => _python ?? throw NotStarted();

    /// <summary>Python as a monitor.</summary>
    public PythonDriver Listener => _listener ?? throw NotStarted();

    public IDatabase Counters => _redis?.GetDatabase() ?? throw NotStarted();

    internal DotNetPeer DotNet => _dotNet ?? throw NotStarted();

    public PythonSettings Settings(string queue) => new(broker, results, queue);

    public void Configure(CeleryOptions options)
    {
        options.Broker = broker;
        options.ResultBackend = results;
        options.DefaultQueue = DotNetQueue;
    }

    public async ValueTask InitializeAsync()
    {
        _redis = await ConnectionMultiplexer.ConnectAsync(PeerFixture.Configuration(Urls.RedisResults));

        // First of all: what is sent before it listens is not heard.
        _listener = await PythonDriver.StartListenerAsync(Settings(DotNetQueue));
        var python = PythonDriver.StartAsync(Settings(DotNetQueue));
        var pythonWorker = PythonWorker.StartAsync(Settings(PythonQueue), PythonQueue, "--pool", "prefork", "-c", "1", "-E");
        var dotNet = DotNetPeer.StartAsync(
            Configure,
            worker =>
            {
                worker.Queues = [DotNetQueue];
                worker.Hostname = $"dotnet-{DotNetQueue}@%h";
                worker.SendTaskEvents = true;
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
        foreach (var part in new IAsyncDisposable?[] { _dotNet, _pythonWorker, _python, _listener, _redis })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        GC.SuppressFinalize(this);
    }

    private static InvalidOperationException NotStarted() => new("The fixture has not been initialized.");
}

/// <inheritdoc />
public sealed class EventFixture<TCombination>() : EventFixture(TCombination.Broker, TCombination.Results)
    where TCombination : ICombination;

[CollectionDefinition]
public sealed class RedisEvents : ICollectionFixture<EventFixture<RedisBrokerRedisResults>>;

[CollectionDefinition]
public sealed class AmqpEvents : ICollectionFixture<EventFixture<AmqpBrokerRedisResults>>;
