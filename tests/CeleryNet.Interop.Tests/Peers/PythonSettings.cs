namespace CeleryNet.Interop.Tests.Peers;

/// <summary>Where the Python side finds everything: the environment that python/app.py reads.</summary>
/// <param name="Broker">The broker's URL.</param>
/// <param name="Results">The result backend's URL.</param>
/// <param name="Queue">The queue of calls that name none.</param>
public sealed record PythonSettings(string Broker, string Results, string Queue)
{
    public static string Directory { get; } = Path.Combine(AppContext.BaseDirectory, "python");

    /// <summary>What the names of the queues in python/topology.py begin with; empty when there are none.</summary>
    public string Topology { get; init; } = "";

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["CELERYNET_BROKER"] = Broker,
        ["CELERYNET_RESULTS"] = Results,
        ["CELERYNET_QUEUE"] = Queue,
        ["CELERYNET_REDIS"] = Urls.RedisResults,
        ["CELERYNET_TOPOLOGY"] = Topology,
    };

    public static string Script(string name) => Path.Combine(Directory, name);
}
