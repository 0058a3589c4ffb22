using System.Globalization;
using System.Text.Json;
using CeleryNet.Results.Rpc;
using CeleryNet.Routing;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>What RabbitMQ has listed: a queue that both sides declare must be declared alike, or the broker closes the channel.</summary>
public sealed class TopologyVectorTests
{
    private const int Levels = 28;
    private const string Node = "w1@wirehost";

    [Theory]
    [VectorData(VectorKind.WorkerTopology)]
    public void Queues_of_tasks_are_those_we_declare(string file)
    {
        var vector = VectorFiles.Read(file);

        foreach (var queue in new[] { "celery", "wire" })
        {
            ShouldBeDeclaredAs(vector, QueueSpec.Named(queue));
        }

        // What belongs to a worker alone: exclusive only in later versions.
        var isExclusive = !VectorFiles.IsOld(file);
        ShouldBeDeclaredAs(vector, Own($"{Node}.celery.pidbox", new ExchangeSpec("celery.pidbox", ExchangeSpec.Fanout) { Durable = false }, "", 10_000, 300_000, isExclusive));
        var events = Queues(vector).Single(queue => Name(queue).StartsWith("celeryev.", StringComparison.Ordinal));
        ShouldBeDeclaredAs(vector, Own(Name(events), new ExchangeSpec("celeryev", ExchangeSpec.Topic), "worker.#", 60_000, 5_000, isExclusive));
        vector.GetProperty("consumers").EnumerateArray().Select(consumer => (consumer.GetProperty("queue_name").GetString(), consumer.GetProperty("ack_required").GetBoolean()))
            .ShouldBe([("celery", true), ($"{Node}.celery.pidbox", false), (Name(events), false)], ignoreOrder: true);
        vector.GetProperty("channels").EnumerateArray().Select(channel => channel.GetProperty("global_prefetch_count").GetInt32()).Max().ShouldBe(12);
    }

    [Theory]
    [VectorData(VectorKind.RpcReplyQueue)]
    public async Task Queue_of_replies_expires_as_ours_doesAsync(string file)
    {
        var queue = Queues(VectorFiles.Read(file)).ShouldHaveSingleItem();
        var transport = new DeclaringTransport();
        await using var backend = new RpcResultBackend(transport, TimeSpan.FromDays(1), persistent: false, VectorReaders.Results, TimeProvider.System, NullLogger.Instance);

        await Should.ThrowAsync<ResultBackendException>(backend.PrepareAsync(TestContext.Current.CancellationToken).AsTask());

        Guid.TryParse(Name(queue), out _).ShouldBeTrue();
        ArgumentsOf(queue).ShouldBe(transport.Declared.ShouldHaveSingleItem().Arguments.ToDictionary(argument => argument.Key, argument => Text(argument.Value)));
        queue.GetProperty("auto_delete").GetBoolean().ShouldBeTrue();
        queue.GetProperty("exclusive").GetBoolean().ShouldBeFalse();
        queue.GetProperty("durable").GetBoolean().ShouldBe(!VectorFiles.IsOld(file));
    }

    [Theory]
    [VectorData(VectorKind.ControlReplyQueue)]
    public void Queue_of_control_replies_is_found_by_its_key(string file)
    {
        var vector = VectorFiles.Read(file);
        var queues = Queues(vector).ToArray();
        var reply = queues.Single(queue => Name(queue).EndsWith(".reply.celery.pidbox", StringComparison.Ordinal));
        var id = Name(reply)[..^".reply.celery.pidbox".Length];

        queues.Select(Name).ShouldBe([$"{Node}.celery.pidbox", Name(reply)], ignoreOrder: true);
        foreach (var queue in queues)
        {
            ShouldBe(queue, Own(Name(queue), ExchangeSpec.Default, "", 10_000, 300_000, exclusive: !VectorFiles.IsOld(file)));
        }

        // The list of 5.2 was made before its client had bound the queue.
        BindingsTo(vector, Name(reply)).ShouldBe(VectorFiles.IsOld(file) ? [] : [("reply.celery.pidbox", id)]);
        BindingsTo(vector, $"{Node}.celery.pidbox").ShouldBe([("celery.pidbox", "")]);
    }

    [Theory]
    [VectorData(VectorKind.DelayTopology)]
    public void Delay_is_a_queue_for_each_binary_digit(string file)
    {
        var vector = VectorFiles.Read(file);
        for (var level = 0; level < Levels; level++)
        {
            var name = $"celery_delayed_{level}";
            var next = level == 0 ? "celery_delayed_delivery" : $"celery_delayed_{level - 1}";
            var queue = Queues(vector).Single(queue => Name(queue) == name);
            var passed = string.Concat(Enumerable.Repeat("*.", Levels - 1 - level));

            ArgumentsOf(queue).ShouldBe(
                new Dictionary<string, string>
                {
                    ["x-queue-type"] = "quorum",
                    ["x-overflow"] = "reject-publish",
                    ["x-message-ttl"] = (1000L << level).ToString(CultureInfo.InvariantCulture),
                    ["x-dead-letter-exchange"] = next,
                    ["x-dead-letter-strategy"] = "at-least-once",
                },
                ignoreOrder: true);
            ShouldHaveExchange(vector, new ExchangeSpec(name, ExchangeSpec.Topic));
            BindingsTo(vector, name, "queue").ShouldBe([(name, passed + "1.#")]);
            BindingsTo(vector, next, "exchange").ShouldBe([(name, passed + "0.#")]);
        }

        ShouldHaveExchange(vector, new ExchangeSpec("celery_delayed_delivery", ExchangeSpec.Topic));
        BindingsTo(vector, "qcelery", "exchange").ShouldBe([("celery_delayed_delivery", "#.qcelery")]);
        ShouldBeDeclaredAs(
            vector,
            new QueueSpec("qcelery", new ExchangeSpec("qcelery", ExchangeSpec.Topic), "qcelery") { Arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" } });
    }

    private static QueueSpec Own(string name, ExchangeSpec exchange, string key, int expires, int ttl, bool exclusive) => new(name, exchange, key)
    {
        Durable = false,
        AutoDelete = true,
        Exclusive = exclusive,
        Arguments = new Dictionary<string, object?> { ["x-expires"] = expires, ["x-message-ttl"] = ttl },
    };

    private static void ShouldBeDeclaredAs(JsonElement vector, QueueSpec spec)
    {
        ShouldBe(Queues(vector).Single(queue => Name(queue) == spec.Name), spec);
        ShouldHaveExchange(vector, spec.Exchange);
        BindingsTo(vector, spec.Name, "queue").ShouldContain((spec.Exchange.Name, spec.RoutingKey));
    }

    private static void ShouldBe(JsonElement queue, QueueSpec spec)
    {
        queue.GetProperty("durable").GetBoolean().ShouldBe(spec.Durable);
        queue.GetProperty("auto_delete").GetBoolean().ShouldBe(spec.AutoDelete);
        // RabbitMQ says "" of a quorum queue, which cannot be exclusive.
        (queue.GetProperty("exclusive").ValueKind == JsonValueKind.True).ShouldBe(spec.Exclusive);
        ArgumentsOf(queue).ShouldBe(spec.Arguments.ToDictionary(argument => argument.Key, argument => Text(argument.Value)), ignoreOrder: true);
    }

    private static void ShouldHaveExchange(JsonElement vector, ExchangeSpec spec)
    {
        var exchange = vector.GetProperty("exchanges").EnumerateArray().Single(exchange => exchange.GetProperty("name").GetString() == spec.Name);
        exchange.GetProperty("type").GetString().ShouldBe(spec.Type);
        exchange.GetProperty("durable").GetBoolean().ShouldBe(spec.Durable);
        exchange.GetProperty("auto_delete").GetBoolean().ShouldBe(spec.AutoDelete);
        exchange.GetProperty("arguments").GetArrayLength().ShouldBe(0);
    }

    private static IEnumerable<JsonElement> Queues(JsonElement vector) => vector.GetProperty("queues").EnumerateArray();

    private static string Name(JsonElement queue) => queue.GetProperty("name").GetString()!;

    private static Dictionary<string, string> ArgumentsOf(JsonElement queue)
        => queue.GetProperty("arguments").EnumerateArray().ToDictionary(argument => argument[0].GetString()!, argument => argument[2].ToString());

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static (string Exchange, string Key)[] BindingsTo(JsonElement vector, string destination, string kind = "queue") =>
    [
        .. vector.GetProperty("bindings").EnumerateArray()
            .Where(binding => binding.GetProperty("destination_name").GetString() == destination
                && (!binding.TryGetProperty("destination_kind", out var of) || of.GetString() == kind))
            .Select(binding => (binding.GetProperty("source_name").GetString()!, binding.GetProperty("routing_key").GetString()!)),
    ];

    /// <summary>Sees what is declared, and is never there.</summary>
    private sealed class DeclaringTransport : ITransport
    {
        public List<QueueSpec> Declared { get; } = [];

        public IDeadLetterStore DeadLetters => throw new BrokerUnavailableException("There is no broker.");

        public IPublisher Publisher => throw new BrokerUnavailableException("There is no broker.");

        public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken)
        {
            Declared.AddRange(request.Queues);
            throw new BrokerUnavailableException("There is no broker.");
        }

        public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
