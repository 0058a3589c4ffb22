using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using CeleryNet.Transports.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Results.Redis;

/// <summary>
/// All tasks watched by one backend, over one connection: each has its channel subscribed, then its document read, so that no state falls in between.
/// Whatever an outage swallowed is found by reading all of them again, after every reconnect and, to be sure, now and then.
/// celery/backends/redis.py ResultConsumer
/// </summary>
internal sealed class ResultWatches : IAsyncDisposable
{
    private const int Chunk = 200;

    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _rereadInterval = TimeSpan.FromSeconds(30);

    private readonly RedisConnection _connection;
    private readonly RedisResultKeys _keys;
    private readonly ResultCodec _codec;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<TaskId, ResultWatch> _watches = [];
    private readonly Channel<bool> _restored = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _disposing = new();
    private Task? _keeping;

    public ResultWatches(RedisConnection connection, RedisResultKeys keys, ResultCodec codec, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _keys = keys;
        _codec = codec;
        _time = time;
        _logger = logger;
        connection.Restored += OnRestored;
    }

    /// <summary>The states of a task up to the final one.</summary>
    public async IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (watch, watcher) = Add(taskId);
        try
        {
            while (await watcher.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (watcher.Reader.TryRead(out var meta))
                {
                    yield return meta;
                }
            }
        }
        finally
        {
            Remove(taskId, watch, watcher);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Restored -= OnRestored;
        await _disposing.CancelAsync().ConfigureAwait(false);
        foreach (var watch in Snapshot())
        {
            watch.Complete(null);
        }

        if (_keeping is { } keeping)
        {
            await keeping.ConfigureAwait(false);
        }

        _disposing.Dispose();
    }

    private (ResultWatch Watch, Channel<ResultMeta> Watcher) Add(TaskId taskId)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
            _keeping ??= KeepAsync();
            if (_watches.TryGetValue(taskId, out var watch))
            {
                return (watch, watch.Add());
            }

            watch = new ResultWatch(taskId, _keys.Task(taskId), _codec, _logger);
            _watches.Add(taskId, watch);
            var watcher = watch.Add();
            watch.Started = StartAsync(watch);
            return (watch, watcher);
        }
    }

    private void Remove(TaskId taskId, ResultWatch watch, Channel<ResultMeta> watcher)
    {
        lock (_gate)
        {
            if (!watch.Remove(watcher) || !_watches.Remove(taskId))
            {
                return;
            }
        }

        _ = EndAsync(watch);
    }

    private async Task StartAsync(ResultWatch watch)
    {
        var told = false;
        while (!watch.Abandoned.IsCancellationRequested && !_disposing.IsCancellationRequested)
        {
            try
            {
                await SubscribeAsync(watch).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (RedisErrors.IsClientError(error) || error is BrokerUnavailableException or OperationCanceledException)
            {
                if (RedisErrors.IsRefusal(error is BrokerUnavailableException ? error.InnerException : error))
                {
                    watch.Complete(new ResultBackendException(_connection.Unavailable(error).Message, error));
                    return;
                }

                if (!told)
                {
                    _logger.ResultWatchDelayed(_connection.Target.Display, RedisErrors.Describe(error), _retryDelay);
                    told = true;
                }

                await Task.Delay(_retryDelay, _time, watch.Abandoned.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task SubscribeAsync(ResultWatch watch)
    {
        var database = await _connection.GetDatabaseAsync(watch.Abandoned.Token).ConfigureAwait(false);
        var subscriber = database.Multiplexer.GetSubscriber();
        if (watch.Subscriber?.Multiplexer != database.Multiplexer)
        {
            await EnterAsync(subscriber, watch).ConfigureAwait(false);
        }

        var stored = await database.StringGetAsync(watch.Key).ConfigureAwait(false);
        if (!stored.IsNull)
        {
            watch.Offer(stored);
        }
    }

    private static async Task EnterAsync(ISubscriber subscriber, ResultWatch watch)
    {
        var channel = RedisChannel.Literal(watch.Key);
        try
        {
            await subscriber.SubscribeAsync(channel, watch.OnMessage).ConfigureAwait(false);
            watch.Subscriber = subscriber;
        }
        catch
        {
            // The client would go on trying by itself, and would have two listeners after our next try.
            await subscriber.UnsubscribeAsync(channel, watch.OnMessage, CommandFlags.FireAndForget).ConfigureAwait(false);
            throw;
        }

        if (watch.Abandoned.IsCancellationRequested)
        {
            await subscriber.UnsubscribeAsync(channel, watch.OnMessage).ConfigureAwait(false);
        }
    }

    private static async Task EndAsync(ResultWatch watch)
    {
        await watch.Abandoned.CancelAsync().ConfigureAwait(false);

        // The client forgets to leave a channel that it is still about to enter.
        await watch.Started.ConfigureAwait(false);
        if (watch.Subscriber is not { } subscriber)
        {
            return;
        }

        try
        {
            await subscriber.UnsubscribeAsync(RedisChannel.Literal(watch.Key), watch.OnMessage).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.IsClientError(error))
        {
            // A connection that is gone has no subscriptions.
        }
    }

    private void OnRestored() => _restored.Writer.TryWrite(true);

    private async Task KeepAsync()
    {
        while (!_disposing.IsCancellationRequested)
        {
            try
            {
                var restored = await WaitForRereadAsync().ConfigureAwait(false);
                await RereadAsync().ConfigureAwait(false);
                if (restored)
                {
                    // The client subscribes again while we read: what was stored between its two steps shows a moment later.
                    await Task.Delay(_retryDelay, _time, _disposing.Token).ConfigureAwait(false);
                    await RereadAsync().ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The next round reads again; a loop that ended would leave watchers waiting for ever.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (error is not BrokerUnavailableException && !RedisErrors.IsConnectionFailure(error))
                {
                    _logger.BackgroundLoopFailed(error, "Reading watched results again");
                }
            }
        }
    }

    private async Task<bool> WaitForRereadAsync()
    {
        using var due = new CancellationTokenSource(_rereadInterval, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, _disposing.Token);
        try
        {
            return await _restored.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_disposing.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task RereadAsync()
    {
        var watches = Snapshot();
        if (watches.Length == 0)
        {
            return;
        }

        var database = await _connection.GetDatabaseAsync(_disposing.Token).ConfigureAwait(false);
        foreach (var chunk in watches.Chunk(Chunk))
        {
            // Another server that has taken the place of the first knows nothing of the subscriptions.
            foreach (var moved in chunk.Where(watch => watch.Subscriber is { } subscriber && subscriber.Multiplexer != database.Multiplexer))
            {
                await SubscribeAsync(moved).ConfigureAwait(false);
            }

            var documents = await database.StringGetAsync([.. chunk.Select(watch => (RedisKey)watch.Key)]).ConfigureAwait(false);
            for (var i = 0; i < chunk.Length; i++)
            {
                if (!documents[i].IsNull)
                {
                    chunk[i].Offer(documents[i]);
                }
            }
        }
    }

    private ResultWatch[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _watches.Values];
        }
    }
}
