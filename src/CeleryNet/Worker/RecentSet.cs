using System.Collections.Concurrent;

namespace CeleryNet.Worker;

/// <summary>
/// What was noted lately: no more than a number of things, of which the oldest go first, and those that have become too old when it is purged. Looking
/// something up waits for nobody. Safe for concurrent use. celery/utils/collections.py LimitedSet
/// </summary>
/// <param name="capacity">How many things it holds at most.</param>
/// <param name="expires">How old a thing may become before a purge takes it out.</param>
internal sealed class RecentSet<T>(int capacity, TimeSpan expires)
    where T : notnull
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<T, LinkedListNode<Entry>> _entries = new();
    private readonly LinkedList<Entry> _order = [];
    private int _count;

    /// <summary>How many things it holds.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether it holds a thing, however old.</summary>
    public bool Contains(T item) => Count > 0 && _entries.ContainsKey(item);

    /// <summary>Notes a thing, anew if it was noted before.</summary>
    /// <param name="item">The thing.</param>
    /// <param name="since">When it was noted, which may have been before others that are here.</param>
    /// <param name="now">What time it is.</param>
    public void Add(T item, DateTimeOffset since, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(item, out var known))
            {
                _order.Remove(known);
            }

            var place = _order.Last;
            while (place is not null && place.Value.Since > since)
            {
                place = place.Previous;
            }

            var entry = new Entry(item, since);
            _entries[item] = place is null ? _order.AddFirst(entry) : _order.AddAfter(place, entry);
            Volatile.Write(ref _count, _order.Count);
            if (_order.Count >= capacity)
            {
                PurgeUnderLock(now);
            }
        }
    }

    /// <summary>Takes out what is too old.</summary>
    public void Purge(DateTimeOffset now)
    {
        lock (_gate)
        {
            PurgeUnderLock(now);
        }
    }

    /// <summary>What it holds, the oldest first.</summary>
    public IReadOnlyList<Entry> List()
    {
        lock (_gate)
        {
            return [.. _order];
        }
    }

    private void PurgeUnderLock(DateTimeOffset now)
    {
        while (_order.First is { } oldest && (_order.Count > capacity || oldest.Value.Since + expires <= now))
        {
            _order.RemoveFirst();
            _entries.TryRemove(oldest.Value.Item, out _);
        }

        Volatile.Write(ref _count, _order.Count);
    }

    /// <param name="Item">The thing.</param>
    /// <param name="Since">When it was noted.</param>
    internal readonly record struct Entry(T Item, DateTimeOffset Since);
}
