using System.Globalization;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>Servers for these tests, and plain clients to look behind what is tested.</summary>
internal static class RedisServer
{
    /// <summary>The databases of the shared server that these tests use.</summary>
    public const int TransportDatabase = 7;
    public const int ResultDatabase = 8;

    /// <summary>Starts a server of a test's own, for what the shared one cannot show: passwords, TLS, restarts.</summary>
    public static async Task<RedisServerProcess> StartAsync(params string[] arguments)
    {
        var server = new RedisServerProcess(arguments);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A plain client of the shared server.</summary>
    public static async Task<ConnectionMultiplexer> ConnectSharedAsync()
    {
        var url = BrokerUrl.Parse(TestBrokers.Redis);
        return await ConnectionMultiplexer.ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"{url.Host}:{url.Port}"));
    }

    /// <summary>A plain client of a server.</summary>
    public static async Task<ConnectionMultiplexer> ConnectAsync(this RedisServerProcess server, Action<ConfigurationOptions>? configure = null)
    {
        var options = new ConfigurationOptions();
        options.EndPoints.Add("127.0.0.1", server.Port);
        configure?.Invoke(options);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }
}
