using System.Diagnostics.CodeAnalysis;
using CeleryNet.Routing;

namespace CeleryNet.Transports.Memory;

/// <summary>A queue: what waits, in the order it leaves, and who takes it. Guarded by the broker's lock.</summary>
internal sealed class MemoryQueue(QueueSpec spec)
{
    // Smaller priorities leave first, as with Redis; a message that comes back has the lowest number of its priority, so it is next.
    private readonly PriorityQueue<MemoryMessage, (int Priority, long Number)> _waiting = new();

    public string Name => spec.Name;

    /// <summary>Whether it goes when its last consumer goes.</summary>
    public bool IsTransient => spec.AutoDelete || spec.Exclusive;

    /// <summary>How long a message may wait here (AMQP's <c>x-message-ttl</c>); null for any time.</summary>
    public TimeSpan? MessageTimeToLive { get; } = spec.Arguments.TryGetValue("x-message-ttl", out var value)
        ? value switch
        {
            int milliseconds => TimeSpan.FromMilliseconds(milliseconds),
            long milliseconds => TimeSpan.FromMilliseconds(milliseconds),
            _ => null,
        }
        : null;

    /// <summary>The consumers, the one whose turn it is first.</summary>
    public LinkedList<MemoryConsumer> Consumers { get; } = new();

    public int Count => _waiting.Count;

    public void Add(MemoryMessage message) => _waiting.Enqueue(message, (message.Envelope.Priority ?? 0, message.Number));

    public bool TryTake([NotNullWhen(true)] out MemoryMessage? message) => _waiting.TryDequeue(out message, out _);

    /// <summary>What waits, in the order of its arrival.</summary>
    public IReadOnlyList<MemoryMessage> Peek() => [.. _waiting.UnorderedItems.Select(item => item.Element).OrderBy(message => message.Number)];

    /// <summary>Takes one message out of the middle; false when it does not wait here.</summary>
    public bool Remove(MemoryMessage message) => _waiting.Remove(message, out _, out _, ReferenceEqualityComparer.Instance);

    /// <summary>Drops the expired messages that are next to leave.</summary>
    /// <returns>How many it dropped.</returns>
    public int DropExpired(DateTimeOffset now)
    {
        var dropped = 0;
        while (_waiting.TryPeek(out var next, out _) && next.IsExpired(now))
        {
            _waiting.Dequeue();
            dropped++;
        }

        return dropped;
    }

    /// <summary>The consumer whose turn it is among those that have room, put behind the others; null when none has room.</summary>
    public MemoryConsumer? NextConsumer()
    {
        for (var node = Consumers.First; node is not null; node = node.Next)
        {
            if (node.Value.HasRoom)
            {
                Consumers.Remove(node);
                Consumers.AddLast(node);
                return node.Value;
            }
        }

        return null;
    }
}
