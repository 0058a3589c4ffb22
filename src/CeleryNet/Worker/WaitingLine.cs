using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>
/// Requests that wait, in the order in which they came. Taking one out costs the same wherever it stands, so that a revoke need not go through all of them.
/// A request stands in one line at a time. Not safe for concurrent use: the line's owner has a lock for it.
/// </summary>
internal sealed class WaitingLine
{
    // Below this many it is not worth looking for requests that were lost while they waited.
    private const int FewWaiting = 256;

    private readonly LinkedItems<TaskRequest, Links> _requests = new();
    private int _sweepAt = FewWaiting;

    public int Count => _requests.Count;

    /// <summary>The one whose turn is next; null when none waits.</summary>
    public TaskRequest? First => _requests.First;

    /// <summary>Lets a request wait behind the others.</summary>
    /// <exception cref="InvalidOperationException">It waits in a line already.</exception>
    public void Add(TaskRequest request)
    {
        if (request.Line is not null)
        {
            throw new InvalidOperationException($"Task {request.Headers.Id} waits in a line already and cannot wait in another.");
        }

        request.Line = this;
        _requests.Add(request);
    }

    /// <summary>Takes out the one whose turn is next; null when none waits.</summary>
    public TaskRequest? TakeFirst()
    {
        var first = First;
        if (first is not null)
        {
            Remove(first);
        }

        return first;
    }

    /// <summary>Takes out a request; false when it does not wait here.</summary>
    public bool Remove(TaskRequest request)
    {
        // It may be on its way into another line under that line's lock, but into this one and out of it only under this one's.
        if (request.Line != this)
        {
            return false;
        }

        _requests.Remove(request);
        request.Line = null;
        return true;
    }

    /// <summary>Takes out all that wait, in their order.</summary>
    public List<TaskRequest> TakeAll()
    {
        var all = new List<TaskRequest>(Count);
        while (TakeFirst() is { } request)
        {
            all.Add(request);
        }

        return all;
    }

    /// <summary>
    /// Takes out those whose deliveries are lost, once there are many: after each loss of a connection the broker delivers what waits here once more. The bound
    /// doubles, so that looking costs little for each.
    /// </summary>
    /// <param name="lost">Gets those that are taken out.</param>
    public void SweepLost(Action<TaskRequest> lost)
    {
        if (Count < _sweepAt)
        {
            return;
        }

        for (var request = First; request is not null;)
        {
            var behind = LinkedItems<TaskRequest, Links>.After(request);
            if (request.Delivery.IsLost)
            {
                Remove(request);
                lost(request);
            }

            request = behind;
        }

        _sweepAt = Math.Max(FewWaiting, Count * 2);
    }

    private readonly struct Links : ILinks<TaskRequest>
    {
        public static ref ItemLinks<TaskRequest> Of(TaskRequest item) => ref item.LineLinks;
    }
}
