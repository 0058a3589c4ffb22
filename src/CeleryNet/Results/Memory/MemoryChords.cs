using CeleryNet.Protocol;

namespace CeleryNet.Results.Memory;

/// <summary>
/// Counts the parts of chords inside the process. Each chord is kept for a time after its last report, and the oldest go when there are too many. Safe for
/// concurrent use.
/// </summary>
/// <param name="capacity">How many chords are kept at most; at least one.</param>
/// <param name="expires">How long each is kept; null for as long as there is room.</param>
/// <param name="time">The clock of their expiry.</param>
internal sealed class MemoryChords(int capacity, TimeSpan? expires, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Chord>> _chords = new(StringComparer.Ordinal);

    // From the one touched longest ago to the newest: the next to expire and the next to make room stands first.
    private readonly LinkedList<Chord> _byAge = new();

    /// <summary>See <see cref="IChordBackend.SetSizeAsync"/>.</summary>
    public void SetSize(string groupId, int size)
    {
        lock (_gate)
        {
            Touch(groupId).Size = size;
        }
    }

    /// <summary>See <see cref="IChordParts.ExpectOneMoreAsync"/>.</summary>
    public void ExpectOneMore(string groupId)
    {
        lock (_gate)
        {
            Touch(groupId).Added++;
        }
    }

    /// <summary>See <see cref="IChordParts.AddPartAsync"/>.</summary>
    public ChordParts? AddPart(string groupId, ChordPart part, ResultNode? group)
    {
        lock (_gate)
        {
            var chord = Touch(groupId);
            if (!chord.Parts.TryGetValue(part.TaskId, out var known) || known.State != TaskState.Success)
            {
                // The piece may lie in a message that is given back to a pool once its task is settled.
                chord.Parts[part.TaskId] = part with { Result = part.Result.ToArray() };
            }

            return chord.Size is { } size && chord.Parts.Count >= size + chord.Added
                ? new ChordParts([.. chord.Parts.Values.OrderBy(each => each.Index ?? int.MaxValue)], group)
                : null;
        }
    }

    /// <summary>See <see cref="IChordParts.DeleteChordAsync"/>.</summary>
    public void Delete(string groupId)
    {
        lock (_gate)
        {
            if (_chords.Remove(groupId, out var chord))
            {
                _byAge.Remove(chord);
            }
        }
    }

    private Chord Touch(string groupId)
    {
        var now = time.GetUtcNow();
        while (_byAge.First is { } oldest && oldest.Value.ExpiresAt <= now)
        {
            Drop(oldest);
        }

        if (_chords.Remove(groupId, out var known))
        {
            _byAge.Remove(known);
        }
        else if (_chords.Count == capacity)
        {
            Drop(_byAge.First!); // Not empty: it holds as many as may be.
        }

        var chord = known?.Value ?? new Chord(groupId);
        chord.ExpiresAt = now + expires;
        _chords.Add(groupId, _byAge.AddLast(chord));
        return chord;
    }

    private void Drop(LinkedListNode<Chord> chord)
    {
        _byAge.Remove(chord);
        _chords.Remove(chord.Value.Id);
    }

    private sealed class Chord(string id)
    {
        public string Id => id;

        public int? Size { get; set; }

        public int Added { get; set; }

        public DateTimeOffset? ExpiresAt { get; set; }

        public Dictionary<TaskId, ChordPart> Parts { get; } = [];
    }
}
