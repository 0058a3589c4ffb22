using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CeleryNet.Protocol;

namespace CeleryNet.Results.Memory;

/// <summary>
/// <c>memory://</c>: results kept inside the process, gone with it. Each is kept for a time after it was stored last, and the oldest go when
/// there are too many; who waits for one gets it all the same.
/// </summary>
/// <param name="resultExpires">How long a state is kept after it was stored; null for as long as there is room.</param>
/// <param name="time">The clock of their expiry.</param>
internal sealed class MemoryResultBackend(TimeSpan? resultExpires, TimeProvider time) : IResultBackend, IChordBackend, IChordParts
{
    public const int DefaultMaxResults = 1_000_000;

    private const int MaxChords = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);

    // From the one stored longest ago to the newest: the next to expire and the next to make room stands first.
    private readonly LinkedList<Entry> _byAge = new();
    private readonly Dictionary<string, List<Channel<ResultMeta>>> _watchers = new(StringComparer.Ordinal);
    private readonly MemoryChords _chords = new(MaxChords, resultExpires, time);
    private readonly SavedGroups _groups = new(DefaultMaxResults, resultExpires, time);
    private bool _disposed;

    public string ReplyTo { get; } = TaskId.New().Value;

    /// <summary>How many results are kept at most.</summary>
    public int MaxResults
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one result must be kept.");
    } = DefaultMaxResults;

    public ValueTask PrepareAsync(CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : ValueTask.CompletedTask;

    public ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var id = meta.TaskId.Value;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            DropExpired();
            if (_entries.TryGetValue(id, out var existing))
            {
                // celery/backends/base.py KeyValueStoreBackend._store_result: a result that was reached once stays.
                if (existing.Value.Meta.State == TaskState.Success)
                {
                    return ValueTask.CompletedTask;
                }

                Remove(existing);
            }
            else if (_entries.Count == MaxResults)
            {
                Remove(_byAge.First!); // Not empty: it holds MaxResults entries, at least one.
            }

            var kept = OwnMemory(meta);
            _entries.Add(id, _byAge.AddLast(new Entry(kept, time.GetUtcNow() + resultExpires)));
            foreach (var watcher in _watchers.GetValueOrDefault(id) ?? [])
            {
                Tell(watcher, kept);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ResultMeta?>(cancellationToken);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new(Find(taskId));
        }
    }

    public async IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // One place: a state that nobody has read yet gives way to the next, up to a final one.
        var states = Channel.CreateBounded<ResultMeta>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        Watch(taskId, states);
        try
        {
            await foreach (var meta in states.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return meta;
                if (meta.State.IsReady)
                {
                    yield break;
                }
            }
        }
        finally
        {
            Unwatch(taskId, states);
        }
    }

    public ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_entries.TryGetValue(taskId.Value, out var entry))
            {
                Remove(entry);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask SetSizeAsync(string groupId, int size, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _chords.SetSize(groupId, size);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ChordParts?> AddPartAsync(string groupId, ChordPart part, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_chords.AddPart(groupId, part, _groups.Find(groupId)));
    }

    public ValueTask ExpectOneMoreAsync(string groupId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _chords.ExpectOneMore(groupId);
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteChordAsync(string groupId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _chords.Delete(groupId);
        return ValueTask.CompletedTask;
    }

    public ValueTask SaveGroupAsync(ResultNode group, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _groups.Save(group);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ResultNode?> GetGroupAsync(TaskId groupId, CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<ResultNode?>(cancellationToken) : new(_groups.Find(groupId));

    public ValueTask DeleteGroupAsync(TaskId groupId, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _groups.Delete(groupId);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            _entries.Clear();
            _byAge.Clear();
            foreach (var watcher in _watchers.Values.SelectMany(watchers => watchers))
            {
                watcher.Writer.TryComplete();
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Watch(TaskId taskId, Channel<ResultMeta> states)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_watchers.TryGetValue(taskId.Value, out var watchers))
            {
                _watchers.Add(taskId.Value, watchers = []);
            }

            watchers.Add(states);
            if (Find(taskId) is { } stored)
            {
                Tell(states, stored);
            }
        }
    }

    private void Unwatch(TaskId taskId, Channel<ResultMeta> states)
    {
        lock (_gate)
        {
            if (_watchers.TryGetValue(taskId.Value, out var watchers) && watchers.Remove(states) && watchers.Count == 0)
            {
                _watchers.Remove(taskId.Value);
            }
        }
    }

    // After a final state nothing more is written, so that it is not replaced by what a second run of the task stores.
    private static void Tell(Channel<ResultMeta> watcher, ResultMeta meta)
    {
        watcher.Writer.TryWrite(meta);
        if (meta.State.IsReady)
        {
            watcher.Writer.TryComplete();
        }
    }

    private ResultMeta? Find(TaskId taskId)
    {
        DropExpired();
        return _entries.TryGetValue(taskId.Value, out var entry) ? entry.Value.Meta : null;
    }

    private void DropExpired()
    {
        var now = time.GetUtcNow();
        while (_byAge.First is { } oldest && oldest.Value.ExpiresAt <= now)
        {
            Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<Entry> entry)
    {
        _byAge.Remove(entry);
        _entries.Remove(entry.Value.Meta.TaskId.Value);
    }

    // The pieces may lie in a message that is given back to a pool once its task is settled.
    private static ResultMeta OwnMemory(ResultMeta meta) => meta with
    {
        Result = meta.Result.ToArray(),
        Children = meta.Children.ToArray(),
        Extension = meta.Extension is { } extension
            ? extension with { Args = extension.Args.ToArray(), Kwargs = extension.Kwargs.ToArray() }
            : null,
    };

    private sealed record Entry(ResultMeta Meta, DateTimeOffset? ExpiresAt);
}
