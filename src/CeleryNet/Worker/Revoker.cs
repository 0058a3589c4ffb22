using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Revokes tasks on this worker, whoever asks for it: what comes later is refused, what waits here ends at once, and what runs is ended if that is
/// wanted. Safe for concurrent use. celery/worker/control.py _revoke
/// </summary>
internal sealed class Revoker(RevokedTasks revoked, TaskFlow flow, ILogger<Revoker> logger)
{
    private const int ShownItems = 20;

    /// <summary>Revokes tasks by their ids.</summary>
    /// <param name="ids">The ids, known here or not.</param>
    /// <param name="terminate">Whether running ones are ended.</param>
    /// <returns>The ids of those that were here and end by it.</returns>
    public IReadOnlyList<TaskId> Revoke(IReadOnlyCollection<TaskId> ids, bool terminate)
    {
        // In this order: what comes in meanwhile is found by one or by the other.
        revoked.Add(ids);
        var wanted = ids.ToHashSet();
        var ended = flow.Revoke(request => wanted.Contains(request.Headers.Id), terminate);
        Log(ids, ended.Count, terminate);
        return [.. ended.Select(request => request.Headers.Id).Distinct()];
    }

    /// <summary>Revokes the tasks that carry one of some stamps.</summary>
    /// <param name="stamps">The stamps.</param>
    /// <param name="terminate">Whether running ones are ended.</param>
    /// <returns>Those that were here and end by it.</returns>
    public IReadOnlyList<TaskRequest> Revoke(IReadOnlyCollection<Stamp> stamps, bool terminate)
    {
        revoked.Add(stamps);
        Func<Stamp, bool> isWanted = stamps.ToHashSet().Contains;
        var ended = flow.Revoke(request => Stamp.IsAny(request.Headers, isWanted), terminate);
        Log(stamps, ended.Count, terminate);
        return ended;
    }

    private void Log<T>(IReadOnlyCollection<T> revoked, int ended, bool terminate)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            var more = revoked.Count > ShownItems ? $" and {revoked.Count - ShownItems} more" : "";
            logger.TasksRevoked(string.Join(", ", revoked.Take(ShownItems)) + more, ended, terminate);
        }
    }
}
