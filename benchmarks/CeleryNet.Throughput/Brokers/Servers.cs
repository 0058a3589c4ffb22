using System.Globalization;
using CeleryNet.TestKit;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace CeleryNet.Throughput.Brokers;

/// <summary>The servers of a run, on ports and in folders of their own. Disposing stops them and removes their data.</summary>
internal sealed class Servers : IAsyncDisposable
{
    // Nothing is written to disk: the peers are measured, not the disk.
    private readonly RedisServerProcess _redis = new("--appendonly", "no", "--maxmemory-policy", "noeviction");
    private readonly RabbitMqServerProcess? _rabbitMq;
    private ConnectionMultiplexer? _redisClient;
    private IConnection? _amqpClient;

    private Servers(bool withRabbitMq) => _rabbitMq = withRabbitMq ? new RabbitMqServerProcess() : null;

    public RedisBroker Redis => new(RedisClient, _redis.Url);

    public AmqpBroker? Amqp => _rabbitMq is { } server && _amqpClient is { } client ? new AmqpBroker(client, server.Url) : null;

    public ResultStore Results => new(RedisClient, _redis.Url);

    /// <summary>A connection that asks the Redis about itself.</summary>
    public IConnectionMultiplexer RedisClient => _redisClient ?? throw new InvalidOperationException("The servers were not started.");

    /// <summary>What the servers say they are.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; private set; } = new Dictionary<string, string>();

    public static async Task<Servers> StartAsync(bool withRabbitMq, CancellationToken cancellationToken)
    {
        var servers = new Servers(withRabbitMq);
        try
        {
            await servers.StartAsync(cancellationToken);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many commands Redis has been sent until now, this question not counted.</summary>
    public async Task<long> CountCommandsAsync(CancellationToken cancellationToken) => await ReadAsync("stats", "total_commands_processed", cancellationToken);

    /// <summary>How many connections Redis has.</summary>
    public async Task<long> CountConnectionsAsync(CancellationToken cancellationToken) => await ReadAsync("clients", "connected_clients", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_amqpClient is not null)
        {
            await _amqpClient.DisposeAsync();
        }

        if (_redisClient is not null)
        {
            await _redisClient.DisposeAsync();
        }

        if (_rabbitMq is not null)
        {
            await _rabbitMq.DisposeAsync();
        }

        await _redis.DisposeAsync();
    }

    /// <summary>To how many channels of Redis somebody is subscribed.</summary>
    public async Task<long> CountChannelsAsync(CancellationToken cancellationToken) => await ReadAsync("stats", "pubsub_channels", cancellationToken);

    private async Task<long> ReadAsync(string section, string name, CancellationToken cancellationToken)
    {
        var info = await RedisClient.GetServers()[0].InfoAsync(section).WaitAsync(cancellationToken);
        return long.Parse(info.SelectMany(lines => lines).First(line => line.Key == name).Value, CultureInfo.InvariantCulture);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        // Not to be interrupted: a server that is still coming up is not known to anybody who could stop it. The starts have a deadline of their own.
        await Task.WhenAll(_redis.StartAsync(), _rabbitMq?.StartAsync() ?? Task.CompletedTask);
        cancellationToken.ThrowIfCancellationRequested();
        var options = ConfigurationOptions.Parse(_redis.Url["redis://".Length..]);
        options.AllowAdmin = true;
        _redisClient = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellationToken);
        var versions = new Dictionary<string, string> { ["redis"] = _redisClient.GetServers()[0].Version.ToString() };
        if (_rabbitMq is not null)
        {
            _amqpClient = await new ConnectionFactory { Uri = new Uri(_rabbitMq.Url) }.CreateConnectionAsync(cancellationToken);
            versions["rabbitmq"] = _amqpClient.ServerProperties?["version"] is byte[] version ? System.Text.Encoding.UTF8.GetString(version) : "unknown";
        }

        Versions = versions;
    }
}
