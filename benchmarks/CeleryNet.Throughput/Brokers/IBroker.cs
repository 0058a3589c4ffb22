using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Brokers;

/// <summary>A broker that only this run uses, seen from outside: what is in it is put there and counted without any peer.</summary>
internal interface IBroker
{
    /// <summary>Its name in tables.</summary>
    string Name { get; }

    /// <summary>Its URL.</summary>
    string Url { get; }

    /// <summary>Forgets every message, so that the next peer finds what the one before has found.</summary>
    Task ResetAsync(string queue, CancellationToken cancellationToken);

    /// <summary>Puts messages into their queue and returns when all are there.</summary>
    Task FillAsync(TaskMessages messages, int count, CancellationToken cancellationToken);

    /// <summary>How many messages the broker has for the queue, those that a worker has taken and not acknowledged included as far as it tells.</summary>
    Task<long> CountAsync(string queue, CancellationToken cancellationToken);
}
