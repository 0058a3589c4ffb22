using System.Text.Json;

namespace CeleryNet;

/// <summary>
/// What clients and workers of one application share. Bound from the configuration section <c>Celery</c>, changed in code, checked when the host starts.
/// </summary>
public sealed class CeleryOptions
{
    /// <summary>
    /// The broker: <c>amqp://</c>, <c>amqps://</c>, <c>redis://</c>, <c>rediss://</c>, <c>redis+socket://</c>, <c>sentinel://</c> or <c>memory://</c>.
    /// Several URLs separated by <c>;</c> stand in for each other. Mirrors <c>broker_url</c>.
    /// </summary>
    /// <value>The default is <c>memory://</c>: this process alone.</value>
    public string Broker { get; set; } = "memory://";

    /// <summary>
    /// Where results are kept: <c>redis://</c> and its kin, <c>rpc://</c>, <c>memory://</c> or <c>disabled://</c>. Mirrors <c>result_backend</c>.
    /// </summary>
    /// <value>The default is null: <c>memory://</c> with a broker in memory, else <c>disabled://</c>.</value>
    public string? ResultBackend { get; set; }

    /// <summary>The queue of calls and workers that name none. Mirrors <c>task_default_queue</c>.</summary>
    /// <value>The default is <c>celery</c>.</value>
    public string DefaultQueue { get; set; } = "celery";

    /// <summary>The priority of calls that name none, 0 to 255. Mirrors <c>task_default_priority</c>.</summary>
    /// <value>The default is null: none is sent.</value>
    public int? DefaultPriority { get; set; }

    /// <summary>Whether results are not stored unless a task or call says otherwise. Mirrors <c>task_ignore_result</c>.</summary>
    /// <value>The default is false.</value>
    public bool IgnoreResult { get; set; }

    /// <summary>How long results are kept; zero for ever. Mirrors <c>result_expires</c>.</summary>
    /// <value>The default is one day; at most 365 days.</value>
    public TimeSpan ResultExpires { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Whether results also show the task's name, arguments, worker, retries and queue. Mirrors <c>result_extended</c>.</summary>
    /// <value>The default is false.</value>
    public bool ResultExtended { get; set; }

    /// <summary>Whether results sent as messages (<c>rpc://</c>) survive a restart of the broker. Mirrors <c>result_persistent</c>.</summary>
    /// <value>The default is false.</value>
    public bool ResultPersistent { get; set; }

    /// <summary>How long a send may take in all, attempts to reconnect included.</summary>
    /// <value>The default is 10 s; 100 ms to 1 h.</value>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt to connect may take. Mirrors <c>broker_connection_timeout</c>.</summary>
    /// <value>The default is 4 s; 100 ms to 10 min.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>The heartbeat asked of an AMQP broker; zero for none. Mirrors <c>broker_heartbeat</c>.</summary>
    /// <value>The default is 60 s; at most 1 h.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The largest message body, in bytes, that is sent or read: as it comes, decompressed, and as JSON. A larger one that arrives is moved to the dead letters.
    /// Holds for results too.
    /// </summary>
    /// <value>The default is 64 MiB; 1 kB to 1 GiB.</value>
    public int MaxBodySize { get; set; } = 64 * 1024 * 1024;

    /// <summary>How deep the lists and maps of a body that arrives may be nested; the whole body counts, which is two levels more than an argument.</summary>
    /// <value>The default is 64; 8 to 1,000.</value>
    public int MaxDepth { get; set; } = 64;

    /// <summary>How many times its compressed size a body that arrives may have once it has more than 1 MiB.</summary>
    /// <value>The default is 1,000; 2 to 1,000,000.</value>
    public int MaxCompressionRatio { get; set; } = 1000;

    /// <summary>The serializer of calls that name none: <c>json</c>, or one that was added. Mirrors <c>task_serializer</c>.</summary>
    /// <value>The default is <c>json</c>.</value>
    public string TaskSerializer { get; set; } = "json";

    /// <summary>The serializer of results. All programs that share a result backend must agree on it. Mirrors <c>result_serializer</c>.</summary>
    /// <value>The default is <c>json</c>.</value>
    public string ResultSerializer { get; set; } = "json";

    /// <summary>
    /// The serializers, by name or content type, whose messages are read; a message of another is not looked into, but moved to the dead letters.
    /// Mirrors <c>accept_content</c>.
    /// </summary>
    /// <value>The default is <c>json</c> alone.</value>
    public IList<string> AcceptContent { get; set; } = ["json"];

    /// <summary>The serializers, by name or content type, whose results are read; that of <see cref="ResultSerializer"/> always is. Mirrors <c>result_accept_content</c>.</summary>
    /// <value>The default is null: those of <see cref="AcceptContent"/>.</value>
    public IList<string>? ResultAcceptContent { get; set; }

    /// <summary>
    /// The compression of calls that name none: <c>gzip</c> (or <c>zlib</c>, which is the same), <c>brotli</c>, or one that was added. Messages that are compressed
    /// are read whatever this says. Mirrors <c>task_compression</c>.
    /// </summary>
    /// <value>The default is null: none.</value>
    public string? TaskCompression { get; set; }

    /// <summary>The message protocol of calls: 2, or 1 for workers of Celery 3. Both are read. Mirrors <c>task_protocol</c>.</summary>
    /// <value>The default is 2.</value>
    public int TaskProtocol { get; set; } = 2;

    /// <summary>
    /// Whether types that JSON lacks (dates, times, decimals, UUIDs, bytes) are written as tagged objects, which Celery 5.3 and later turn into Python's types
    /// and Celery 5.2 does not understand. If not they are written as texts. Both are read.
    /// </summary>
    /// <value>The default is false.</value>
    public bool JsonTypeTags { get; set; }

    /// <summary>
    /// The zone of dates in messages that carry no offset, by IANA or Windows name. Mirrors <c>timezone</c>.
    /// </summary>
    /// <value>The default is <c>UTC</c>.</value>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>
    /// Redis: how long a message may be unsettled and unrenewed before another worker takes it. All workers of a database, Python's too,
    /// should agree on it. Mirrors <c>visibility_timeout</c> of <c>broker_transport_options</c>.
    /// </summary>
    /// <value>The default is 1 h; 1 s to 30 days.</value>
    public TimeSpan VisibilityTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Redis: the priorities that have a list of their own. Mirrors <c>priority_steps</c>.</summary>
    /// <value>The default is 0, 3, 6, 9; ascending, beginning with 0, up to 9.</value>
    public int[] PrioritySteps { get; set; } = [0, 3, 6, 9];

    /// <summary>Redis: a text before every key of the broker. Mirrors <c>global_keyprefix</c> of <c>broker_transport_options</c>.</summary>
    /// <value>The default is empty.</value>
    public string GlobalKeyPrefix { get; set; } = "";

    /// <summary>Redis: a text before every key of the result backend. Mirrors <c>global_keyprefix</c> of <c>result_backend_transport_options</c>.</summary>
    /// <value>The default is empty.</value>
    public string ResultKeyPrefix { get; set; } = "";

    /// <summary>Sentinel: the name of the monitored master. Mirrors <c>master_name</c> of <c>broker_transport_options</c>.</summary>
    /// <value>The default is null; required for <c>sentinel://</c>.</value>
    public string? SentinelMasterName { get; set; }

    /// <summary>TLS for <c>amqps://</c> and <c>rediss://</c>. Mirrors <c>broker_use_ssl</c> and <c>redis_backend_use_ssl</c>.</summary>
    public CeleryTlsOptions Tls { get; set; } = new();

    /// <summary>
    /// How arguments and results are written and read. Set in code only.
    /// </summary>
    /// <value>The default is null: snake_case names, read in any case, reflection where the program has it.</value>
    public JsonSerializerOptions? SerializerOptions { get; set; }
}

/// <summary>TLS towards brokers and backends. Server certificates are checked unless <see cref="AllowInvalidCertificates"/> says otherwise.</summary>
public sealed class CeleryTlsOptions
{
    /// <summary>A PEM file with the authorities to trust (<c>ca_certs</c>).</summary>
    /// <value>The default is null: the system's authorities.</value>
    public string? CaCertificateFile { get; set; }

    /// <summary>A PEM file with this program's certificate (<c>certfile</c>).</summary>
    /// <value>The default is null: none is shown.</value>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the certificate's key (<c>keyfile</c>).</summary>
    /// <value>The default is null: it is in <see cref="CertificateFile"/>.</value>
    public string? KeyFile { get; set; }

    /// <summary>The name the server's certificate must have (<c>server_hostname</c>).</summary>
    /// <value>The default is null: the URL's host.</value>
    public string? ServerName { get; set; }

    /// <summary>Take any certificate (<c>cert_reqs=CERT_NONE</c>): for tests only, it lets anyone in between read and change messages.</summary>
    /// <value>The default is false.</value>
    public bool AllowInvalidCertificates { get; set; }
}
