namespace CeleryNet;

/// <summary>The worker of this host. Registered as a singleton by <c>AddWorker</c>.</summary>
public interface ICeleryWorker
{
    /// <summary>The node name, such as <c>celery@host</c>.</summary>
    string Hostname { get; }

    /// <summary>The queues it consumes.</summary>
    IReadOnlyList<string> Queues { get; }

    /// <summary>The tasks it can run, by their names on the wire.</summary>
    IReadOnlyList<string> TaskNames { get; }

    /// <summary>Waits until the worker consumes for the first time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken = default);
}
