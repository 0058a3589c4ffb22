using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace CeleryNet.Tests.Hosting;

public sealed class RoutingBindingTests
{
    public static TheoryData<CeleryQueue, string> BadQueues { get; } = new()
    {
        { new("q") { MaxPriority = 256 }, "Queues[q].MaxPriority: must be 1 to 255, was 256" },
        { new("q") { ExchangeType = "x-own" }, "Queues[q].ExchangeType: must be direct or topic or fanout, was 'x-own'" },
        { new("q") { MessageTtl = TimeSpan.FromDays(50) }, "Queues[q].MessageTtl: must be 00:00:00 to 49.17:02:47.2950000, was 50.00:00:00" },
        { new("q") { Expires = TimeSpan.Zero }, "Queues[q].Expires: must be 00:00:00.0010000 to 49.17:02:47.2950000, was 00:00:00" },
        { new("q") { MaxLength = -1 }, "Queues[q].MaxLength: must be 0 or more, was -1" },
        { new("q") { Arguments = new Dictionary<string, object> { ["x"] = 1m } }, "Queues[q].Arguments: must be texts, whole numbers, floats or booleans, 'x' was a Decimal" },
        { new("q") { QueueType = QueueType.Quorum, Durable = false }, "Queues[q]: must be durable, neither exclusive nor auto-delete, since it is a quorum queue" },
        { new("q") { QueueType = QueueType.Quorum, MaxPriority = 9 }, "Queues[q]: must not have a MaxPriority, since it is a quorum queue: these have no priorities" },
        { new("celery"), "Queues: must not have one name or alias twice, had 'celery'" },
        { new("") { }, "Queues[]: must have a name that is not empty" },
        { new("q") { Bindings = [new("x", "", "fanout")] }, "Queues[q].Bindings.ExchangeType: must not be fanout with this broker, where such messages are broadcast and lie in no queue; make exchange 'x' the queue's own Exchange" },
    };

    [Fact]
    public void Routes_of_a_list_keep_their_order_and_all_their_options()
    {
        var router = new TaskRouter(Bind("""
            { "Routes": [
                { "Task": "z.*", "Queue": "z", "Priority": 3, "DeliveryMode": "transient", "Serializer": "yaml", "Compression": "gzip", "Retry": false, "Countdown": 1,
                  "ExpiresAfter": 60, "IgnoreResult": true, "TimeLimit": 9, "SoftTimeLimit": "00:00:08", "Shadow": "shown" },
                { "Task": "*", "Queue": "rest" },
                { "Regex": "never", "Exchange": "x", "RoutingKey": "k" } ] }
            """));

        Route(router, "z.1").Options.ShouldBe(new SendOptions
        {
            Queue = "z",
            Priority = 3,
            DeliveryMode = DeliveryMode.Transient,
            Serializer = "yaml",
            Compression = "gzip",
            Retry = false,
            Countdown = TimeSpan.FromSeconds(1),
            ExpiresAfter = TimeSpan.FromSeconds(60),
            IgnoreResult = true,
            TimeLimit = TimeSpan.FromSeconds(9),
            SoftTimeLimit = TimeSpan.FromSeconds(8),
            Shadow = "shown",
        });
        Route(router, "never.1").Destination.RoutingKey.ShouldBe("rest");
    }

    [Fact]
    public void Routes_of_a_table_are_read_in_Celerys_spelling_too()
    {
        var router = new TaskRouter(Bind("""
            { "task_routes": { "feed.*": "feeds", "video.encode": { "exchange": "media", "routing_key": "media.in", "delivery_mode": "1", "expires": "5" } } }
            """));

        Route(router, "feed.x").Destination.RoutingKey.ShouldBe("feeds");
        Route(router, "video.encode").Destination.ShouldBe(new Destination("media", "media.in"));
        Route(router, "video.encode").Options.ExpiresAfter.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Queues_of_a_table_have_all_that_is_said_of_them()
    {
        var options = Bind("""
            { "DefaultQueue": "q", "Queues": { "q": {
                "Alias": "other", "Exchange": "x", "ExchangeType": "topic", "ExchangeDurable": false, "ExchangeAutoDelete": true, "ExchangeArguments": { "alternate-exchange": "y" },
                "binding_key": "a.#", "BindingArguments": { "b": "1" }, "Durable": "true", "AutoDelete": true, "Exclusive": false, "QueueType": "classic",
                "max_priority": 9, "message_ttl": 1.5, "Expires": "00:01:00", "MaxLength": 10, "MaxLengthBytes": 20, "DeliveryMode": "Transient",
                "queue_arguments": { "x-single-active-consumer": "true", "x-n": "5", "x-t": "text" }, "NoDeclare": true,
                "Bindings": [ { "Exchange": "z", "RoutingKey": "b", "ExchangeType": "topic", "Arguments": { "c": "d" } } ] } } }
            """);

        var spec = new QueueCatalog(options).Resolve("other");

        spec.Name.ShouldBe("q");
        (spec.Exchange.Name, spec.Exchange.Type, spec.Exchange.Durable, spec.Exchange.AutoDelete, spec.RoutingKey).ShouldBe(("x", "topic", false, true, "a.#"));
        spec.Exchange.Arguments.ShouldNotBeNull()["alternate-exchange"].ShouldBe("y");
        (spec.Durable, spec.AutoDelete, spec.Exclusive, spec.IsPassive, spec.DeliveryMode).ShouldBe((true, true, false, true, DeliveryMode.Transient));
        spec.BindingArguments["b"].ShouldBe(1L);
        spec.Arguments.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal).ShouldBe(
        [
            "x-expires=60000", "x-max-length-bytes=20", "x-max-length=10", "x-max-priority=9", "x-message-ttl=1500", "x-n=5", "x-queue-type=classic",
            "x-single-active-consumer=True", "x-t=text",
        ]);
        var more = spec.MoreBindings.ShouldHaveSingleItem();
        (more.Exchange, more.RoutingKey).ShouldBe((new ExchangeSpec("z", "topic"), "b"));
        more.Arguments.ShouldNotBeNull()["c"].ShouldBe("d");
    }

    [Theory]
    [InlineData("""{ "Routes": { "t": { "Qeue": "q" } } }""", "Celery:Routes:t:Qeue is no setting here; known: Queue, Exchange, RoutingKey, Priority, DeliveryMode, Serializer, Compression, Retry, Countdown, ExpiresAfter, IgnoreResult, TimeLimit, SoftTimeLimit, Shadow.")]
    [InlineData("""{ "Routes": [ { "Regex": "(", "Queue": "q" } ] }""", "Celery:Routes:0:Regex must be a regular expression, was '(': ")]
    [InlineData("""{ "PublishRetryPolicy": { "MaxRetries": "-1" } }""", "Celery:PublishRetryPolicy: MaxRetries must be 0 or more")]
    [InlineData("""{ "PublishRetryPolicy": { "Retries": "1" } }""", "Celery:PublishRetryPolicy:Retries is no setting here; known: MaxRetries, IntervalStart, IntervalStep, IntervalMax.")]
    [InlineData("""{ "Queues": { "q": { "TTL": "1" } } }""", "Celery:Queues:q:TTL is no setting here; known: Alias, ")]
    public void Setting_that_means_nothing_or_breaks_a_rule_is_an_error_that_tells_what_would_work(string json, string message)
        => Should.Throw<CeleryConfigurationException>(() => Bind(json)).Message.ShouldStartWith(message);

    [Fact]
    public void Worker_that_names_no_queue_consumes_all_of_the_application()
    {
        new QueueCatalog(new CeleryOptions { Queues = [new("a"), new("b")] }).Consumed.Select(queue => queue.Name).ShouldBe(["a", "b"]);
        new QueueCatalog(new CeleryOptions { DefaultQueue = "c", DefaultQueueType = QueueType.Quorum }).Consumed.ShouldHaveSingleItem().Arguments["x-queue-type"].ShouldBe("quorum");
    }

    [Theory]
    [MemberData(nameof(BadQueues))]
    public void Queue_that_breaks_a_rule_is_an_error_with_key_rule_and_value(CeleryQueue queue, string message)
        => Failures(new CeleryOptions { Queues = [new("celery"), queue] }).ShouldBe(["Property " + message]);

    [Fact]
    public void RabbitMQ_may_have_exchanges_of_any_type()
        => Failures(new CeleryOptions { Broker = "amqp://h", Queues = [new("celery") { ExchangeType = "x-own" }] }).ShouldBeEmpty();

    [Fact]
    public void Default_queue_must_be_listed_when_missing_ones_are_not_made()
        => Failures(new CeleryOptions { CreateMissingQueues = false, Queues = [new("b"), new("a")] })
            .ShouldBe(["Property DefaultQueue: must be among Queues since CreateMissingQueues is off, was 'celery'; known: a, b"]);

    private static RoutedCall Route(TaskRouter router, string task) => router.Route(new Signature(task, Array.Empty<TaskValue>()));

    private static IEnumerable<string> Failures(CeleryOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        RoutingRules.Check(result, options);
        return result.Build().Failures ?? [];
    }

    private static CeleryOptions Bind(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Celery": {{json}} }"""));
        var options = new CeleryOptions();
        new OptionsBinding(new ConfigurationBuilder().AddJsonStream(stream).Build(), "Celery").Bind(options);
        return options;
    }
}
