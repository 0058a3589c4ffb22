namespace CeleryNet.Throughput.Peers;

/// <summary>Who does the work.</summary>
internal enum PeerFamily
{
    /// <summary>The library that is measured.</summary>
    CeleryNet,

    /// <summary>Python's Celery.</summary>
    Celery,

    /// <summary>The clients alone: StackExchange.Redis and RabbitMQ.Client, in the fastest way that keeps the same promises.</summary>
    Raw,
}
