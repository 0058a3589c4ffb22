using System.Threading.Channels;
using CeleryNet.Protocol;

namespace CeleryNet.Results.Polled;

/// <summary>
/// One task's states as they are found, for all who watch it here. Each watcher has a place for one state: a later one takes the place of one not read yet,
/// but nothing takes the place of the final one. When it is asked for next is for the poller alone.
/// </summary>
internal sealed class PolledResult(TaskId taskId)
{
    private readonly Lock _gate = new();
    private readonly List<Channel<ResultMeta>> _watchers = [];
    private ResultMeta? _latest;
    private Exception? _error;

    public TaskId TaskId => taskId;

    /// <summary>When it is asked for next, in the clock's ticks since the poller began.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>The pause before that; zero before the first question.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>Whether no further state will come.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _error is not null || _latest is { State.IsReady: true };
            }
        }
    }

    public Channel<ResultMeta> Add()
    {
        var watcher = Channel.CreateBounded<ResultMeta>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_gate)
        {
            _watchers.Add(watcher);
            if (_latest is { } latest)
            {
                Offer(watcher, latest);
            }

            if (_error is { } error)
            {
                watcher.Writer.TryComplete(error);
            }
        }

        return watcher;
    }

    /// <summary>Takes a watcher out; true when it was the last.</summary>
    public bool Remove(Channel<ResultMeta> watcher)
    {
        lock (_gate)
        {
            _watchers.Remove(watcher);
            return _watchers.Count == 0;
        }
    }

    /// <summary>Gives what was found to the watchers; false when they have it already.</summary>
    public bool Offer(ResultMeta meta)
    {
        lock (_gate)
        {
            if (_latest is { } latest && (latest.State.IsReady || ResultRecords.AreSame(latest, meta)))
            {
                return false;
            }

            _latest = meta;
            foreach (var watcher in _watchers)
            {
                Offer(watcher, meta);
            }

            return true;
        }
    }

    /// <summary>Ends all watching with an error that asking again will not mend.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            _error = error;
        }

        Complete(error);
    }

    /// <summary>Ends all watching.</summary>
    public void Complete(Exception? error)
    {
        lock (_gate)
        {
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete(error);
            }
        }
    }

    private static void Offer(Channel<ResultMeta> watcher, ResultMeta meta)
    {
        watcher.Writer.TryWrite(meta);
        if (meta.State.IsReady)
        {
            watcher.Writer.TryComplete();
        }
    }
}
