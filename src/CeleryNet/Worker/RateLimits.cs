using System.Collections.Concurrent;
using CeleryNet.Extensibility;
using CeleryNet.Tasks;

namespace CeleryNet.Worker;

/// <summary>The rate limits of this worker's tasks, each of which may change at any time. They count for this worker alone, as Celery's do. Safe for concurrent use.</summary>
internal sealed class RateLimits : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, RateLimit> _limits = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RateBucket> _buckets = new(StringComparer.Ordinal);
    private readonly TaskRegistry _registry;
    private readonly TimeProvider _time;
    private readonly Action<TaskRequest> _pass;

    /// <param name="registry">The tasks with the limits they are declared with.</param>
    /// <param name="fallback">The limit of tasks that declare none.</param>
    /// <param name="isDisabled">Whether there are no limits, whatever is declared.</param>
    /// <param name="time">Measures time.</param>
    /// <param name="pass">Gets each request that has waited and may run.</param>
    public RateLimits(TaskRegistry registry, RateLimit fallback, bool isDisabled, TimeProvider time, Action<TaskRequest> pass)
    {
        (_registry, _time, _pass) = (registry, time, pass);
        IsDisabled = isDisabled;
        foreach (var name in isDisabled ? [] : registry.Names)
        {
            Apply(name, registry.Find(name)?.RateLimit ?? fallback);
        }
    }

    /// <summary>Whether limits are ignored.</summary>
    public bool IsDisabled { get; }

    /// <summary>The limit of a task.</summary>
    /// <exception cref="ArgumentException">There is no such task here.</exception>
    public RateLimit Of(string taskName) => _limits.GetValueOrDefault(Known(taskName), RateLimit.None);

    /// <summary>Changes the limit of a task, for requests that wait already too.</summary>
    /// <exception cref="ArgumentException">There is no such task here.</exception>
    /// <exception cref="InvalidOperationException">Limits are disabled.</exception>
    public void Set(string taskName, RateLimit limit)
    {
        if (IsDisabled)
        {
            throw new InvalidOperationException(
                $"The rate limit of task '{taskName}' cannot be set to {limit}: rate limits are off on this worker (DisableRateLimits).");
        }

        Apply(Known(taskName), limit);
    }

    /// <summary>Takes a request that has to wait; false when it may go on now.</summary>
    /// <param name="request">The request.</param>
    /// <param name="lost">Gets those that were lost while they waited and are forgotten.</param>
    public bool TryHold(TaskRequest request, Action<TaskRequest> lost)
        => _buckets.TryGetValue(request.Definition.Name, out var bucket) && bucket.Enter(request, lost);

    /// <summary>Takes out a request; it does not go on any more. False when it does not wait here.</summary>
    public bool Remove(TaskRequest request) => _buckets.TryGetValue(request.Definition.Name, out var bucket) && bucket.Remove(request);

    /// <summary>Lets nothing wait any more.</summary>
    /// <returns>The requests that waited.</returns>
    public IReadOnlyList<TaskRequest> Close() => [.. _buckets.Values.SelectMany(bucket => bucket.Close())];

    public async ValueTask DisposeAsync()
    {
        Close();
        foreach (var bucket in _buckets.Values)
        {
            await bucket.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string Known(string taskName) => _registry.Find(taskName)?.Name ?? throw new ArgumentException(
        $"Task '{taskName}' is not registered on this worker; registered: {string.Join(", ", _registry.Names)}.", nameof(taskName));

    private void Apply(string name, RateLimit limit)
    {
        lock (_gate)
        {
            _limits[name] = limit;
            if (_buckets.TryGetValue(name, out var bucket))
            {
                // Kept even without a limit: a request may be on its way into it.
                bucket.Change(limit.PerSecond);
            }
            else if (!limit.IsNone)
            {
                _buckets[name] = new RateBucket(limit.PerSecond, _time, _pass);
            }
        }
    }
}
