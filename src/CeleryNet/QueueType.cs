namespace CeleryNet;

/// <summary>The kinds of RabbitMQ's queues that hold tasks (<c>x-queue-type</c>).</summary>
public enum QueueType
{
    /// <summary>A queue on one node; the only kind that has priorities.</summary>
    Classic,

    /// <summary>A queue replicated over several nodes. It must be durable, and has no priorities.</summary>
    Quorum,
}
