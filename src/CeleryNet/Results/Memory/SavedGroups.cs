using CeleryNet.Protocol;

namespace CeleryNet.Results.Memory;

/// <summary>Groups that were saved, each for a time; the oldest go when there are too many. Safe for concurrent use.</summary>
/// <param name="capacity">How many are kept at most; at least one.</param>
/// <param name="expires">How long each is kept after it was saved; null for as long as there is room.</param>
/// <param name="time">The clock of their expiry.</param>
internal sealed class SavedGroups(int capacity, TimeSpan? expires, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _groups = new(StringComparer.Ordinal);

    // From the one saved longest ago to the newest.
    private readonly LinkedList<Entry> _byAge = new();

    public void Save(ResultNode group)
    {
        lock (_gate)
        {
            DropExpired();
            Remove(group.Id);
            if (_groups.Count == capacity)
            {
                Remove(_byAge.First!.Value.Group.Id); // Not empty: it holds as many as may be.
            }

            _groups.Add(group.Id, _byAge.AddLast(new Entry(group, time.GetUtcNow() + expires)));
        }
    }

    public ResultNode? Find(TaskId id)
    {
        lock (_gate)
        {
            DropExpired();
            return _groups.GetValueOrDefault(id.Value)?.Value.Group;
        }
    }

    public void Delete(TaskId id)
    {
        lock (_gate)
        {
            Remove(id.Value);
        }
    }

    private void DropExpired()
    {
        var now = time.GetUtcNow();
        while (_byAge.First is { } oldest && oldest.Value.ExpiresAt <= now)
        {
            Remove(oldest.Value.Group.Id);
        }
    }

    private void Remove(string id)
    {
        if (_groups.Remove(id, out var group))
        {
            _byAge.Remove(group);
        }
    }

    private sealed record Entry(ResultNode Group, DateTimeOffset? ExpiresAt);
}
