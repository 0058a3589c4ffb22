namespace CeleryNet;

/// <summary>Which of several broker URLs is tried first, and which next. Mirrors <c>broker_failover_strategy</c>.</summary>
public enum BrokerFailoverStrategy
{
    /// <summary>In the order in which they are given, beginning with the one that worked last.</summary>
    RoundRobin,

    /// <summary>In an order that each process draws for itself, so that many processes spread over the brokers; else as <see cref="RoundRobin"/>.</summary>
    Shuffle,
}
