using CeleryNet.Client;
using CeleryNet.Control;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <summary>Puts the two sides of remote control together out of the host's services.</summary>
internal static class ControlFactory
{
    public static RevokeSender CreateRevokeSender(IServiceProvider services)
        => new(CeleryServiceCollectionExtensions.CreatePublisher(services), CreateCodec(services), CreateMailbox(services));

    public static ControlNode CreateNode(IServiceProvider services, ControlCommands commands, string hostname) => new(
        services.GetRequiredService<ITransport>(),
        CreateMailbox(services),
        CreateCodec(services),
        commands,
        services.GetRequiredService<LamportClock>(),
        hostname,
        services.GetRequiredService<TimeProvider>(),
        CeleryServiceCollectionExtensions.Loggers(services).CreateLogger<ControlNode>());

    /// <summary>Asks all workers to tell that they are there.</summary>
    public static Func<CancellationToken, ValueTask> CreateWake(IServiceProvider services)
    {
        var (transport, codec, mailbox) = (services.GetRequiredService<ITransport>(), CreateCodec(services), CreateMailbox(services));
        return token => transport.Publisher.PublishAsync(codec.WriteCommand("heartbeat", null, static _ => { }), mailbox.Broadcast, token);
    }

    private static ControlCodec CreateCodec(IServiceProvider services)
    {
        var content = services.GetRequiredService<ContentCodecs>();
        return new ControlCodec(content.Tasks, content.Format.Serializer, services.GetRequiredService<LamportClock>());
    }

    private static Mailbox CreateMailbox(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<CeleryOptions>>().Value;
        return new Mailbox(options.ControlExchange)
        {
            MessageTtl = options.ControlQueueTtl,
            QueueExpires = options.ControlQueueExpires,
            IsExclusive = options.ControlQueueExclusive,
            IsDurable = options.ControlQueueDurable,
        };
    }
}
