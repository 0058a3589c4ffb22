using CeleryNet.Client;
using CeleryNet.Control;
using CeleryNet.Diagnostics;
using CeleryNet.Events;
using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.Tasks;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Memory;
using CeleryNet.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Worker;

/// <summary>
/// A worker with a broker and a backend in memory and a clock that stands still, put together as a host does it. What a test sees of it is what
/// peers see: messages, results and settlements.
/// </summary>
internal sealed class WorkerHarness : IAsyncDisposable
{
    public const string Queue = "celery";
    public const string DeadLetters = Queue + ".dead-letters";

    private readonly WorkerShutdown _shutdown;
    private readonly RecordingLoggerFactory _loggers = new();
    private readonly MemoryTransport _broker;
    private readonly ServiceProvider _services;
    private readonly CeleryWorker _worker;
    private Task _running = Task.CompletedTask;
    private int _held;

    public WorkerHarness(
        IReadOnlyList<TaskDefinition> tasks,
        WorkerOptions? options = null,
        CeleryOptions? application = null,
        IResultBackend? backend = null,
        Action<IServiceCollection>? services = null,
        bool control = false,
        bool events = false)
    {
        options ??= new WorkerOptions { Concurrency = 2 };
        _shutdown = new WorkerShutdown(options.ShutdownGrace ?? TimeSpan.FromSeconds(25));
        application ??= new CeleryOptions();
        var collection = new ServiceCollection();
        services?.Invoke(collection);
        _services = collection.BuildServiceProvider();
        _broker = new MemoryTransport(new TransportOptions([]), Clock, _loggers.CreateLogger<MemoryTransport>());
        Transport = new WatchedTransport(_broker);
        Backend = backend ?? new MemoryResultBackend(null, Clock);

        var resilience = new ResiliencePipelines(
            ResilienceSettings.Of(application), Clock, CustomPipeline.Merge(_services.GetServices<CustomPipeline>()), _services);
        var json = CeleryJson.Complete(application.SerializerOptions);
        var hostname = NodeName.Expand(options.Hostname, "machine.example");
        Events = new EventDispatcher(
            _broker,
            new EventFormat(ContentCodec.CreateJson(), new JsonCelerySerializer(typeTags: false)),
            Exchange,
            new EventSource(hostname, ControlClock, Clock),
            TimeSpan.Zero,
            _loggers.CreateLogger<EventDispatcher>())
        {
            SendsTasks = options.SendTaskEvents,
        };
        var hooks = new WorkerHooks
        {
            Events = new TaskEvents(Events, json),
            Middleware = new TaskMiddlewareChain(_services.GetServices<TaskMiddlewareType>().Select(middleware => middleware.Type)),
            Observers = new TaskObservers(_services.GetServices<ITaskObserver>(), _loggers.CreateLogger<TaskObservers>()),
            WorkerObservers = new WorkerObservers(_services.GetServices<IWorkerObserver>(), _loggers.CreateLogger<WorkerObservers>()),
            Resilience = resilience,
        };
        var middleware = new PublishPipeline(_services.GetServices<IPublishMiddleware>());
        var access = new ResultAccess(Backend, json, Timeout.InfiniteTimeSpan, Clock);
        var publisher = new TaskPublisher(Transport, application.PublishTimeout, Clock, application.PublishRetry, application.PublishRetryPolicy, resilience);
        var writer = Content.Writer(json, ProcessOrigin.Create(), application.MaxBodySize);
        var router = new TaskRouter(application);
        var codec = new ControlCodec(ContentCodec.CreateJson(), new JsonCelerySerializer(typeTags: false), ControlClock);
        var client = new CeleryClient(
            publisher,
            writer,
            router,
            new RevokeSender(publisher, codec, Mailbox),
            access,
            Clock,
            new ClientOptions { DefaultPriority = application.DefaultPriority },
            middleware);
        Client = client;
        Canvas = client.Canvas;

        var builtIn = new BuiltInTasks();
        var registry = new TaskRegistry([.. tasks, .. builtIn.Definitions]);
        var reader = Content.Reader(application.MaxBodySize);
        var metas = new ResultMetaFactory(json, hostname, application.ResultExtended, Clock);
        var recorder = new OutcomeRecorder(Backend, metas, Clock, _loggers.CreateLogger<OutcomeRecorder>(), resilience);
        var scopes = new ServiceScopes(_services.GetRequiredService<IServiceScopeFactory>(), _services, new UnscopedTaskClasses(new ServiceCollection(), []));
        var retrier = new TaskRetrier(recorder, new RetryMessage(router, writer, application.HideArguments, Clock), publisher, middleware, hooks.Events);
        var steps = _loggers.CreateLogger<SuccessorPublisher>();
        var errbacks = new ErrorCallbacks(Canvas, registry, scopes, Backend, json, hostname, steps);
        var chords = new ChordReporter(Canvas, Backend, metas, recorder, errbacks, steps);
        var successors = new SuccessorPublisher(Canvas, chords, errbacks, metas, access, steps, resilience);
        builtIn.Services = new BuiltInServices(Canvas, access, registry, chords, scopes, application.ResultChordRetryInterval);
        var guard = new RedeliveryGuard(Backend, options.DeduplicateSuccessfulTasks, _loggers.CreateLogger<RedeliveryGuard>(), successors);
        var stuck = new StuckTasks(Clock, _loggers.CreateLogger<StuckTasks>());
        Limits = new TaskLimits(registry, options);
        var timed = new TimedRunner(Limits, stuck, Clock, _loggers.CreateLogger<TimedRunner>());
        var executor = new TaskExecutor(guard, recorder, retrier, scopes, timed, successors, errbacks, json, hostname, Clock, _loggers.CreateLogger<TaskExecutor>(), hooks);
        Revoked = new RevokedTasks(options.RevokesMax, options.RevokeExpires, Clock);
        var admission = new Admission(reader, registry, Revoked, application, options, Clock);
        var handler = new DeliveryHandler(admission, executor, recorder, successors, options.UnrunnableMessages, _loggers.CreateLogger<DeliveryHandler>(), hooks);
        var retirement = new WorkerRetirement(options, stuck, () => WorkingSet, hostname, Clock, _loggers.CreateLogger<WorkerRetirement>());
        Flow = new TaskFlow(handler, new LiveTasks(), registry, retirement, options, Clock, _loggers.CreateLogger<TaskFlow>());
        var logger = _loggers.CreateLogger<CeleryWorker>();
        var queues = new WorkerQueues(new QueueCatalog(application), [QueueSpec.Named(Queue)], hostname, logger);
        var revoker = new Revoker(Revoked, Flow, _loggers.CreateLogger<Revoker>());
        var file = options.StateDb is { } path ? new RevokedTaskFile(path, Revoked, Clock, _loggers.CreateLogger<RevokedTaskFile>()) : null;
        var workerEvents = new WorkerEvents(Events, Flow, events && options.SendHeartbeats ? options.HeartbeatInterval : null, Clock);
        var node = control
            ? new ControlNode(
                _broker, Mailbox, codec, new ControlCommands().AddRevokes(revoker).AddEvents(Events, workerEvents, logger), ControlClock, hostname, Clock, _loggers.CreateLogger<ControlNode>())
            : null;
        _worker = new CeleryWorker(Transport, Flow, revoker, file, node, registry, queues, options, hostname, Clock, logger, hooks, workerEvents);
    }

    public TestClock Clock { get; } = new();

    public WatchedTransport Transport { get; }

    public TaskLimits Limits { get; }

    /// <summary>Where what waits is.</summary>
    public TaskFlow Flow { get; }

    /// <summary>The memory the worker's process uses, in bytes.</summary>
    public long WorkingSet { get; set; }

    /// <summary>What is not to be run.</summary>
    public RevokedTasks Revoked { get; }

    /// <summary>Where remote control goes.</summary>
    public Mailbox Mailbox { get; } = new("celery");

    public LamportClock ControlClock { get; } = new();

    /// <summary>Where events go.</summary>
    public EventExchange Exchange { get; } = new(EventExchange.DefaultName, IsFanout: false);

    public EventDispatcher Events { get; }

    /// <summary>Listens to the events from now on.</summary>
    public Task<EventListener> ListenAsync(string binding = "#") => EventListener.StartAsync(_broker, Exchange, binding);

    public IResultBackend Backend { get; }

    public ICeleryClient Client { get; }

    /// <summary>Sends signatures of any kind.</summary>
    public CanvasSender Canvas { get; }

    public RecordingLogger Log => _loggers.Log;

    public ICeleryWorker Worker => _worker;

    public string Hostname => _worker.Hostname;

    public static async Task<WorkerHarness> StartAsync(params TaskDefinition[] tasks)
    {
        var harness = new WorkerHarness(tasks);
        await harness.StartAsync();
        return harness;
    }

    /// <summary>Starts the worker, and waits until it takes messages.</summary>
    public async Task StartAsync()
    {
        Begin();
        await _worker.WaitUntilReadyAsync().WithinBound("the worker to be ready");
    }

    /// <summary>Starts the worker.</summary>
    public void Begin() => _running = Task.Run(() => _worker.RunAsync(null, _shutdown));

    public Task WhenReadyAsync() => _worker.WaitUntilReadyAsync().WithinBound("the worker to be ready");

    /// <summary>Publishes a message to the worker's queue.</summary>
    /// <returns>The id of the task it calls.</returns>
    public async Task<TaskId> PublishAsync(Envelope envelope, string queue = Queue)
    {
        await _broker.PublishAsync(envelope, new Destination("", queue) { Declare = QueueSpec.Named(queue) }, CancellationToken.None);
        return envelope.Headers.GetString(HeaderNames.Id) ?? "(none)";
    }

    /// <summary>Publishes a call of the task without arguments.</summary>
    public Task<TaskId> CallAsync(string task) => PublishAsync(MessageFactory.Task(task));

    /// <summary>Publishes a message, and waits for the end of the task it calls.</summary>
    public async Task<ResultMeta> RunAsync(Envelope envelope) => await ResultAsync(await PublishAsync(envelope));

    /// <inheritdoc cref="RunAsync(Envelope)" />
    public Task<ResultMeta> RunAsync(string task) => RunAsync(MessageFactory.Task(task));

    /// <summary>Waits for the end of a task.</summary>
    public async Task<ResultMeta> ResultAsync(TaskId id)
    {
        using var bound = new CancellationTokenSource(Bound.Default);
        try
        {
            await foreach (var meta in Backend.WatchAsync(id, bound.Token))
            {
                if (meta.State.IsReady)
                {
                    return meta;
                }
            }
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited {Bound.Default} for the result of task {id}; it did not come. The log:\n{string.Join("\n", Log.Lines)}");
        }

        throw new InvalidOperationException("The backend was disposed.");
    }

    /// <summary>Waits until one message more than before is held for its time: moved before, the clock would be moved in vain.</summary>
    public async Task WhenHeldAsync()
    {
        var (number, wanted) = (0, ++_held);
        await Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskHeld && ++number == wanted, "a message to be held");
    }

    /// <summary>Waits until that many messages wait for the rate limits of their tasks.</summary>
    public async Task WhenWaitingAsync(int count)
    {
        var number = 0;
        await Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskLimited && ++number == count, $"{count} messages to wait for their rate limits");
    }

    /// <summary>What is stored of a task now.</summary>
    public async Task<ResultMeta?> StoredAsync(TaskId id) => await Backend.GetAsync(id, CancellationToken.None);

    /// <summary>Waits for the next settlement.</summary>
    public async Task<SettlementKind> SettledAsync() => (await Transport.Settled.WaitAsync("a settlement")).Kind;

    /// <summary>
    /// What waits in a queue, in order. A marker is published behind it, so that the end of it is known without waiting.
    /// The queue must have no other consumer. What is read is taken out of the queue.
    /// </summary>
    public async Task<IReadOnlyList<IDelivery>> DrainAsync(string queue = Queue)
    {
        var marker = MessageFactory.Text(Names.Unique("marker"));
        await PublishAsync(marker, queue);
        await using var consumer = await _broker.ConsumeAsync(
            new ConsumerRequest([QueueSpec.Named(queue)], 1000), CancellationToken.None);
        var found = new List<IDelivery>();
        while (true)
        {
            var delivery = await consumer.Deliveries.ReadAsync().WithinBound($"a message of queue {queue}");
            if (MessageFactory.TextOf(delivery.Envelope) == MessageFactory.TextOf(marker))
            {
                await delivery.SettleAsync(Settlement.Ack, CancellationToken.None);
                return found;
            }

            await delivery.SettleAsync(Settlement.Ack, CancellationToken.None);
            found.Add(delivery);
        }
    }

    /// <summary>Takes the next message out of the queue and puts it back, as a worker does that died of it.</summary>
    /// <param name="begins">Whether that worker counted the run.</param>
    public async Task DeliverInVainAsync(bool begins = false)
    {
        await using var consumer = await _broker.ConsumeAsync(new ConsumerRequest([QueueSpec.Named(Queue)], 1), CancellationToken.None);
        var delivery = await consumer.Deliveries.ReadAsync().WithinBound("a message");
        if (begins)
        {
            await delivery.CountAsync(CancellationToken.None);
        }

        await delivery.SettleAsync(Settlement.Requeue, CancellationToken.None);
    }

    /// <summary>Whether the worker had to cancel tasks when it stopped.</summary>
    public bool HasCancelled => _shutdown.HasCancelled;

    /// <summary>Tells the worker to stop.</summary>
    public void BeginStop(ShutdownStage stage = ShutdownStage.Warm) => _shutdown.Advance(stage);

    /// <summary>Tells the worker not to wait for running tasks any longer.</summary>
    public void Hurry() => BeginStop(ShutdownStage.Cold);

    /// <summary>Waits until the worker has stopped.</summary>
    public Task WhenStoppedAsync() => _running.WithinBound("the worker to stop");

    /// <summary>Whether the worker has ended by itself since something went wrong.</summary>
    public bool HasFailed => _worker.HasFailed;

    /// <summary>Waits until the worker has failed.</summary>
    public Task<BrokerUnavailableException> WhenFailedAsync() => WhenFailedAsync<BrokerUnavailableException>();

    /// <inheritdoc cref="WhenFailedAsync()" />
    public async Task<TError> WhenFailedAsync<TError>()
        where TError : Exception
    {
        var error = await Should.ThrowAsync<TError>(WhenStoppedAsync);
        _running = Task.CompletedTask;
        return error;
    }

    /// <summary>Whether the worker is still there.</summary>
    public bool IsRunning => !_running.IsCompleted;

    /// <summary>Stops the worker and waits for it.</summary>
    public async Task StopAsync()
    {
        BeginStop();
        await WhenStoppedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Hurry();
        await StopAsync();
        await _worker.DisposeAsync();
        await _broker.DisposeAsync();
        await Backend.DisposeAsync();
        await _services.DisposeAsync();
        _loggers.Dispose();
        _shutdown.Dispose();
    }
}
