using System.Collections.Concurrent;
using CeleryNet.Tasks;

namespace CeleryNet.Worker;

/// <summary>
/// The time limits of this worker's tasks, each of which may change at any time, for the runs that begin then. Safe for concurrent use.
/// celery/worker/request.py Request.execute_using_pool, celery/worker/control.py time_limit
/// </summary>
internal sealed class TaskLimits(TaskRegistry registry, WorkerOptions options)
{
    private readonly ConcurrentDictionary<string, RunLimits> _changed = new(StringComparer.Ordinal);

    /// <summary>The limits of a run that begins now: those of its message, else those of its task, else those of the worker.</summary>
    public RunLimits Of(TaskRequest request)
    {
        var (definition, headers) = (request.Definition, request.Headers);
        var declared = _changed.TryGetValue(definition.Name, out var changed) ? changed : new RunLimits(definition.SoftTimeLimit, definition.TimeLimit);
        return new RunLimits(
            Choose(headers.SoftTimeLimit, declared.Soft, options.SoftTimeLimit),
            Choose(headers.TimeLimit, declared.Hard, options.TimeLimit));
    }

    /// <summary>Changes the limits of a task in place of those it declares.</summary>
    /// <param name="taskName">The task's name on the wire.</param>
    /// <param name="limits">The new ones; null leaves a limit to the worker's options, zero is none whatever they say.</param>
    /// <exception cref="ArgumentException">There is no such task here.</exception>
    public void Set(string taskName, RunLimits limits)
    {
        if (registry.Find(taskName) is not { } definition)
        {
            throw new ArgumentException(
                $"Task '{taskName}' is not registered on this worker; registered: {string.Join(", ", registry.Names)}.", nameof(taskName));
        }

        _changed[definition.Name] = limits;
    }

    // To Celery a zero in a message says nothing.
    private static TimeSpan? Choose(TimeSpan? sent, TimeSpan? declared, TimeSpan? fallback)
    {
        var limit = sent > TimeSpan.Zero ? sent : declared ?? fallback;
        return limit > TimeSpan.Zero ? limit : null;
    }
}
