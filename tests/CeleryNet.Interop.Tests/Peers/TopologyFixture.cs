using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.TestKit;
using StackExchange.Redis;

namespace CeleryNet.Interop.Tests.Peers;

/// <summary>
/// A worker and a client on either side that share queues of a topic exchange, queues with priorities and a broadcast; python/topology.py describes the
/// same ones.
/// </summary>
public abstract class TopologyFixture(string broker, string results) : IAsyncLifetime
{
    private ConnectionMultiplexer? _redis;
    private DotNetPeer? _dotNet;
    private PythonDriver? _python;
    private PythonWorker? _pythonWorker;

    /// <summary>What all names begin with.</summary>
    public string Name { get; } = Names.Unique("topology");

    public string Broadcast => Name + "-all";

    public bool HasRedisBroker => broker.StartsWith("redis", StringComparison.Ordinal);

    public PythonDriver Python => _python ?? throw NotStarted();

    public ICeleryClient Client => (_dotNet ?? throw NotStarted()).Client;

    public async ValueTask InitializeAsync()
    {
        _redis = await ConnectionMultiplexer.ConnectAsync(PeerFixture.Configuration(Urls.RedisResults));
        try
        {
            _python = await PythonDriver.StartAsync(Settings);
            _pythonWorker = await StartPythonWorkerAsync($"{Name}-py,{Broadcast}");
            _dotNet = await StartDotNetWorkerAsync($"{Name}-net", Broadcast);

            // Over Redis, a Python producer takes an exchange for a direct one until it has declared a queue of it, as it does before it sends to one.
            var note = Names.Unique("notes");
            await SendFromPythonAsync("interop.note", [note, "first"], []);
            await NotesAsync(note, 1);
        }
        catch
        {
            await DisposeAsync();
            throw;
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

    /// <summary>Waits for so many notes of tasks.</summary>
    public async Task<string[]> NotesAsync(string key, int count)
        => [.. (await Python.AskAsync("pop", new JsonObject { ["key"] = key, ["count"] = count })).EnumerateArray().Select(note => note.GetString() ?? "(none came)")];

    /// <summary>Sends a task from Python without waiting for it.</summary>
    public Task<JsonElement> SendFromPythonAsync(string task, JsonArray args, JsonObject options)
    {
        options["name"] = task;
        options["args"] = args;
        return Python.AskAsync("send", options);
    }

    internal Task<PythonWorker> StartPythonWorkerAsync(string queues) => PythonWorker.StartAsync(Settings, queues);

    internal Task<DotNetPeer> StartDotNetWorkerAsync(params string[] queues) => DotNetPeer.StartAsync(
        Configure,
        worker => (worker.Queues, worker.Concurrency, worker.PrefetchMultiplier, worker.Hostname) = ([.. queues], 1, 1, $"net-{queues[0]}@%h"),
        (_redis ?? throw NotStarted()).GetDatabase());

    private PythonSettings Settings => new(broker, results, Name) { Topology = Name };

    private void Configure(CeleryOptions options)
    {
        var topics = Name + "-topics";
        options.Broker = broker;
        options.ResultBackend = results;
        options.DefaultQueue = Name;
        options.CreateMissingQueues = false;
        options.Queues =
        [
            new(Name),
            new($"{Name}-py") { Exchange = topics, ExchangeType = "topic", RoutingKey = "to.py.#" },
            new($"{Name}-net") { Exchange = topics, ExchangeType = "topic", RoutingKey = "to.net.#" },
            new($"{Name}-py-priority") { MaxPriority = 10 },
            new($"{Name}-net-priority") { MaxPriority = 10 },
            CeleryQueue.Broadcast(Broadcast),
        ];
        options.Routes
            .Add("interop.wh*", new SendOptions { Exchange = topics, RoutingKey = "to.py.by.pattern" })
            .Add("interop.note", new SendOptions { Queue = $"{Name}-py", RoutingKey = "to.py.by.name" });
    }

    private static InvalidOperationException NotStarted() => new("The fixture has not been initialized.");
}

/// <inheritdoc />
public sealed class TopologyFixture<TCombination>() : TopologyFixture(TCombination.Broker, TCombination.Results)
    where TCombination : ICombination;
