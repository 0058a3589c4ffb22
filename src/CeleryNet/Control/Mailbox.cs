using CeleryNet.Routing;

namespace CeleryNet.Control;

/// <summary>Where remote control goes: to all nodes over a fanout exchange, to each of which a queue of its node is bound. kombu/pidbox.py Mailbox</summary>
/// <param name="Name">What the names of exchanges and queues begin with (<c>control_exchange</c>).</param>
internal sealed record Mailbox(string Name)
{
    /// <summary>How long a message waits for its node.</summary>
    public TimeSpan MessageTtl { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long a queue waits for its node.</summary>
    public TimeSpan QueueExpires { get; init; } = TimeSpan.FromSeconds(10);

    public bool IsExclusive { get; init; }

    public bool IsDurable { get; init; }

    /// <summary>Where commands are sent.</summary>
    public Destination Broadcast => new(Exchange.Name, "") { DeclareExchange = Exchange, Mandatory = false };

    private ExchangeSpec Exchange => new($"{Name}.pidbox", ExchangeSpec.Fanout) { Durable = false };

    /// <summary>Where an answer is sent. Who asked may be gone.</summary>
    public static Destination Reply(ReplyTo address)
        => new(address.Exchange, address.RoutingKey) { DeclareExchange = new ExchangeSpec(address.Exchange) { Durable = false }, Mandatory = false };

    /// <summary>The queue of a node.</summary>
    public QueueSpec QueueOf(string hostname) => new($"{hostname}.{Name}.pidbox", Exchange, "")
    {
        Durable = IsDurable,
        Exclusive = IsExclusive,
        AutoDelete = true,
        Arguments = new Dictionary<string, object?>
        {
            [QueueArguments.Expires] = (int)QueueExpires.TotalMilliseconds,
            [QueueArguments.MessageTtl] = (int)MessageTtl.TotalMilliseconds,
        },
    };
}
