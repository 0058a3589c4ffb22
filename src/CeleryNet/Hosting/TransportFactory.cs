using CeleryNet.Resilience;
using CeleryNet.Routing;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;
using CeleryNet.Transports.Memory;
using CeleryNet.Transports.Redis;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Hosting;

/// <summary>Makes the transport a broker URL asks for.</summary>
internal static class TransportFactory
{
    public static IReadOnlyList<string> Schemes { get; } =
        ["amqp", "amqps", "pyamqp", "pyamqps", "redis", "rediss", "redis+socket", "sentinel", "memory"];

    /// <exception cref="CeleryConfigurationException">The URL's scheme is unknown, or URLs of different brokers stand in for each other.</exception>
    public static ITransport Create(CeleryOptions options, ResiliencePipelines resilience, TimeProvider time, ILoggerFactory loggers)
    {
        var (reading, writing) = (options.BrokerRead ?? options.Broker, options.BrokerWrite ?? options.Broker);
        return reading == writing
            ? Create(reading, options, resilience, time, loggers)
            : new SplitTransport(Create(reading, options, resilience, time, loggers), Create(writing, options, resilience, time, loggers));
    }

    private static ITransport Create(string broker, CeleryOptions options, ResiliencePipelines resilience, TimeProvider time, ILoggerFactory loggers)
    {
        var urls = BrokerUrl.ParseList(broker).ToArray();
        if (options.BrokerFailoverStrategy == BrokerFailoverStrategy.Shuffle)
        {
            Random.Shared.Shuffle(urls);
        }

        var transportOptions = CreateOptions(options, resilience, urls);
        return Kind(urls) switch
        {
            "amqp" => new AmqpTransport(transportOptions, time, loggers.CreateLogger<AmqpTransport>()),
            "redis" => new RedisTransport(transportOptions, time, loggers.CreateLogger<RedisTransport>()),
            _ => new MemoryTransport(transportOptions, time, loggers.CreateLogger<MemoryTransport>()),
        };
    }

    /// <summary>A broker inside this process, whatever the URL.</summary>
    public static ITransport CreateMemory(TimeProvider time, ILoggerFactory loggers)
        => new MemoryTransport(new TransportOptions(BrokerUrl.ParseList("memory://")), time, loggers.CreateLogger<MemoryTransport>());

    /// <summary>What the options say of the broker.</summary>
    public static TransportOptions CreateOptions(CeleryOptions options, ResiliencePipelines resilience, IReadOnlyList<BrokerUrl> urls)
        => CreateOptions(options, resilience, urls, options.Tls, options.Tls.Enabled);

    /// <summary>What they say of the result backend.</summary>
    public static TransportOptions CreateResultOptions(CeleryOptions options, ResiliencePipelines resilience, IReadOnlyList<BrokerUrl> urls)
        => CreateOptions(options, resilience, urls, options.ResultTls ?? options.Tls, options.ResultTls is { Enabled: true }) with
        {
            GlobalKeyPrefix = options.ResultKeyPrefix,
            ChordsAreOrdered = options.ResultChordOrdered,
            SentinelMasterName = options.ResultSentinelMasterName ?? options.SentinelMasterName,
        };

    private static TransportOptions CreateOptions(
        CeleryOptions options, ResiliencePipelines resilience, IReadOnlyList<BrokerUrl> urls, CeleryTlsOptions tls, bool requiresTls)
    {
        BrokerUrl[] places = [.. urls.Select(url => url with { RequiresTls = requiresTls })];
        return new(places)
        {
            Resilience = resilience,
            ConnectTimeout = Kind(urls) == "redis" ? options.RedisConnectTimeout ?? options.ConnectTimeout : options.ConnectTimeout,
            RedisSocketTimeout = options.RedisSocketTimeout,
            LoginMethod = options.BrokerLoginMethod,
            Heartbeat = options.Heartbeat,
            VisibilityTimeout = options.VisibilityTimeout,
            RestoreInterval = RestoreInterval(options.VisibilityTimeout),
            PrioritySteps = options.PrioritySteps,
            GlobalKeyPrefix = options.GlobalKeyPrefix,
            Separator = options.RedisSeparator,
            FanoutPrefix = options.FanoutPrefix,
            FanoutPatterns = options.FanoutPatterns,
            SentinelMasterName = options.SentinelMasterName,
            DetectQuorumQueues = options.DetectQuorumQueues,
            DelayQueueType = options.NativeDelayedDeliveryQueueType,
            Queues = new QueueCatalog(options).Consumed,
            Tls = new TransportTlsOptions
            {
                CaCertificateFile = tls.CaCertificateFile,
                CertificateFile = tls.CertificateFile,
                KeyFile = tls.KeyFile,
                ServerName = tls.ServerName,
                AllowInvalidCertificates = tls.AllowInvalidCertificates,
            },
        };
    }

    // Who wants lost messages back soon does not want to wait for the next look much longer than for the lease to run out.
    private static TimeSpan RestoreInterval(TimeSpan visibilityTimeout)
        => TimeSpan.FromSeconds(Math.Clamp(visibilityTimeout.TotalSeconds / 2, 1, 10));

    /// <summary>The kind of broker that all the URLs name.</summary>
    /// <exception cref="CeleryConfigurationException">A scheme is unknown, or the URLs name brokers of different kinds.</exception>
    public static string Kind(IReadOnlyList<BrokerUrl> urls)
    {
        var kinds = urls.Select(url => url.Scheme switch
        {
            "amqp" or "amqps" or "pyamqp" or "pyamqps" => "amqp",
            "redis" or "rediss" or "redis+socket" or "sentinel" => "redis",
            "memory" => "memory",
            _ => throw new CeleryConfigurationException($"The broker '{url}' has the unknown scheme '{url.Scheme}'; known: {string.Join(", ", Schemes)}."),
        }).Distinct().ToArray();
        return kinds is [var only]
            ? only
            : throw new CeleryConfigurationException($"Brokers that stand in for each other must be of one kind, were {string.Join(" and ", kinds)}.");
    }
}
