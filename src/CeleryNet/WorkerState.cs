namespace CeleryNet;

/// <summary>What a worker is doing.</summary>
public enum WorkerState
{
    /// <summary>It does not take messages, and tries to: it was not started yet, or its broker is away or refuses it.</summary>
    Connecting,

    /// <summary>It takes messages. A loss of the connection that its transport mends by itself, within seconds, does not change that.</summary>
    Consuming,

    /// <summary>It takes no more messages; running tasks may still end.</summary>
    Stopping,

    /// <summary>It has ended.</summary>
    Stopped,
}
