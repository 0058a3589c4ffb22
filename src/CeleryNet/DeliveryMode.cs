namespace CeleryNet;

/// <summary>Whether a message survives a restart of the broker (<c>delivery_mode</c>). RabbitMQ heeds it; Redis keeps all messages alike.</summary>
public enum DeliveryMode
{
    /// <summary>It is held in memory and lost when the broker stops.</summary>
    Transient = 1,

    /// <summary>It is written to disk before it counts as taken.</summary>
    Persistent = 2,
}
