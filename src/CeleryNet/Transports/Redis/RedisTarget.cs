using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>One place to connect to: a server, or a group of sentinels that know it.</summary>
/// <remarks>
/// <c>redis://</c>, <c>rediss://</c>, <c>redis+socket:///path?virtual_host=0</c>, <c>sentinel://</c>. kombu/transport/redis.py Channel._connparams,
/// SentinelChannel._sentinel_managed_pool
/// </remarks>
internal sealed class RedisTarget
{
    private const int DefaultPort = 6379;
    private const int DefaultSentinelPort = 26379;

    private readonly IReadOnlyList<EndPoint> _endPoints;
    private readonly TransportOptions _options;

    private RedisTarget(BrokerUrl url, string display, IReadOnlyList<EndPoint> endPoints, TransportOptions options)
    {
        Url = url;
        Display = display;
        _endPoints = endPoints;
        _options = options;
        Database = ReadDatabase(url);
        Tls = RedisTls.Create(url, options.Tls);
        ClientName = ReadClientName(options.ConnectionName);
    }

    public BrokerUrl Url { get; }

    /// <summary>The URL or URLs for messages and logs, without passwords.</summary>
    public string Display { get; }

    public int Database { get; }

    public RedisTls? Tls { get; }

    public string ClientName { get; }

    /// <summary>The places that stand in for each other, in order; sentinels are one place together.</summary>
    /// <exception cref="CeleryConfigurationException">A URL or an option does not fit Redis.</exception>
    public static IReadOnlyList<RedisTarget> Create(TransportOptions options)
    {
        var urls = options.Urls;
        foreach (var url in urls)
        {
            if (url.Scheme is not ("redis" or "rediss" or "redis+socket" or "socket" or "sentinel"))
            {
                throw new CeleryConfigurationException(
                    $"'{url}' is not a Redis URL: its scheme must be redis, rediss, redis+socket or sentinel, was '{url.Scheme}'.");
            }
        }

        if (!urls.Any(url => url.Scheme == "sentinel"))
        {
            return [.. urls.Select(url => new RedisTarget(url, url.ToString(), [ServerEndPoint(url)], options))];
        }

        var display = string.Join(';', urls);
        if (urls.Any(url => url.Scheme != "sentinel"))
        {
            throw new CeleryConfigurationException($"'{display}' mixes sentinel:// with other schemes; sentinels must stand alone.");
        }

        if (string.IsNullOrEmpty(options.SentinelMasterName))
        {
            throw new CeleryConfigurationException(
                $"'{display}' needs the name of the master that the sentinels watch: set SentinelMasterName (master_name in broker_transport_options).");
        }

        display += $" (master '{options.SentinelMasterName}')";
        return [new RedisTarget(urls[0], display, [.. urls.Select(url => (EndPoint)new DnsEndPoint(url.Host, url.Port ?? DefaultSentinelPort))], options)];
    }

    /// <summary>Options for one attempt to connect; each multiplexer has its own, since they carry its event handlers.</summary>
    public ConfigurationOptions CreateConfiguration()
    {
        var milliseconds = (int)Math.Clamp(_options.ConnectTimeout.TotalMilliseconds, 1, int.MaxValue);
        var configuration = new ConfigurationOptions
        {
            // A connection that cannot be had is an error at once; one that was had is mended by the multiplexer whatever this says.
            AbortOnConnectFail = true,
            ConnectRetry = 1,
            ConnectTimeout = milliseconds,
            AsyncTimeout = (int)Math.Clamp(_options.RedisSocketTimeout.TotalMilliseconds, 1, int.MaxValue),
            ReconnectRetryPolicy = new LinearRetry(500),
            ClientName = ClientName,
            User = Url.User,
            Password = Url.Password,
            DefaultDatabase = Database,

            // Features for groups of servers configured by the library itself, which would read and subscribe keys nobody here writes.
            ConfigurationChannel = "",
            TieBreaker = "",
            IncludeDetailInExceptions = false,
        };
        foreach (var endPoint in _endPoints)
        {
            configuration.EndPoints.Add(endPoint);
        }

        if (Tls is { } tls)
        {
            configuration.Ssl = true;
            configuration.SslClientAuthenticationOptions = host => tls.ForHost(host);
        }

        if (Url.Scheme == "sentinel")
        {
            configuration.ServiceName = _options.SentinelMasterName;
        }

        return configuration;
    }

    private static bool IsSocket(BrokerUrl url) => url.Scheme is "redis+socket" or "socket";

    private static EndPoint ServerEndPoint(BrokerUrl url)
    {
        if (IsSocket(url))
        {
            return new UnixDomainSocketEndPoint("/" + url.Path);
        }

        var port = url.Port ?? DefaultPort;
        return IPAddress.TryParse(url.Host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(url.Host, port);
    }

    // The path of a socket URL is the socket's file, so the database can only stand in the query.
    private static int ReadDatabase(BrokerUrl url) => IsSocket(url) && !url.Query.ContainsKey("virtual_host") ? 0 : url.Database;

    // CLIENT SETNAME takes no blanks.
    private static string ReadClientName(string name)
        => string.Concat(name.Select(character => character is > ' ' and < '\x7f' ? character : '-'));
}
