using CeleryNet.TestKit;
using RabbitMQ.Client;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>One of the brokers that each fault is done to, its owner's alone until it is disposed. Results are kept elsewhere, in a server that is never stopped.</summary>
internal sealed class FaultBroker : IAsyncDisposable
{
    public const string Redis = "redis";
    public const string Classic = "classic";
    public const string Quorum = "quorum";

    private readonly SharedServers _servers;
    private readonly RedisServerProcess? _redis;
    private readonly IDisposable _turn;
    private TcpFaultProxy? _network;

    private FaultBroker(string kind, SharedServers servers, IDisposable turn)
    {
        Kind = kind;
        _servers = servers;
        _turn = turn;
        _redis = kind == Redis ? RedisProbe.CreateServer() : null;
    }

    /// <summary>All of them, or the one that <c>CELERYNET_FAULT_BROKER</c> names, to repeat a failure on it.</summary>
    public static TheoryData<string> All => Environment.GetEnvironmentVariable("CELERYNET_FAULT_BROKER") switch
    {
        null or "" => [Redis, Classic, Quorum],
        (Redis or Classic or Quorum) and var one => [one],
        var other => throw new InvalidOperationException($"CELERYNET_FAULT_BROKER must be {Redis}, {Classic} or {Quorum}, was '{other}'."),
    };

    /// <summary>Which of <see cref="All"/>.</summary>
    public string Kind { get; }

    public bool IsRedis => _redis is not null;

    /// <summary>What is stopped, killed and started again.</summary>
    public ServerProcess Server => _redis is not null ? _redis : _servers.RabbitMqOf(Kind);

    public string Url => UrlAt(Server.Port);

    /// <summary>Leads to <see cref="Network"/>.</summary>
    public string UrlThroughNetwork => UrlAt(Network.Port);

    /// <summary>A way to the broker that a test can disturb.</summary>
    public TcpFaultProxy Network => _network ??= new TcpFaultProxy(Server.Port);

    public string Results => _servers.Results.Url;

    /// <summary>The kind of queue that is made for each test.</summary>
    public QueueType QueueType => Kind == Quorum ? QueueType.Quorum : QueueType.Classic;

    /// <summary>Waits until no other test has a broker of the kind, and sees to it that it runs.</summary>
    public static async Task<FaultBroker> StartAsync(string kind, SharedServers servers)
    {
        var turn = await servers.TakeTurnAsync(kind);
        try
        {
            var broker = new FaultBroker(kind, servers, turn);
            if (!broker.Server.IsRunning)
            {
                await broker.Server.StartAsync();
            }

            return broker;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>Looks into the Redis; after a restart of it a new probe is needed.</summary>
    public Task<RedisProbe> ProbeAsync() => RedisProbe.ConnectAsync(_redis ?? throw new InvalidOperationException($"{Kind} is no Redis."));

    /// <summary>Waits until nothing of a queue is left on Redis; on RabbitMQ nothing may be left when the queue's consumers have ended.</summary>
    public async Task ShouldBeEmptyAsync(string queue)
    {
        if (IsRedis)
        {
            await using var probe = await ProbeAsync();
            await probe.WaitUntilEmptyAsync(queue, Bound.Default);
        }
        else
        {
            (await CountReadyAsync(queue)).ShouldBe(0u);
        }
    }

    /// <summary>Takes what waits in a queue of RabbitMQ.</summary>
    /// <returns>The ids of the tasks.</returns>
    public async Task<IReadOnlyList<string>> TakeAllAsync(string queue)
    {
        var ids = new List<string>();
        await using var connection = await new ConnectionFactory { Uri = new Uri(Url.TrimEnd('/')) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
        {
            ids.Add(message.BasicProperties.Headers?["id"] is byte[] id ? System.Text.Encoding.UTF8.GetString(id) : "(no id)");
        }

        return ids;
    }

    /// <summary>Messages that wait in the queue, those aside that a consumer holds.</summary>
    public async Task<uint> CountReadyAsync(string queue)
    {
        if (IsRedis)
        {
            await using var probe = await ProbeAsync();
            return (uint)await probe.CountQueuedAsync(queue);
        }

        await using var connection = await new ConnectionFactory { Uri = new Uri(Url.TrimEnd('/')) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
    }

    /// <summary>
    /// Makes a queue that was declared just now survive a kill of the broker. RabbitMQ 3.10 writes the names of new quorum queues to the disk when it stops or
    /// has time; a queue of a node that was killed before never answers again.
    /// </summary>
    public async Task WriteOutAsync()
    {
        if (Kind == Quorum)
        {
            await Server.StopAsync();
            await Server.StartAsync();
        }
    }

    /// <summary>Takes from the broker all that it has of the queue. A Redis is killed and comes back without its data, on RabbitMQ the queue is deleted.</summary>
    public async Task ForgetAsync(string queue)
    {
        if (_redis is not null)
        {
            await _redis.KillAsync();
            Directory.Delete(_redis.DataDirectory, recursive: true);
            Directory.CreateDirectory(_redis.DataDirectory);
            await _redis.StartAsync();
            return;
        }

        await using var connection = await new ConnectionFactory { Uri = new Uri(Url.TrimEnd('/')) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(queue);
    }

    public async ValueTask DisposeAsync()
    {
        using var end = _turn;
        if (_network is not null)
        {
            await _network.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
        else if (!Server.IsRunning)
        {
            // A test that failed half way must not take the next ones with it.
            await Server.StartAsync();
        }
    }

    private string UrlAt(int port) => IsRedis
        ? FormattableString.Invariant($"redis://127.0.0.1:{port}")
        : FormattableString.Invariant($"amqp://guest:guest@127.0.0.1:{port}//");
}
