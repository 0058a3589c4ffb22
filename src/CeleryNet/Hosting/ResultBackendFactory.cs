using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.Results.Redis;
using CeleryNet.Results.Rpc;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Hosting;

/// <summary>Makes the result backend a URL asks for.</summary>
internal static class ResultBackendFactory
{
    public static IReadOnlyList<string> Schemes { get; } = ["redis", "rediss", "redis+socket", "sentinel", "rpc", "memory", "disabled"];

    /// <exception cref="CeleryConfigurationException">The URL's scheme is unknown.</exception>
    public static IResultBackend Create(
        CeleryOptions options, ITransport transport, ResultCodec codec, ResiliencePipelines resilience, TimeProvider time, ILoggerFactory loggers)
    {
        var isInMemory = options is { AlwaysEager: true, StoreEagerResult: false };
        var urls = BrokerUrl.ParseList(isInMemory ? "memory://" : options.ResultBackend ?? (IsBrokerInMemory(options) ? "memory://" : "disabled://"));
        TimeSpan? expires = options.ResultExpires > TimeSpan.Zero ? options.ResultExpires : null;
        return urls[0].Scheme switch
        {
            "redis" or "rediss" or "redis+socket" or "sentinel" => new RedisResultBackend(
                TransportFactory.CreateResultOptions(options, resilience, urls), expires, codec, time, loggers.CreateLogger<RedisResultBackend>()),
            "rpc" => new RpcResultBackend(transport, expires, options.ResultPersistent, codec, time, loggers.CreateLogger<RpcResultBackend>()),
            "memory" => new MemoryResultBackend(expires, time),
            "disabled" => new DisabledResultBackend(),
            var scheme => throw new CeleryConfigurationException(
                $"The result backend '{urls[0]}' has the unknown scheme '{scheme}'; known: {string.Join(", ", Schemes)}."),
        };
    }

    private static bool IsBrokerInMemory(CeleryOptions options)
        => (options.BrokerRead ?? options.Broker).StartsWith("memory:", StringComparison.OrdinalIgnoreCase)
            && (options.BrokerWrite ?? options.Broker).StartsWith("memory:", StringComparison.OrdinalIgnoreCase);
}
