namespace CeleryNet.Routing;

/// <summary>A queue with its exchange and binding, as Celery would declare it: all sides must declare it alike.</summary>
internal sealed record QueueSpec(string Name, ExchangeSpec Exchange, string RoutingKey)
{
    private static readonly Dictionary<string, object?> _noArguments = [];

    /// <summary>
    /// A queue named by a user: bound to a direct exchange of its own name, as <c>task_create_missing_queues</c> does it.
    /// </summary>
    public static QueueSpec Named(string name) => new(name, new ExchangeSpec(name), name);

    public bool Durable { get; init; } = true;

    public bool AutoDelete { get; init; }

    public bool Exclusive { get; init; }

    /// <summary>AMQP arguments (<c>x-max-priority</c>, …); integers as <see cref="int"/> where they fit, as Python's client sends them.</summary>
    public IReadOnlyDictionary<string, object?> Arguments { get; init; } = _noArguments;

    /// <summary>Arguments of the binding to <see cref="Exchange"/>.</summary>
    public IReadOnlyDictionary<string, object?> BindingArguments { get; init; } = _noArguments;

    /// <summary>Bindings besides that to <see cref="Exchange"/>.</summary>
    public IReadOnlyList<BindingSpec> MoreBindings { get; init; } = [];

    /// <summary>All its bindings; none to the default exchange, where every queue is by its name.</summary>
    public IEnumerable<BindingSpec> Bindings
        => Exchange.Name.Length == 0 ? MoreBindings : MoreBindings.Prepend(new BindingSpec(Exchange, RoutingKey) { Arguments = BindingArguments });

    /// <summary>Somebody else declares it: it is only looked for, where the broker can be asked.</summary>
    public bool IsPassive { get; init; }

    /// <summary>Every consumer has one of its own: a sender has nothing to declare but the exchange.</summary>
    public bool IsBroadcast { get; init; }

    /// <summary>The delivery mode of messages sent to it; null for the application's.</summary>
    public DeliveryMode? DeliveryMode { get; init; }
}

/// <summary>A binding of a queue to an exchange.</summary>
internal sealed record BindingSpec(ExchangeSpec Exchange, string RoutingKey)
{
    public IReadOnlyDictionary<string, object?>? Arguments { get; init; }
}
