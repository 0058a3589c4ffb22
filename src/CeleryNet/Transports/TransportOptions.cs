using CeleryNet.Resilience;
using CeleryNet.Routing;

namespace CeleryNet.Transports;

/// <summary>What a transport needs to know besides its URL; taken from the public options.</summary>
internal sealed record TransportOptions(IReadOnlyList<BrokerUrl> Urls)
{
    /// <summary>How long one attempt to connect may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Redis: how long a command may wait for its answer.</summary>
    public TimeSpan RedisSocketTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How an AMQP broker learns who connects.</summary>
    public BrokerLoginMethod LoginMethod { get; init; }

    /// <summary>AMQP heartbeat; zero for none.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Redis: how old an unrenewed delivery is before others may take it.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Redis: how often expired deliveries of others are looked for.</summary>
    public TimeSpan RestoreInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Redis: the priorities that have a list of their own, ascending from 0.</summary>
    public IReadOnlyList<int> PrioritySteps { get; init; } = [0, 3, 6, 9];

    /// <summary>Redis: a text before every key.</summary>
    public string GlobalKeyPrefix { get; init; } = "";

    /// <summary>Redis: whether the parts of a chord are kept in the order of its header.</summary>
    public bool ChordsAreOrdered { get; init; } = true;

    /// <summary>Redis: what stands between the parts of names and of bindings.</summary>
    public string Separator { get; init; } = "\u0006\u0016";

    /// <summary>Redis: a text before channels, with <c>{db}</c> for the database.</summary>
    public string FanoutPrefix { get; init; } = "/{db}.";

    /// <summary>Redis: whether channels end with the routing key.</summary>
    public bool FanoutPatterns { get; init; } = true;

    /// <summary>Redis Sentinel: the name of the monitored master.</summary>
    public string? SentinelMasterName { get; init; }

    /// <summary>The name the broker shows for our connections.</summary>
    public string ConnectionName { get; init; } = "celerynet";

    /// <summary>The suffix of the queue that keeps what cannot be read or run.</summary>
    public string DeadLetterSuffix { get; init; } = ".dead-letters";

    /// <summary>RabbitMQ: whether messages for quorum queues that are not wanted before an instant are kept by the broker.</summary>
    public bool DetectQuorumQueues { get; init; } = true;

    /// <summary>RabbitMQ: the type of the queues that keep them.</summary>
    public QueueType DelayQueueType { get; init; } = QueueType.Quorum;

    /// <summary>The application's queues: what is said of an exchange by the message that goes there says less than what is bound to it.</summary>
    public IReadOnlyList<QueueSpec> Queues { get; init; } = [];

    public TransportTlsOptions Tls { get; init; } = new();

    /// <summary>What is done about failures; null for the defaults.</summary>
    public ResiliencePipelines? Resilience { get; init; }
}

/// <summary>TLS for <c>amqps://</c> and <c>rediss://</c>. Certificates are checked unless <see cref="AllowInvalidCertificates"/> says otherwise.</summary>
internal sealed record TransportTlsOptions
{
    /// <summary>A PEM file with the authorities to trust; null for the system's.</summary>
    public string? CaCertificateFile { get; init; }

    /// <summary>A PEM file with our certificate; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the certificate's key; null when it is in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name to check the server's certificate against; null for the URL's host.</summary>
    public string? ServerName { get; init; }

    public bool AllowInvalidCertificates { get; init; }
}
