namespace CeleryNet;

/// <summary>
/// A queue with its exchange and bindings, as every program that uses it declares it: RabbitMQ refuses a declaration that differs from the one before.
/// What is left null is the application's default. Immutable.
/// </summary>
/// <param name="Name">The queue's name.</param>
/// <remarks>Mirrors <c>kombu.Queue</c> in <c>task_queues</c>.</remarks>
public sealed record CeleryQueue(string Name)
{
    /// <summary>Another name by which calls and workers may ask for it (<c>alias</c>).</summary>
    /// <value>The default is null: none.</value>
    public string? Alias { get; init; }

    /// <summary>The name of the exchange it is bound to.</summary>
    /// <value>The default is null: the application's <c>DefaultExchange</c>, with its type; none if there are <see cref="Bindings"/>.</value>
    public string? Exchange { get; init; }

    /// <summary>The exchange's type: <c>direct</c>, <c>topic</c>, <c>fanout</c>; on RabbitMQ also any other that the broker has.</summary>
    /// <value>The default is null: <c>direct</c>, or the type of the application's default exchange when <see cref="Exchange"/> is null.</value>
    public string? ExchangeType { get; init; }

    /// <summary>Whether the exchange survives a restart of the broker.</summary>
    /// <value>The default is true.</value>
    public bool ExchangeDurable { get; init; } = true;

    /// <summary>Whether the exchange goes when the last queue is unbound from it.</summary>
    /// <value>The default is false.</value>
    public bool ExchangeAutoDelete { get; init; }

    /// <summary>Arguments of the exchange's declaration, such as <c>alternate-exchange</c>.</summary>
    /// <value>The default is null: none.</value>
    public IReadOnlyDictionary<string, object>? ExchangeArguments { get; init; }

    /// <summary>The key it is bound with; for a topic exchange a pattern.</summary>
    /// <value>The default is null: the application's <c>DefaultRoutingKey</c>.</value>
    public string? RoutingKey { get; init; }

    /// <summary>Arguments of the binding (<c>binding_arguments</c>).</summary>
    /// <value>The default is null: none.</value>
    public IReadOnlyDictionary<string, object>? BindingArguments { get; init; }

    /// <summary>Exchanges and keys it is bound to, besides <see cref="Exchange"/> if that is set (<c>bindings</c>).</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<CeleryQueueBinding> Bindings { get; init; } = [];

    /// <summary>Whether it survives a restart of the broker.</summary>
    /// <value>The default is true.</value>
    public bool Durable { get; init; } = true;

    /// <summary>Whether it goes when its last consumer goes.</summary>
    /// <value>The default is false; true for an exclusive queue, as in kombu.</value>
    public bool AutoDelete
    {
        get => field || Exclusive;
        init;
    }

    /// <summary>Whether only the connection that declared it may use it.</summary>
    /// <value>The default is false.</value>
    public bool Exclusive { get; init; }

    /// <summary>Whether it is a classic or a quorum queue (<c>x-queue-type</c>).</summary>
    /// <value>The default is null: not said, which is a classic queue unless the broker is set up otherwise.</value>
    public QueueType? QueueType { get; init; }

    /// <summary>The largest priority it tells apart (<c>max_priority</c>), 1 to 255; RabbitMQ advises at most 10.</summary>
    /// <value>The default is null: the application's <c>QueueMaxPriority</c>.</value>
    public int? MaxPriority { get; init; }

    /// <summary>How long a message may wait in it (<c>message_ttl</c>); null for any time.</summary>
    public TimeSpan? MessageTtl { get; init; }

    /// <summary>After how long without a consumer it goes (<c>expires</c>); null for never.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>How many messages it holds before it drops the oldest (<c>max_length</c>); null for any number.</summary>
    public int? MaxLength { get; init; }

    /// <summary>How many bytes of messages it holds before it drops the oldest (<c>max_length_bytes</c>); null for any number.</summary>
    public long? MaxLengthBytes { get; init; }

    /// <summary>
    /// Further arguments of the declaration (<c>queue_arguments</c>), such as <c>x-dead-letter-exchange</c>: texts, whole numbers, floats or booleans.
    /// Properties above that are set win over arguments that say the same.
    /// </summary>
    /// <value>The default is null: none.</value>
    public IReadOnlyDictionary<string, object>? Arguments { get; init; }

    /// <summary>Whether messages sent to it survive a restart of the broker (<c>delivery_mode</c> of its exchange).</summary>
    /// <value>The default is null: the application's <c>DefaultDeliveryMode</c>.</value>
    public DeliveryMode? DeliveryMode { get; init; }

    /// <summary>
    /// Neither declare nor bind it: somebody else does (<c>no_declare</c>). RabbitMQ is asked whether it is there, which needs no permission to
    /// configure; sending to it or consuming it is an error if not.
    /// </summary>
    /// <value>The default is false.</value>
    public bool NoDeclare { get; init; }

    /// <summary>Whether every consumer has a queue of its own, so that senders declare the exchange only.</summary>
    internal bool IsBroadcast { get; init; }

    /// <summary>
    /// A queue of this program's own on a fanout exchange, so that each worker gets every message: to be consumed and sent to by <paramref name="name"/>.
    /// </summary>
    /// <param name="name">The exchange's name, by which the queue is asked for.</param>
    /// <remarks>Mirrors <c>kombu.common.Broadcast</c>. Nothing is kept for a worker that is not there.</remarks>
    public static CeleryQueue Broadcast(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new CeleryQueue($"bcast.{TaskId.New()}") { Alias = name, Exchange = name, ExchangeType = "fanout", AutoDelete = true, IsBroadcast = true };
    }
}

/// <summary>A binding of a queue besides its first.</summary>
/// <param name="Exchange">The exchange's name.</param>
/// <param name="RoutingKey">The key; for a topic exchange a pattern.</param>
/// <param name="ExchangeType">The exchange's type, as in <see cref="CeleryQueue.ExchangeType"/>.</param>
/// <remarks>Mirrors <c>kombu.binding</c>. The exchange is durable.</remarks>
public sealed record CeleryQueueBinding(string Exchange, string RoutingKey, string ExchangeType = "direct")
{
    /// <summary>Arguments of the binding.</summary>
    /// <value>The default is null: none.</value>
    public IReadOnlyDictionary<string, object>? Arguments { get; init; }
}
