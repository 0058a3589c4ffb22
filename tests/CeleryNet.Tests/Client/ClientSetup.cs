using CeleryNet.Client;
using CeleryNet.Control;
using CeleryNet.Events;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;
using CeleryNet.Transports;
using CeleryNet.Transports.Memory;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Client;

/// <summary>A client with a broker and a backend in memory and a clock that stands still.</summary>
internal sealed class ClientSetup : IAsyncDisposable
{
    private readonly RecordingLogger _logger = new();
    private readonly RecordingLoggerFactory _loggers = new();

    public ClientSetup(IResultBackend? backend = null, int? defaultPriority = null, int maxBodySize = 10_000, bool hideArguments = false, CeleryRoutes? routes = null, bool inheritPriority = false, string zone = "UTC", bool events = false, params IPublishMiddleware[] middleware)
    {
        Transport = new MemoryTransport(new TransportOptions([]), Clock, _logger);
        Watched = new WatchedTransport(Transport);
        Backend = backend ?? new MemoryResultBackend(null, Clock);
        var json = CeleryJson.Complete(null);
        var publisher = new TaskPublisher(Watched, TimeSpan.FromSeconds(10), Clock);
        Client = new CeleryClient(
            publisher,
            Content.Writer(json, maxSize: maxBodySize),
            new TaskRouter(new QueueCatalog(new CeleryOptions()), new RouteTable(routes ?? new CeleryRoutes())),
            CreateRevokes(publisher, Mailbox),
            new ResultAccess(Backend, json, TimeSpan.FromDays(1), Clock),
            Clock,
            new ClientOptions
            {
                DefaultPriority = defaultPriority,
                HideArguments = hideArguments,
                InheritParentPriority = inheritPriority,
                Zone = TimeZoneInfo.FindSystemTimeZoneById(zone),
            },
            new PublishPipeline(middleware),
            events ? new SentEvents(Dispatcher(Transport, Clock, _loggers)) : null);
    }

    /// <summary>Where remote control goes.</summary>
    public Mailbox Mailbox { get; } = new("celery");

    public TestClock Clock { get; } = new();

    public MemoryTransport Transport { get; }

    /// <summary>What the client publishes on.</summary>
    public WatchedTransport Watched { get; }

    public IResultBackend Backend { get; }

    public ICeleryClient Client { get; }

    public static RevokeSender CreateRevokes(TaskPublisher publisher, Mailbox mailbox)
        => new(publisher, new ControlCodec(ContentCodec.CreateJson(), new JsonCelerySerializer(typeTags: false), new LamportClock()), mailbox);

    /// <summary>Sends the events of a client at once.</summary>
    public static EventDispatcher Dispatcher(ITransport transport, TimeProvider clock, ILoggerFactory loggers) => new(
        transport,
        new EventFormat(ContentCodec.CreateJson(), new JsonCelerySerializer(typeTags: false)),
        new EventExchange(EventExchange.DefaultName, IsFanout: false),
        new EventSource("gen1@host", new LamportClock(), clock),
        TimeSpan.Zero,
        loggers.CreateLogger<EventDispatcher>());

    /// <summary>Takes the next message of a queue.</summary>
    public Task<IDelivery> TakeAsync(string queue = "celery") => TakeAsync(QueueSpec.Named(queue));

    /// <inheritdoc cref="TakeAsync(string)" />
    public async Task<IDelivery> TakeAsync(QueueSpec queue)
    {
        await using var consumer = await Transport.ConsumeAsync(new ConsumerRequest([queue], 1), CancellationToken.None);
        var delivery = await consumer.Deliveries.ReadAsync().WithinBound($"a message in {queue.Name}");
        await delivery.SettleAsync(Settlement.Ack, CancellationToken.None);
        return delivery;
    }

    /// <summary>Takes the next message of a queue and reads it as a worker does.</summary>
    public async Task<TaskMessage> ReadAsync(string queue = "celery")
        => Content.Reader().Read((await TakeAsync(queue)).Envelope.ShouldNotBeNull());

    public async ValueTask DisposeAsync()
    {
        await Backend.DisposeAsync();
        await Transport.DisposeAsync();
        _loggers.Dispose();
    }
}
