using System.Globalization;
using StackExchange.Redis;

namespace CeleryNet.Throughput.Work;

/// <summary>Connections to Redis by the URLs that Celery uses.</summary>
internal static class RawRedis
{
    public static async Task<ConnectionMultiplexer> ConnectAsync(string url)
    {
        var address = new Uri(url);
        return await ConnectionMultiplexer.ConnectAsync($"{address.Host}:{address.Port}");
    }

    public static IDatabase Database(ConnectionMultiplexer connection, string url)
        => connection.GetDatabase(int.Parse(new Uri(url).AbsolutePath.Trim('/'), CultureInfo.InvariantCulture));
}
