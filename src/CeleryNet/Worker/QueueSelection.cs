using CeleryNet.Routing;

namespace CeleryNet.Worker;

/// <summary>Which queues a worker begins with. celery/worker/worker.py setup_queues</summary>
internal static class QueueSelection
{
    /// <summary>The exchange of all queues by which a worker is sent to directly. celery/utils/nodenames.py WORKER_DIRECT_EXCHANGE</summary>
    private static readonly ExchangeSpec _direct = new("C.dq2");

    /// <summary>Selects them.</summary>
    /// <exception cref="CeleryConfigurationException">A name is not known, or nothing is left.</exception>
    public static IReadOnlyList<QueueSpec> Select(QueueCatalog catalog, WorkerOptions options, string hostname)
    {
        var named = options.Queues.Count == 0 ? catalog.Consumed : options.Queues.Select(catalog.Resolve);
        var selected = named.DistinctBy(queue => queue.Name).ToList();
        var known = string.Join(", ", selected.Select(queue => queue.Name));
        foreach (var name in options.ExcludeQueues)
        {
            var excluded = catalog.Resolve(name).Name;
            if (selected.RemoveAll(queue => queue.Name == excluded) == 0)
            {
                throw new CeleryConfigurationException($"ExcludeQueues has '{name}', which would not be consumed anyway; what would: {known}.");
            }
        }

        if (options.WorkerDirect)
        {
            selected.Add(Direct(hostname));
        }

        return selected.Count > 0
            ? selected
            : throw new CeleryConfigurationException($"ExcludeQueues leaves no queue to consume: it has all of {known}.");
    }

    /// <summary>The queue of one worker alone. celery/utils/nodenames.py worker_direct</summary>
    public static QueueSpec Direct(string hostname) => new($"{hostname}.dq2", _direct, hostname);
}
