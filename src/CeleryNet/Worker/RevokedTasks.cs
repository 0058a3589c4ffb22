using CeleryNet.Protocol;

namespace CeleryNet.Worker;

/// <summary>
/// Which tasks are not to be run: by their ids, or by a stamp they carry. Each task is looked up here twice, so a look-up neither waits nor allocates.
/// Safe for concurrent use. celery/worker/state.py revoked, revoked_stamps
/// </summary>
internal sealed class RevokedTasks
{
    private readonly TimeProvider _time;
    private readonly RecentSet<TaskId> _ids;
    private readonly RecentSet<Stamp> _stamps;
    private readonly Func<Stamp, bool> _isRevoked;

    /// <param name="capacity">How many ids, and how many stamps, are remembered at most; the oldest go first.</param>
    /// <param name="expires">How old they may become before a purge takes them out.</param>
    /// <param name="time">Tells what time it is.</param>
    public RevokedTasks(int capacity, TimeSpan expires, TimeProvider time)
    {
        _time = time;
        _ids = new RecentSet<TaskId>(capacity, expires);
        _stamps = new RecentSet<Stamp>(capacity, expires);
        _isRevoked = _stamps.Contains;
    }

    /// <summary>Is raised after something was added.</summary>
    public event Action? Changed;

    /// <summary>The revoked ids, the oldest first.</summary>
    public IReadOnlyList<RecentSet<TaskId>.Entry> Ids => _ids.List();

    /// <summary>The revoked stamps, the oldest first.</summary>
    public IReadOnlyList<RecentSet<Stamp>.Entry> Stamps => _stamps.List();

    public void Add(IEnumerable<TaskId> ids)
    {
        var now = _time.GetUtcNow();
        foreach (var id in ids)
        {
            _ids.Add(id, now, now);
        }

        Changed?.Invoke();
    }

    public void Add(IEnumerable<Stamp> stamps)
    {
        var now = _time.GetUtcNow();
        foreach (var stamp in stamps)
        {
            _stamps.Add(stamp, now, now);
        }

        Changed?.Invoke();
    }

    /// <summary>Adds what was revoked before this worker was started.</summary>
    public void Restore(IEnumerable<RecentSet<TaskId>.Entry> ids, IEnumerable<RecentSet<Stamp>.Entry> stamps)
    {
        var now = _time.GetUtcNow();
        foreach (var (id, since) in ids)
        {
            _ids.Add(id, since, now);
        }

        foreach (var (stamp, since) in stamps)
        {
            _stamps.Add(stamp, since, now);
        }

        Purge();
    }

    /// <summary>Forgets what is too old.</summary>
    public void Purge()
    {
        var now = _time.GetUtcNow();
        _ids.Purge(now);
        _stamps.Purge(now);
    }

    /// <summary>Whether a task is not to be run. celery/worker/request.py Request.revoked</summary>
    public bool Contains(TaskHeaders headers) => _ids.Contains(headers.Id) || (_stamps.Count > 0 && Stamp.IsAny(headers, _isRevoked));
}

/// <summary>One of the values of a stamp that a message carries.</summary>
/// <param name="Name">The stamp's name.</param>
/// <param name="Value">The value, as <see cref="MessageHeaders"/> has it.</param>
internal readonly record struct Stamp(string Name, object Value)
{
    /// <summary>Whether any of a message's stamps is wanted. A stamp may have several values, each of which counts.</summary>
    public static bool IsAny(TaskHeaders headers, Func<Stamp, bool> isWanted)
    {
        if (headers is not { StampedHeaders: { } names, Stamps: { } stamps })
        {
            return false;
        }

        for (var i = 0; i < names.Count; i++)
        {
            if (stamps.TryGetValue(names[i], out var value) && IsAny(names[i], value, isWanted))
            {
                return true;
            }
        }

        return false;
    }

    public override string ToString() => $"{Name}={Value}";

    private static bool IsAny(string name, object? value, Func<Stamp, bool> isWanted)
    {
        if (value is not object?[] several)
        {
            return value is not null && isWanted(new Stamp(name, value));
        }

        foreach (var each in several)
        {
            if (each is not null && isWanted(new Stamp(name, each)))
            {
                return true;
            }
        }

        return false;
    }
}
