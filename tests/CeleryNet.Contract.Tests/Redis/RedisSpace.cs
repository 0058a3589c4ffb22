using System.Text;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>
/// Keys of one test's own on the shared server, by a prefix: also the record of unsettled messages, which would otherwise be one for all tests. With a
/// transport and a plain client to look behind it.
/// </summary>
internal sealed class RedisSpace : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _client;
    private readonly List<ITransport> _transports = [];

    private RedisSpace(ConnectionMultiplexer client)
    {
        _client = client;
        Database = client.GetDatabase(RedisServer.TransportDatabase);
        Options = new TransportOptions([BrokerUrl.Parse(TestBrokers.RedisDatabase(RedisServer.TransportDatabase))]) { GlobalKeyPrefix = Prefix };
        Transport = Create();
    }

    public string Prefix { get; } = Names.Unique("redis") + ":";

    public TransportOptions Options { get; }

    public RecordingLogger Log { get; } = new();

    public ITransport Transport { get; }

    public IDatabase Database { get; }

    public QueueSpec Queue { get; } = QueueSpec.Named("work");

    public string List => Prefix + Queue.Name;

    public string Unacked => Prefix + "unacked";

    public string Index => Prefix + "unacked_index";

    public string Mutex => Prefix + "unacked_mutex";

    public static async Task<RedisSpace> CreateAsync() => new(await RedisServer.ConnectSharedAsync());

    public RedisTransport Create(Func<TransportOptions, TransportOptions>? tweak = null, TimeProvider? time = null)
    {
        var transport = new RedisTransport(tweak is null ? Options : tweak(Options), time ?? TimeProvider.System, Log);
        _transports.Add(transport);
        return transport;
    }

    public Task PublishAsync(string body, int? priority = null, string? queue = null)
        => Transport.Publisher.PublishAsync(MessageFactory.Text(body, priority), new Destination("", queue ?? Queue.Name), Token).WithinBound("a publish");

    public Task<IConsumer> ConsumeAsync(int prefetch = 1, ITransport? transport = null, params QueueSpec[] queues)
        => (transport ?? Transport).ConsumeAsync(new ConsumerRequest(queues.Length == 0 ? [Queue] : queues, prefetch), Token).WithinBound("a consumer");

    public static Task<IDelivery> ReadAsync(IConsumer consumer) => consumer.Deliveries.ReadAsync(Token).WithinBound("a delivery");

    public static string BodyOf(IDelivery delivery) => delivery.Unreadable ?? MessageFactory.TextOf(delivery.Envelope);

    /// <summary>The server's clock, in seconds since 1970.</summary>
    public async Task<double> NowAsync()
        => (await _client.GetServers()[0].TimeAsync() - DateTime.UnixEpoch).TotalSeconds;

    /// <summary>Leaves a message as a worker does that has taken it and died.</summary>
    public async Task AbandonAsync(string tag, string body, double score, string exchange = "", string? routingKey = null, int priority = 0)
    {
        await Database.HashSetAsync(Unacked, tag, $"[{Envelope(tag, body, priority)}, \"{exchange}\", \"{routingKey ?? Queue.Name}\"]");
        await Database.SortedSetAddAsync(Index, tag, score);
    }

    /// <summary>A list element as kombu writes it.</summary>
    public static string Envelope(string tag, string body, int priority = 0)
        => $$$$"""
            {"body": "{{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(body))}}}}", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"task": "proj.add", "id": "id-{{{{tag}}}}", "x-big": 123456789012345678901234567890, "x-float": 1.50}, "properties": {"correlation_id": "id-{{{{tag}}}}", "delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "work"}, "priority": {{{{priority}}}}, "body_encoding": "base64", "delivery_tag": "{{{{tag}}}}", "x-unknown": {"kept": [1, 2.0]}}}
            """;

    public async ValueTask DisposeAsync()
    {
        foreach (var transport in _transports)
        {
            await transport.DisposeAsync().WithinBound("a transport to be disposed");
        }

        await foreach (var key in _client.GetServers()[0].KeysAsync(RedisServer.TransportDatabase, Prefix + "*"))
        {
            await Database.KeyDeleteAsync(key);
        }

        await _client.DisposeAsync();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
