using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Results.Rpc;

/// <summary>
/// The newest reply of each task, for those who ask later, and those who wait now. Bounded: replies expire, and the oldest make room for new ones.
/// </summary>
/// <param name="capacity">How many tasks' replies are kept.</param>
/// <param name="expires">How long a reply is kept; null for as long as there is room.</param>
/// <param name="time">The clock of their expiry.</param>
/// <param name="logger">Gets what is dropped unseen.</param>
internal sealed class RpcReplyBuffer(int capacity, TimeSpan? expires, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _logInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);

    // From the one that came longest ago to the newest: the next to expire and the next to make room stands first.
    private readonly LinkedList<Entry> _byAge = new();
    private readonly Dictionary<string, List<Channel<RpcReply>>> _watchers = new(StringComparer.Ordinal);
    private bool _closed;
    private int _dropped;
    private DateTimeOffset _nextLog;

    public void Add(RpcReply reply)
    {
        var id = reply.TaskId.Value;
        lock (_gate)
        {
            DropExpired();
            if (_entries.TryGetValue(id, out var existing))
            {
                // A result that was reached once stays, whatever a second run of the task says.
                if (existing.Value.Reply.Meta?.State == TaskState.Success)
                {
                    return;
                }

                Remove(existing);
            }
            else if (_entries.Count == capacity)
            {
                DropOldest();
            }

            var entry = new Entry(reply, time.GetUtcNow() + expires);
            _entries.Add(id, _byAge.AddLast(entry));
            foreach (var watcher in _watchers.GetValueOrDefault(id) ?? [])
            {
                Tell(watcher, entry);
            }
        }
    }

    public bool TryGet(TaskId taskId, [MaybeNullWhen(false)] out RpcReply reply)
    {
        lock (_gate)
        {
            DropExpired();
            if (!_entries.TryGetValue(taskId.Value, out var entry))
            {
                reply = default;
                return false;
            }

            entry.Value.Seen = true;
            reply = entry.Value.Reply;
            return true;
        }
    }

    public void Remove(TaskId taskId)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(taskId.Value, out var entry))
            {
                Remove(entry);
            }
        }
    }

    /// <summary>Begins to receive what is and what comes, the newest only if it is not read at once; completes with the final state.</summary>
    public Channel<RpcReply> Watch(TaskId taskId)
    {
        var watcher = Channel.CreateBounded<RpcReply>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            DropExpired();
            if (_entries.TryGetValue(taskId.Value, out var entry))
            {
                Tell(watcher, entry.Value);
            }

            if (_closed)
            {
                watcher.Writer.TryComplete();
                return watcher;
            }

            if (!_watchers.TryGetValue(taskId.Value, out var watchers))
            {
                _watchers.Add(taskId.Value, watchers = []);
            }

            watchers.Add(watcher);
        }

        return watcher;
    }

    public void Unwatch(TaskId taskId, Channel<RpcReply> watcher)
    {
        lock (_gate)
        {
            if (_watchers.TryGetValue(taskId.Value, out var watchers) && watchers.Remove(watcher) && watchers.Count == 0)
            {
                _watchers.Remove(taskId.Value);
            }
        }
    }

    /// <summary>Ends the watching of all who watch now: what they wait for may be lost.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            Complete(error);
        }
    }

    /// <summary>Ends all watching: nothing comes any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Complete(null);
        }
    }

    private void Complete(Exception? error)
    {
        foreach (var watcher in _watchers.Values.SelectMany(watchers => watchers))
        {
            watcher.Writer.TryComplete(error);
        }
    }

    private static void Tell(Channel<RpcReply> watcher, Entry entry)
    {
        entry.Seen = true;
        watcher.Writer.TryWrite(entry.Reply);
        if (entry.Reply.IsFinal)
        {
            watcher.Writer.TryComplete();
        }
    }

    private void DropOldest()
    {
        var oldest = _byAge.First!; // The caller saw that there are as many as may be.
        if (!oldest.Value.Seen)
        {
            _dropped++;
        }

        Remove(oldest);
        var now = time.GetUtcNow();
        if (_dropped > 0 && now >= _nextLog)
        {
            logger.RepliesDropped(_dropped);
            _dropped = 0;
            _nextLog = now + _logInterval;
        }
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
        _entries.Remove(entry.Value.Reply.TaskId.Value);
    }

    private sealed class Entry(RpcReply reply, DateTimeOffset? expiresAt)
    {
        public RpcReply Reply { get; } = reply;

        public DateTimeOffset? ExpiresAt { get; } = expiresAt;

        /// <summary>Whether somebody got it.</summary>
        public bool Seen { get; set; }
    }
}
