using CeleryNet.Client;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Protocol;
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

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _hurry = new();
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
        Action<IServiceCollection>? services = null)
    {
        options ??= new WorkerOptions { Concurrency = 2 };
        application ??= new CeleryOptions();
        var collection = new ServiceCollection();
        services?.Invoke(collection);
        _services = collection.BuildServiceProvider();
        _broker = new MemoryTransport(new TransportOptions([]), Clock, _loggers.CreateLogger<MemoryTransport>());
        Transport = new WatchedTransport(_broker);
        Backend = backend ?? new MemoryResultBackend(null, Clock);

        var json = CeleryJson.Complete(application.SerializerOptions);
        var access = new ResultAccess(Backend, json, Timeout.InfiniteTimeSpan, Clock);
        var publisher = new TaskPublisher(Transport, application.PublishTimeout, Clock, application.PublishRetry, application.PublishRetryPolicy);
        var writer = Content.Writer(json, ProcessOrigin.Create(), application.MaxBodySize);
        var router = new TaskRouter(application);
        Client = new CeleryClient(
            publisher,
            writer,
            router,
            access,
            Clock,
            new ClientOptions { DefaultPriority = application.DefaultPriority });

        var registry = new TaskRegistry(tasks);
        var hostname = NodeName.Expand(options.Hostname, "machine.example");
        var reader = Content.Reader(TimeZoneInfo.FindSystemTimeZoneById(application.TimeZone), application.MaxBodySize);
        var metas = new ResultMetaFactory(json, hostname, application.ResultExtended, Clock);
        var recorder = new OutcomeRecorder(Backend, metas, Clock, _loggers.CreateLogger<OutcomeRecorder>());
        var scopes = new ServiceScopes(_services.GetRequiredService<IServiceScopeFactory>());
        var retrier = new TaskRetrier(recorder, new RetryMessage(router, writer, application.HideArguments, Clock), publisher);
        var guard = new RedeliveryGuard(Backend, options.DeduplicateSuccessfulTasks, _loggers.CreateLogger<RedeliveryGuard>());
        var executor = new TaskExecutor(guard, recorder, retrier, scopes, json, hostname, Clock, _loggers.CreateLogger<TaskExecutor>());
        var admission = new Admission(reader, registry, application, options, Clock);
        var handler = new DeliveryHandler(admission, executor, recorder, options.UnrunnableMessages, _loggers.CreateLogger<DeliveryHandler>());
        var flow = new TaskFlow(handler, new LiveTasks(), registry, options, Clock, _loggers.CreateLogger<TaskFlow>());
        _worker = new CeleryWorker(
            Transport, flow, registry, [QueueSpec.Named(Queue)], options, hostname, Clock, _loggers.CreateLogger<CeleryWorker>());
    }

    public TestClock Clock { get; } = new();

    public WatchedTransport Transport { get; }

    public IResultBackend Backend { get; }

    public ICeleryClient Client { get; }

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
    public void Begin() => _running = Task.Run(() => _worker.RunAsync(null, _stopping.Token, _hurry.Token));

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

    /// <summary>Tells the worker to stop.</summary>
    public Task BeginStopAsync() => _stopping.CancelAsync();

    /// <summary>Tells the worker not to wait for running tasks any longer.</summary>
    public Task HurryAsync() => _hurry.CancelAsync();

    /// <summary>Waits until the worker has stopped.</summary>
    public Task WhenStoppedAsync() => _running.WithinBound("the worker to stop");

    /// <summary>Whether the worker is still there.</summary>
    public bool IsRunning => !_running.IsCompleted;

    /// <summary>Stops the worker and waits for it.</summary>
    public async Task StopAsync()
    {
        await BeginStopAsync();
        await WhenStoppedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await HurryAsync();
        await StopAsync();
        await _worker.DisposeAsync();
        await _broker.DisposeAsync();
        await Backend.DisposeAsync();
        await _services.DisposeAsync();
        _loggers.Dispose();
        _stopping.Dispose();
        _hurry.Dispose();
    }
}
