namespace CeleryNet.Routing;

/// <summary>Where a message goes.</summary>
/// <param name="Exchange">The exchange's name; empty for the default exchange, whose routing key is a queue's name.</param>
/// <param name="RoutingKey">The routing key.</param>
internal sealed record Destination(string Exchange, string RoutingKey)
{
    /// <summary>The queue that must exist before the first publish, declared once per connection; null when the receiver declares it.</summary>
    public QueueSpec? Declare { get; init; }

    /// <summary>The exchange that must exist where there is no queue to declare with it; null when the receiver declares it.</summary>
    public ExchangeSpec? DeclareExchange { get; init; }

    /// <summary>Whether a message that reaches no queue is an error (AMQP's <c>mandatory</c>). False for replies to clients that may be gone.</summary>
    public bool Mandatory { get; init; } = true;

    /// <summary>
    /// The instant before which nobody wants the message; null for at once. A broker that can keep it until then does, any other one has it at once: the
    /// message says the instant too, and whoever takes it keeps to it.
    /// </summary>
    public DateTimeOffset? NotBefore { get; init; }
}
