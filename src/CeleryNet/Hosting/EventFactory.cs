using CeleryNet.Events;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <summary>Puts together what sends and receives events out of the host's services.</summary>
internal static class EventFactory
{
    public static EventDispatcher CreateDispatcher(IServiceProvider services, string hostname, bool sendsTasks) => new(
        services.GetRequiredService<ITransport>(),
        services.GetRequiredService<ContentCodecs>().Events,
        CreateExchange(services),
        new EventSource(hostname, services.GetRequiredService<LamportClock>(), services.GetRequiredService<TimeProvider>()),
        EventDispatcher.DefaultPause,
        CeleryServiceCollectionExtensions.Loggers(services).CreateLogger<EventDispatcher>())
    {
        SendsTasks = sendsTasks,
    };

    public static EventExchange CreateExchange(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<CeleryOptions>>().Value;
        return new EventExchange(options.EventExchange, !options.AlwaysEager && TransportFactory.Kind(BrokerUrl.ParseList(options.BrokerWrite ?? options.Broker)) == "redis");
    }
}
