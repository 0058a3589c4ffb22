using CeleryNet.Client;
using CeleryNet.Control;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Resilience;
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
        var builtIn = new BuiltInTasks();
        var registry = CreateRegistry(services, builtIn);
        var stuck = new StuckTasks(time, loggers.CreateLogger<StuckTasks>());
        var retirement = new WorkerRetirement(
            options, stuck, static () => Environment.WorkingSet, HostnameOf(options), time, loggers.CreateLogger<WorkerRetirement>());
        var catalog = new QueueCatalog(application);
        var hostname = HostnameOf(options);
        var logger = loggers.CreateLogger<CeleryWorker>();
        var revoked = CreateRevoked(services);
        var dispatcher = EventFactory.CreateDispatcher(services, hostname, options.SendTaskEvents);
        var hooks = services.GetRequiredService<WorkerHooks>() with
        {
            Events = new TaskEvents(dispatcher, services.GetRequiredService<ResultAccess>().SerializerOptions),
        };
        var flow = new TaskFlow(
            CreateHandler(services, registry, builtIn, stuck, revoked, hooks), new LiveTasks(), registry, retirement, options, time, loggers.CreateLogger<TaskFlow>());
        var revoker = new Revoker(revoked, flow, loggers.CreateLogger<Revoker>());
        var events = new WorkerEvents(dispatcher, flow, options.SendHeartbeats ? options.HeartbeatInterval : null, time);
        var commands = new ControlCommands().AddRevokes(revoker).AddEvents(dispatcher, events, logger);
        return new CeleryWorker(
            services.GetRequiredService<ITransport>(),
            flow,
            revoker,
            options.StateDb is { } path
                ? new RevokedTaskFile(NodeName.ExpandPath(path, hostname), revoked, time, loggers.CreateLogger<RevokedTaskFile>())
                : null,
            options.EnableRemoteControl ? ControlFactory.CreateNode(services, commands, hostname) : null,
            registry,
            new WorkerQueues(catalog, QueueSelection.Select(catalog, options, hostname), hostname, logger),
            options,
            hostname,
            time,
            logger,
            hooks,
            events);
    }

    /// <summary>Puts together what runs a delivery, without what takes deliveries from a broker.</summary>
    public static DeliveryHandler CreateHandler(IServiceProvider services)
    {
        var builtIn = new BuiltInTasks();
        return CreateHandler(
            services,
            CreateRegistry(services, builtIn),
            builtIn,
            new StuckTasks(services.GetRequiredService<TimeProvider>(), CeleryServiceCollectionExtensions.Loggers(services).CreateLogger<StuckTasks>()),
            CreateRevoked(services),
            services.GetRequiredService<WorkerHooks>(),
            hasQueues: false);
    }

    private static DeliveryHandler CreateHandler(
        IServiceProvider services, TaskRegistry registry, BuiltInTasks builtIn, StuckTasks stuck, RevokedTasks revoked, WorkerHooks hooks, bool hasQueues = true)
    {
        var application = services.GetRequiredService<IOptions<CeleryOptions>>().Value;
        var options = services.GetRequiredService<IOptions<WorkerOptions>>().Value;
        var loggers = CeleryServiceCollectionExtensions.Loggers(services);
        var time = services.GetRequiredService<TimeProvider>();
        var results = services.GetRequiredService<ResultAccess>();
        var reader = new TaskMessageReader(services.GetRequiredService<ContentCodecs>().Tasks);
        var metas = new ResultMetaFactory(results.SerializerOptions, HostnameOf(options), application.ResultExtended, time);
        var recorder = new OutcomeRecorder(results.Backend, metas, time, loggers.CreateLogger<OutcomeRecorder>(), hooks.Resilience);
        var retries = new RetryMessage(
            new TaskRouter(application),
            CeleryServiceCollectionExtensions.CreateWriter(services),
            application.HideArguments,
            time,
            application.FindTimeZone());
        var scopes = new ServiceScopes(services.GetRequiredService<IServiceScopeFactory>(), services, services.GetRequiredService<UnscopedTaskClasses>());
        var sender = CeleryServiceCollectionExtensions.CreateWorkerSender(services);
        var logger = loggers.CreateLogger<SuccessorPublisher>();
        var errbacks = new ErrorCallbacks(sender, registry, scopes, results.Backend, results.SerializerOptions, HostnameOf(options), logger);
        var chords = new ChordReporter(sender, results.Backend, metas, recorder, errbacks, logger);
        var successors = new SuccessorPublisher(sender, chords, errbacks, metas, results, logger, hooks.Resilience);
        builtIn.Services = new BuiltInServices(sender, results, registry, chords, scopes, application.ResultChordRetryInterval);
        var executor = new TaskExecutor(
            new RedeliveryGuard(results.Backend, options.DeduplicateSuccessfulTasks, loggers.CreateLogger<RedeliveryGuard>(), successors),
            recorder,
            new TaskRetrier(recorder, retries, CeleryServiceCollectionExtensions.CreatePublisher(services), services.GetRequiredService<PublishPipeline>(), hooks.Events, services.GetRequiredService<SentEventsHolder>().Events),
            scopes,
            new TimedRunner(new TaskLimits(registry, options), stuck, time, loggers.CreateLogger<TimedRunner>()),
            successors,
            errbacks,
            results.SerializerOptions,
            HostnameOf(options),
            time,
            loggers.CreateLogger<TaskExecutor>(),
            hooks);
        return new DeliveryHandler(
            new Admission(reader, registry, revoked, application, options, time, hasQueues),
            executor,
            recorder,
            successors,
            options.UnrunnableMessages,
            loggers.CreateLogger<DeliveryHandler>(),
            hooks);
    }

    /// <summary>What the user has added around and beside the runs, here and where tasks are run by their senders.</summary>
    public static WorkerHooks CreateHooks(IServiceProvider services)
    {
        var loggers = CeleryServiceCollectionExtensions.Loggers(services);
        return new WorkerHooks
        {
            Middleware = new TaskMiddlewareChain(services.GetServices<TaskMiddlewareType>().Select(middleware => middleware.Type)),
            Observers = new TaskObservers(services.GetServices<ITaskObserver>(), loggers.CreateLogger<TaskObservers>()),
            WorkerObservers = new WorkerObservers(services.GetServices<IWorkerObserver>(), loggers.CreateLogger<WorkerObservers>()),
            Resilience = services.GetRequiredService<ResiliencePipelines>(),
        };
    }

    private static RevokedTasks CreateRevoked(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<WorkerOptions>>().Value;
        return new(options.RevokesMax, options.RevokeExpires, services.GetRequiredService<TimeProvider>());
    }

    private static TaskRegistry CreateRegistry(IServiceProvider services, BuiltInTasks builtIn)
    {
        TaskDefinition[] definitions = [.. services.GetServices<TaskDefinition>()];
        JsonTypeCheck.Check(definitions, services.GetRequiredService<ResultAccess>().SerializerOptions);
        return new TaskRegistry([.. definitions, .. builtIn.Definitions]);
    }

    private static string HostnameOf(WorkerOptions options) => NodeName.Expand(options.Hostname, Environment.MachineName);
}
