using System.Text.Json.Nodes;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Routing;

/// <summary>A queue as a .NET application and a Python application describe it.</summary>
/// <param name="id">Part of every name, so that tests can share a server; the texts have ID in its place.</param>
/// <param name="configure">Describes it in .NET.</param>
/// <param name="conf">Celery's settings, as JSON.</param>
/// <param name="queues">Celery's task_queues, as JSON; null for none.</param>
/// <param name="queue">The queue's name.</param>
internal sealed class QueueCase(string id, Action<CeleryOptions, string> configure, string conf, string? queues, string queue)
{
    private static readonly Dictionary<string, (Action<CeleryOptions, string> Configure, string Conf, string? Queues, string Queue)> _all = new()
    {
        ["the default queue"] = ((_, _) => { }, "{}", null, "ID"),
        ["the default queue with its own exchange"] = (
            (options, id) => (options.DefaultExchange, options.DefaultExchangeType, options.DefaultRoutingKey) = (id + "-x", "topic", "a.b"),
            """{"task_default_exchange": "ID-x", "task_default_exchange_type": "topic", "task_default_routing_key": "a.b"}""", null, "ID"),
        ["the default queue with priorities"] = ((options, _) => options.QueueMaxPriority = 10, """{"task_queue_max_priority": 10}""", null, "ID"),
        ["a missing queue"] = ((_, _) => { }, "{}", null, "ID-missing"),
        ["a missing queue with priorities"] = ((options, _) => options.QueueMaxPriority = 5, """{"task_queue_max_priority": 5}""", null, "ID-missing"),
        ["a queue that says nothing"] = ((options, id) => options.Queues = [new(id + "-q")], "{}", """[{"name": "ID-q"}]""", "ID-q"),
        ["a queue of a topic exchange"] = (
            (options, id) => options.Queues = [new(id + "-q") { Exchange = id + "-x", ExchangeType = "topic", RoutingKey = "news.#" }],
            "{}", """[{"name": "ID-q", "exchange": {"name": "ID-x", "type": "topic"}, "routing_key": "news.#"}]""", "ID-q"),
        ["a queue of a fanout exchange"] = (
            (options, id) => options.Queues = [new(id + "-q") { Exchange = id + "-x", ExchangeType = "fanout", RoutingKey = "k" }],
            "{}", """[{"name": "ID-q", "exchange": {"name": "ID-x", "type": "fanout"}, "routing_key": "k"}]""", "ID-q"),
        ["a queue with several bindings"] = (
            (options, id) => options.Queues = [new(id + "-q") { Bindings = [new(id + "-x", "a"), new(id + "-y", "b.*", "topic")] }],
            "{}",
            """[{"name": "ID-q", "bindings": [{"exchange": {"name": "ID-x"}, "routing_key": "a"}, {"exchange": {"name": "ID-y", "type": "topic"}, "routing_key": "b.*"}]}]""",
            "ID-q"),
        ["a priority queue"] = ((options, id) => options.Queues = [new(id + "-q") { MaxPriority = 9 }], "{}", """[{"name": "ID-q", "max_priority": 9}]""", "ID-q"),
        ["a queue with a priority of its own beside the application's"] = (
            (options, id) => (options.QueueMaxPriority, options.Queues) = (3, [new(id + "-q") { MaxPriority = 9 }]),
            """{"task_queue_max_priority": 3}""", """[{"name": "ID-q", "max_priority": 9}]""", "ID-q"),
        ["a queue with bounds"] = (
            (options, id) => options.Queues =
            [
                new(id + "-q") { MessageTtl = TimeSpan.FromSeconds(3600.5), Expires = TimeSpan.FromDays(30), MaxLength = 1000, MaxLengthBytes = 1_000_000 },
            ],
            "{}", """[{"name": "ID-q", "message_ttl": 3600.5, "expires": 2592000, "max_length": 1000, "max_length_bytes": 1000000}]""", "ID-q"),
        ["a queue with arguments"] = (
            (options, id) => options.Queues =
            [
                new(id + "-q")
                {
                    Arguments = new Dictionary<string, object> { ["x-dead-letter-exchange"] = id, ["x-single-active-consumer"] = true, ["x-max-length"] = 10_000_000_000 },
                },
            ],
            "{}", """[{"name": "ID-q", "queue_arguments": {"x-dead-letter-exchange": "ID", "x-single-active-consumer": true, "x-max-length": 10000000000}}]""", "ID-q"),
        ["a quorum queue"] = (
            (options, id) => options.Queues = [new(id + "-q") { QueueType = QueueType.Quorum }],
            "{}", """[{"name": "ID-q", "queue_arguments": {"x-queue-type": "quorum"}}]""", "ID-q"),
        ["a quorum queue beside priorities"] = (
            (options, id) => (options.QueueMaxPriority, options.Queues) = (10, [new(id + "-q") { QueueType = QueueType.Quorum }]),
            "{}", """[{"name": "ID-q", "queue_arguments": {"x-queue-type": "quorum"}}]""", "ID-q"),
        ["a transient queue and exchange"] = (
            (options, id) => options.Queues = [new(id + "-q") { Durable = false, AutoDelete = true, Exchange = id + "-x", ExchangeDurable = false, ExchangeAutoDelete = true }],
            "{}", """[{"name": "ID-q", "durable": false, "auto_delete": true, "exchange": {"name": "ID-x", "durable": false, "auto_delete": true}}]""", "ID-q"),
        ["an exchange with arguments"] = (
            (options, id) => options.Queues = [new(id + "-q") { Exchange = id + "-x", ExchangeArguments = new Dictionary<string, object> { ["alternate-exchange"] = id } }],
            "{}", """[{"name": "ID-q", "exchange": {"name": "ID-x", "arguments": {"alternate-exchange": "ID"}}}]""", "ID-q"),
    };

    public static IEnumerable<string> All => _all.Keys;

    public string Queue => queue.Replace("ID", id, StringComparison.Ordinal);

    /// <summary>The case by its name, with names of its own.</summary>
    public static QueueCase New(string name)
    {
        var (configure, conf, queues, queue) = _all[name];
        return new QueueCase(Names.Unique("contract"), configure, conf, queues, queue);
    }

    public CeleryOptions Options()
    {
        var options = new CeleryOptions { DefaultQueue = id };
        configure(options, id);
        return options;
    }

    public JsonNode Conf()
    {
        var node = Parse(conf);
        node["task_default_queue"] = id;
        return node;
    }

    public JsonNode? PythonQueues() => queues is null ? null : Parse(queues);

    private JsonNode Parse(string json) => JsonNode.Parse(json.Replace("ID", id, StringComparison.Ordinal))!;
}
