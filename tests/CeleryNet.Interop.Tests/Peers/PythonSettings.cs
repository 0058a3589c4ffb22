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

    /// <summary>How messages are written (<c>task_serializer</c>).</summary>
    public string Serializer { get; init; } = "json";

    /// <summary>How results are written (<c>result_serializer</c>).</summary>
    public string ResultSerializer { get; init; } = "json";

    /// <summary>What signs and verifies; null for nothing.</summary>
    public PythonSecurity? Security { get; init; }

    /// <summary>How messages are compressed; empty for not at all.</summary>
    public string Compression { get; init; } = "";

    /// <summary>The message protocol, 1 or 2.</summary>
    public string Protocol { get; init; } = "2";

    /// <summary>Redis: after how many seconds messages that nobody has settled or renewed are given to others (<c>visibility_timeout</c>).</summary>
    public int VisibilityTimeout { get; init; } = 3600;

    /// <summary>Whether each call is followed by an event (<c>task_send_sent_event</c>).</summary>
    public bool SentEvents { get; init; }

    /// <summary>Whether results have the call and the worker (<c>result_extended</c>).</summary>
    public bool ExtendedResults { get; init; }

    /// <summary>Further <c>broker_transport_options</c> as a JSON object; empty for none.</summary>
    public string TransportOptions { get; init; } = "";

    /// <summary>Django's <c>DATABASES["default"]</c> as a JSON object; empty for no Django.</summary>
    public string DjangoDatabase { get; init; } = "";

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["CELERYNET_BROKER"] = Broker,
        ["CELERYNET_RESULTS"] = Results,
        ["CELERYNET_QUEUE"] = Queue,
        ["CELERYNET_REDIS"] = Urls.RedisResults,
        ["CELERYNET_TOPOLOGY"] = Topology,
        ["CELERYNET_SERIALIZER"] = Serializer,
        ["CELERYNET_RESULT_SERIALIZER"] = ResultSerializer,
        ["CELERYNET_COMPRESSION"] = Compression,
        ["CELERYNET_PROTOCOL"] = Protocol,
        ["CELERYNET_VISIBILITY_TIMEOUT"] = VisibilityTimeout.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["CELERYNET_SENT_EVENTS"] = SentEvents ? "1" : "",
        ["CELERYNET_RESULT_EXTENDED"] = ExtendedResults ? "1" : "",
        ["CELERYNET_TRANSPORT_OPTIONS"] = TransportOptions,
        ["CELERYNET_DJANGO"] = DjangoDatabase,
        ["CELERYNET_KEY"] = Security?.Key ?? "",
        ["CELERYNET_CERTIFICATE"] = Security?.Certificate ?? "",
        ["CELERYNET_CERTIFICATES"] = Security?.Store ?? "",
    };

    public static string Script(string name) => Path.Combine(Directory, name);
}

/// <summary>The files that Python's <c>setup_security</c> takes.</summary>
/// <param name="Key">The private key (<c>security_key</c>).</param>
/// <param name="Certificate">Its certificate (<c>security_certificate</c>).</param>
/// <param name="Store">The directory of those who are trusted (<c>security_cert_store</c>).</param>
public sealed record PythonSecurity(string Key, string Certificate, string Store);
