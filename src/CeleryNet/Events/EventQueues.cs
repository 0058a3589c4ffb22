using CeleryNet.Routing;

namespace CeleryNet.Events;

/// <summary>The queues by which this program listens, each for one listener.</summary>
/// <param name="Exchange">Where events go.</param>
/// <param name="Prefix">What their names begin with (<c>event_queue_prefix</c>).</param>
internal sealed record EventQueues(EventExchange Exchange, string Prefix)
{
    /// <summary>How long an event waits to be read.</summary>
    public TimeSpan MessageTtl { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a queue waits for its listener.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromSeconds(60);

    public bool IsExclusive { get; init; }

    public bool IsDurable { get; init; }

    /// <summary>Names a new one.</summary>
    public QueueSpec Create(string binding) => new($"{Prefix}.{TaskId.New()}", Exchange.Spec, binding)
    {
        Durable = IsDurable,
        Exclusive = IsExclusive,
        AutoDelete = true,
        Arguments = new Dictionary<string, object?>
        {
            [QueueArguments.Expires] = (int)Expires.TotalMilliseconds,
            [QueueArguments.MessageTtl] = (int)MessageTtl.TotalMilliseconds,
        },
    };
}
