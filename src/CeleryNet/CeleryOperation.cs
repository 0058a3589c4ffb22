namespace CeleryNet;

/// <summary>What runs in a resilience pipeline, which <c>ConfigureResilience</c> of <see cref="CeleryBuilder"/> replaces.</summary>
public enum CeleryOperation
{
    /// <summary>Making one connection to the broker, or to a result backend of its own, through all the URLs that stand in for each other.</summary>
    Connect,

    /// <summary>RabbitMQ: declaring and consuming the queues again after their channel or connection was lost.</summary>
    Consume,

    /// <summary>Giving one message to the broker: calls and retries.</summary>
    Publish,

    /// <summary>Storing what a task came to.</summary>
    StoreResult,

    /// <summary>Keeping the message of a failed task that was acknowledged before (<see cref="WorkerOptions.KeepFailedTasks"/>).</summary>
    KeepMessage,
}
