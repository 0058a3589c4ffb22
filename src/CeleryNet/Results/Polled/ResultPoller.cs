using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Results.Polled;

/// <summary>
/// Asks for all watched tasks of one backend: those that are due together in one question, each the less often the longer nothing has changed.
/// A state that stays is found whatever happened before, so an outage only makes it late.
/// </summary>
internal sealed class ResultPoller : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<TaskId>, CancellationToken, ValueTask<IReadOnlyList<ResultRecord>>> _find;
    private readonly PollPace _pace;
    private readonly string _display;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _began;
    private readonly Lock _gate = new();
    private readonly Dictionary<TaskId, PolledResult> _watched = [];
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _disposing = new();
    private Task? _polling;
    private bool _isAway;

    /// <param name="find">Finds records; throws <see cref="ResultBackendException"/> in an outage.</param>
    /// <param name="pace">How often.</param>
    /// <param name="display">What messages call the backend.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where outages are told.</param>
    public ResultPoller(
        Func<IReadOnlyList<TaskId>, CancellationToken, ValueTask<IReadOnlyList<ResultRecord>>> find, PollPace pace, string display, TimeProvider time, ILogger logger)
    {
        _find = find;
        _pace = pace;
        _display = display;
        _time = time;
        _logger = logger;
        _began = time.GetTimestamp();
    }

    /// <summary>The states of a task up to the final one.</summary>
    /// <exception cref="ResultBackendException">What is stored of it cannot be read.</exception>
    public async IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (watched, watcher) = Add(taskId);
        try
        {
            await foreach (var meta in watcher.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return meta;
            }
        }
        finally
        {
            Remove(watched, watcher);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        foreach (var watched in Watched())
        {
            watched.Complete(null);
        }

        if (_polling is { } polling)
        {
            await polling.ConfigureAwait(false);
        }

        _disposing.Dispose();
    }

    private PolledResult[] Watched()
    {
        lock (_gate)
        {
            return [.. _watched.Values];
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_began);

    private (PolledResult Watched, Channel<ResultMeta> Watcher) Add(TaskId taskId)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
            if (!_watched.TryGetValue(taskId, out var watched))
            {
                _watched.Add(taskId, watched = new PolledResult(taskId) { Due = Now });
                _added.Writer.TryWrite(true);
            }

            var watcher = watched.Add();
            _polling ??= Task.Run(() => PollAsync(_disposing.Token));
            return (watched, watcher);
        }
    }

    private void Remove(PolledResult watched, Channel<ResultMeta> watcher)
    {
        lock (_gate)
        {
            if (watched.Remove(watcher) && _watched.GetValueOrDefault(watched.TaskId) == watched)
            {
                _watched.Remove(watched.TaskId);
            }
        }
    }

    private async Task PollAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var (due, next) = FindDue();
            if (due.Count == 0)
            {
                await WaitAsync(next, stopping).ConfigureAwait(false);
                continue;
            }

            var asked = _time.GetTimestamp();
            foreach (var batch in due.Chunk(_pace.Batch))
            {
                await AskAsync(batch, stopping).ConfigureAwait(false);
            }

            // However many come one by one, each question is for all that came meanwhile. One that takes long is for a place that has much to do.
            var took = _time.GetElapsedTime(asked);
            await Task.Delay(took > _pace.Shortest ? took : _pace.Shortest, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Those that are due, and how long it is until the next one is.
    private (List<PolledResult> Due, TimeSpan Next) FindDue()
    {
        var due = new List<PolledResult>();
        var next = Timeout.InfiniteTimeSpan;
        lock (_gate)
        {
            var now = Now;
            foreach (var watched in _watched.Values)
            {
                if (watched.IsOver)
                {
                    continue;
                }

                if (watched.Due <= now)
                {
                    due.Add(watched);
                }
                else if (next == Timeout.InfiniteTimeSpan || watched.Due - now < next)
                {
                    next = watched.Due - now;
                }
            }
        }

        return (due, next);
    }

    private async Task WaitAsync(TimeSpan next, CancellationToken stopping)
    {
        using var elapsed = new CancellationTokenSource(next, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(elapsed.Token, stopping);
        try
        {
            await _added.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Something is due, or all ends.
        }
    }

    private async Task AskAsync(PolledResult[] batch, CancellationToken stopping)
    {
        try
        {
            var records = await _find([.. batch.Select(watched => watched.TaskId)], stopping).ConfigureAwait(false);
            _isAway = false;
            var found = new Dictionary<TaskId, ResultRecord>();
            foreach (var record in records)
            {
                found[record.TaskId] = record;
            }

            foreach (var watched in batch)
            {
                var pause = found.TryGetValue(watched.TaskId, out var stored) && Take(watched, stored) ? _pace.Shortest
                    : watched.Pause == TimeSpan.Zero ? _pace.Shortest
                    : _pace.After(watched.Pause);
                Schedule(watched, pause);
            }
        }
        catch (Exception error) when (error is CeleryException or OperationCanceledException or ObjectDisposedException)
        {
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (!_isAway)
            {
                _isAway = true;
                _logger.ResultWatchDelayed(_display, error.Message, _pace.Longest);
            }

            foreach (var watched in batch)
            {
                Schedule(watched, _pace.Longest);
            }
        }
    }

    private bool Take(PolledResult watched, ResultRecord record)
    {
        if (record.ReadError is { } reason)
        {
            _logger.UnreadableResult(watched.TaskId.Value, reason);
            watched.Fail(new ResultBackendException(reason));
            return false;
        }

        return watched.Offer(ResultRecords.ToMeta(record));
    }

    private void Schedule(PolledResult watched, TimeSpan pause)
    {
        watched.Pause = pause;
        watched.Due = Now + pause;
    }
}
