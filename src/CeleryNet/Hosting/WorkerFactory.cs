using CeleryNet.Control;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Routing;
using CeleryNet.Tasks;
using CeleryNet.Transports;
using CeleryNet.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <summary>Puts a worker together out of the host's services.</summary>
internal static class WorkerFactory
{
    public static CeleryWorker Create(IServiceProvider services)
    {
        var application = services.GetRequiredService<IOptions<CeleryOptions>>().Value;
        var options = services.GetRequiredService<IOptions<WorkerOptions>>().Value;
        var loggers = CeleryServiceCollectionExtensions.Loggers(services);
        var time = services.GetRequiredService<TimeProvider>();
        var registry = CreateRegistry(services);
        var catalog = new QueueCatalog(application);
        var queues = options.Queues.Count == 0 ? catalog.Consumed : options.Queues.Select(catalog.Resolve).DistinctBy(queue => queue.Name);
        var hostname = HostnameOf(options);
        var revoked = CreateRevoked(services);
        var flow = new TaskFlow(CreateHandler(services, registry, revoked), new LiveTasks(), registry, options, time, loggers.CreateLogger<TaskFlow>());
        var revoker = new Revoker(revoked, flow, loggers.CreateLogger<Revoker>());
        return new CeleryWorker(
            services.GetRequiredService<ITransport>(),
            flow,
            revoker,
            options.StateDb is { } path
                ? new RevokedTaskFile(NodeName.ExpandPath(path, hostname), revoked, time, loggers.CreateLogger<RevokedTaskFile>())
                : null,
            options.EnableRemoteControl ? ControlFactory.CreateNode(services, new ControlCommands().AddRevokes(revoker), hostname) : null,
            registry,
            [.. queues],
            options,
            hostname,
            time,
            loggers.CreateLogger<CeleryWorker>());
    }

    /// <summary>Puts together what runs a delivery, without what takes deliveries from a broker.</summary>
    public static DeliveryHandler CreateHandler(IServiceProvider services) => CreateHandler(services, CreateRegistry(services), CreateRevoked(services));

    private static DeliveryHandler CreateHandler(IServiceProvider services, TaskRegistry registry, RevokedTasks revoked)
    {
        var application = services.GetRequiredService<IOptions<CeleryOptions>>().Value;
        var options = services.GetRequiredService<IOptions<WorkerOptions>>().Value;
        var loggers = CeleryServiceCollectionExtensions.Loggers(services);
        var time = services.GetRequiredService<TimeProvider>();
        var results = services.GetRequiredService<ResultAccess>();
        var reader = new TaskMessageReader(TimeZoneInfo.FindSystemTimeZoneById(application.TimeZone), services.GetRequiredService<ContentCodecs>().Tasks);
        var metas = new ResultMetaFactory(results.SerializerOptions, HostnameOf(options), application.ResultExtended, time);
        var recorder = new OutcomeRecorder(results.Backend, metas, time, loggers.CreateLogger<OutcomeRecorder>());
        var retries = new RetryMessage(
            new TaskRouter(application), CeleryServiceCollectionExtensions.CreateWriter(services), application.HideArguments, time);
        var executor = new TaskExecutor(
            recorder,
            new TaskRetrier(recorder, retries, CeleryServiceCollectionExtensions.CreatePublisher(services)),
            new ServiceScopes(services.GetRequiredService<IServiceScopeFactory>()),
            results.SerializerOptions,
            HostnameOf(options),
            time,
            loggers.CreateLogger<TaskExecutor>());
        return new DeliveryHandler(
            new Admission(reader, registry, revoked, application, options, time),
            executor,
            recorder,
            options.UnrunnableMessages,
            loggers.CreateLogger<DeliveryHandler>());
    }

    private static RevokedTasks CreateRevoked(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<WorkerOptions>>().Value;
        return new(options.RevokesMax, options.RevokeExpires, services.GetRequiredService<TimeProvider>());
    }

    private static TaskRegistry CreateRegistry(IServiceProvider services) => new(services.GetServices<TaskDefinition>());

    private static string HostnameOf(WorkerOptions options) => NodeName.Expand(options.Hostname, Environment.MachineName);
}
