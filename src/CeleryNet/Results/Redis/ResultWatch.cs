using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Results.Redis;

/// <summary>
/// One task's states as they come, for all who watch it here. Each watcher has a place for one state: a later one takes the place of one not read yet, but
/// nothing takes the place of the final one.
/// </summary>
internal sealed class ResultWatch(TaskId taskId, string key, ResultCodec codec, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<Channel<ResultMeta>> _watchers = [];
    private ReadOnlyMemory<byte> _document;
    private ResultMeta? _latest;

    /// <summary>The key of the document and the name of the channel.</summary>
    public string Key => key;

    /// <summary>Ends the work for this watch when nobody watches any more.</summary>
    public CancellationTokenSource Abandoned { get; } = new();

    /// <summary>Ends when the channel is subscribed, or is not to be any more.</summary>
    public Task Started { get; set; } = Task.CompletedTask;

    /// <summary>What listens to the channel; a later watch of the same task has another.</summary>
    public void OnMessage(RedisChannel channel, RedisValue document) => Offer(document);

    /// <summary>Where the channel was subscribed; null before.</summary>
    public ISubscriber? Subscriber { get; set; }

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

    /// <summary>Gives a document to the watchers, if it is not the one they had last.</summary>
    public void Offer(ReadOnlyMemory<byte> document)
    {
        lock (_gate)
        {
            if (_latest is { State.IsReady: true } || document.Span.SequenceEqual(_document.Span))
            {
                return;
            }

            try
            {
                _latest = codec.Decode(document, taskId);
            }
            catch (ResultBackendException error)
            {
                logger.UnreadableResult(taskId.Value, error.Message);
                Complete(error);
                return;
            }

            _document = document;
            foreach (var watcher in _watchers)
            {
                Offer(watcher, _latest);
            }
        }
    }

    /// <summary>Ends all watching, with an error if it can never work.</summary>
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
