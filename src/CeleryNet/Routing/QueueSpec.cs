namespace CeleryNet.Routing;

/// <summary>A queue with its exchange and binding, as Celery would declare it: all sides must declare it alike.</summary>
internal sealed record QueueSpec(string Name, ExchangeSpec Exchange, string RoutingKey)
{
    /// <summary>
    /// A queue named by a user: bound to a direct exchange of its own name, as <c>task_create_missing_queues</c> does it.
    /// </summary>
    public static QueueSpec Named(string name) => new(name, new ExchangeSpec(name), name);

    public bool Durable { get; init; } = true;

    public bool AutoDelete { get; init; }

    public bool Exclusive { get; init; }

    /// <summary>AMQP arguments (<c>x-max-priority</c>, …); integers as <see cref="int"/> where they fit, as Python's client sends them.</summary>
    public IReadOnlyDictionary<string, object?> Arguments { get; init; } = new Dictionary<string, object?>();
}
