using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>The code of tasks that went on after their hard time limits. It has no slot any more, but may hold a thread and whatever else. Safe for concurrent use.</summary>
internal sealed class StuckTasks(TimeProvider time, ILogger<StuckTasks> logger)
{
    private readonly Lock _gate = new();

    // Since when each is stuck, the oldest first.
    private readonly LinkedList<long> _stuck = new();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _stuck.Count;
            }
        }
    }

    /// <summary>How long the oldest goes on already; null when there is none.</summary>
    public TimeSpan? OldestAge
    {
        get
        {
            lock (_gate)
            {
                return _stuck.First is { } oldest ? time.GetElapsedTime(oldest.Value) : null;
            }
        }
    }

    /// <summary>Counts code that is left behind, until it ends.</summary>
    /// <param name="request">What it runs.</param>
    /// <param name="code">The code. What it comes to is dropped.</param>
    public void Add(TaskRequest request, Task<TaskOutcome> code)
    {
        LinkedListNode<long> place;
        int count;
        lock (_gate)
        {
            place = _stuck.AddLast(time.GetTimestamp());
            count = _stuck.Count;
        }

        logger.TaskStuck(request.Headers.DisplayName, request.Headers.Id.Value, count);
        _ = WaitAsync(request, code, place);
    }

    private async Task WaitAsync(TaskRequest request, Task<TaskOutcome> code, LinkedListNode<long> place)
    {
        var outcome = await code.ConfigureAwait(false);
        lock (_gate)
        {
            _stuck.Remove(place);
        }

        logger.StuckTaskEnded(
            (outcome as TaskOutcome.Failed)?.Error,
            request.Headers.DisplayName,
            request.Headers.Id.Value,
            time.GetElapsedTime(place.Value).TotalSeconds,
            outcome.GetType().Name);
    }
}
