using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Has a worker stop by itself that should be started anew: after so many tasks, with too much memory, or with too much code that is stuck. Celery ends single
/// processes of its pool then; here the worker is the process. Safe for concurrent use.
/// </summary>
/// <param name="options">Says when.</param>
/// <param name="stuck">The code that is stuck.</param>
/// <param name="workingSet">The memory the process uses now, in bytes.</param>
/// <param name="hostname">The worker's name.</param>
/// <param name="time">Measures time.</param>
/// <param name="logger">Told why the worker stops.</param>
internal sealed class WorkerRetirement(
    WorkerOptions options, StuckTasks stuck, Func<long> workingSet, string hostname, TimeProvider time, ILogger<WorkerRetirement> logger) : IDisposable
{
    // To ask the system costs as much as a small task.
    private static readonly TimeSpan _memoryInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _due = new();
    private readonly bool _isEver = options is not { MaxTasks: null, MaxMemory: null, MaxStuckTasks: null };
    private int _ended;
    private long _memoryLookedAt;
    private bool _isDue;

    /// <summary>Fires when the worker is to stop: no more messages, and the running tasks get their grace.</summary>
    public CancellationToken Due => _due.Token;

    /// <summary>Whether it stops because something went wrong.</summary>
    public bool IsFailure { get; private set; }

    /// <summary>The code that is stuck.</summary>
    public StuckTasks Stuck => stuck;

    /// <summary>A task has ended, or is not waited for any longer.</summary>
    public void TaskEnded()
    {
        if (!_isEver)
        {
            return;
        }

        lock (_gate)
        {
            _ended++;
            if (!_isDue && Find() is { } reason)
            {
                _isDue = true;
                logger.WorkerRetires(IsFailure ? LogLevel.Error : LogLevel.Information, hostname, reason);
                _ = _due.CancelAsync();
            }
        }
    }

    public void Dispose() => _due.Dispose();

    private string? Find()
    {
        if (stuck.Count > options.MaxStuckTasks)
        {
            IsFailure = true;
            return $"the code of {stuck.Count} tasks is stuck after their time limits, and MaxStuckTasks is {options.MaxStuckTasks}";
        }

        if (_ended >= options.MaxTasks)
        {
            return $"it has run {_ended} tasks, and MaxTasks is {options.MaxTasks}";
        }

        return FindMemory();
    }

    private string? FindMemory()
    {
        if (options.MaxMemory is not { } limit || (_memoryLookedAt != 0 && time.GetElapsedTime(_memoryLookedAt) < _memoryInterval))
        {
            return null;
        }

        _memoryLookedAt = time.GetTimestamp();
        var used = workingSet() / 1024;
        return used > limit ? $"it uses {used} kB of memory, and MaxMemory is {limit} kB" : null;
    }
}
