using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Results;
using CeleryNet.Results.FileSystem;
using CeleryNet.Results.Memory;
using CeleryNet.Results.Polled;
using CeleryNet.Results.Redis;
using CeleryNet.Results.Rpc;
using CeleryNet.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Hosting;

/// <summary>Makes the result backend a URL asks for.</summary>
internal static class ResultBackendFactory
{
    public static IReadOnlyList<string> Schemes { get; } = ["redis", "rediss", "redis+socket", "sentinel", "rpc", "file", "memory", "disabled"];

    /// <exception cref="CeleryConfigurationException">The URL's scheme is unknown.</exception>
    public static IResultBackend Create(
        CeleryOptions options, ITransport transport, ResultCodec codec, ResiliencePipelines resilience, TimeProvider time, ILoggerFactory loggers, IServiceProvider services)
    {
        var isInMemory = options is { AlwaysEager: true, StoreEagerResult: false };
        var text = isInMemory ? "memory://" : options.ResultBackend ?? (IsBrokerInMemory(options) ? "memory://" : "disabled://");
        TimeSpan? expires = options.ResultExpires > TimeSpan.Zero ? options.ResultExpires : null;
        if (FindAdded(text, services.GetServices<ResultBackendRegistration>()) is { } create)
        {
            var records = create(new ResultBackendContext(text, new ResultFormat(codec), services, time));
            return new PolledResultBackend(records, Display(text), expires, time, loggers.CreateLogger<PolledResultBackend>());
        }

        var urls = BrokerUrl.ParseList(text);
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

    /// <summary>What makes the backend of a URL that is not among our own; null when nothing does.</summary>
    public static Func<ResultBackendContext, CeleryResultBackend>? FindAdded(string url, IEnumerable<ResultBackendRegistration> added)
        => ResultBackendRegistration.SchemeOf(url) is var scheme && scheme == "file"
            ? context => new FileSystemResultBackend(context)
            : added.LastOrDefault(registration => registration.Scheme == scheme)?.Create;

    // The name alone of a place that is no URL; a password is left out.
    private static string Display(string url) => url.Contains("://", StringComparison.Ordinal) ? BrokerUrl.Parse(url).ToString() : url;

    private static bool IsBrokerInMemory(CeleryOptions options)
        => (options.BrokerRead ?? options.Broker).StartsWith("memory:", StringComparison.OrdinalIgnoreCase)
            && (options.BrokerWrite ?? options.Broker).StartsWith("memory:", StringComparison.OrdinalIgnoreCase);
}
