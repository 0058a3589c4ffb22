using CeleryNet.Client;
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

    /// <summary>What tells of calls. What sends itself what it runs has no monitors.</summary>
    public static SentEventsHolder CreateSent(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<CeleryOptions>>().Value;
        return new SentEventsHolder(
            options is { SendTaskSentEvent: true, AlwaysEager: false }
                ? new SentEvents(CreateDispatcher(services, ProcessOrigin.Create(), sendsTasks: false))
                : null);
    }

    public static EventReceiver CreateReceiver(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<CeleryOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        return new EventReceiver(
            services.GetRequiredService<ITransport>(),
            new EventQueues(CreateExchange(services), options.EventQueuePrefix)
            {
                MessageTtl = options.EventQueueTtl,
                Expires = options.EventQueueExpires,
                IsExclusive = options.EventQueueExclusive,
                IsDurable = options.EventQueueDurable,
            },
            new EventReader(services.GetRequiredService<ContentCodecs>().Events, services.GetRequiredService<LamportClock>(), time),
            ControlFactory.CreateWake(services),
            options.PublishTimeout,
            time,
            CeleryServiceCollectionExtensions.Loggers(services).CreateLogger<EventReceiver>());
    }

    public static EventExchange CreateExchange(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<CeleryOptions>>().Value;
        return new EventExchange(options.EventExchange, !options.AlwaysEager && TransportFactory.Kind(BrokerUrl.ParseList(options.BrokerWrite ?? options.Broker)) == "redis");
    }
}

/// <summary>Ends with the host's services what tells of calls, so that the last ones are told of too.</summary>
/// <param name="Events">It, null where nobody is to be told.</param>
internal sealed record SentEventsHolder(SentEvents? Events) : IAsyncDisposable, IDisposable
{
    public ValueTask DisposeAsync() => Events?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A container that is disposed synchronously does not wait.</summary>
    public void Dispose()
    {
    }
}
