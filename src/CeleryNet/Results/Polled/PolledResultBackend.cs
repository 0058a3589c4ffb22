using System.Runtime.CompilerServices;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Results.Polled;

/// <summary>Makes a result backend of what can only store records and find them: bounds each call, and finds changes by asking for them.</summary>
internal sealed class PolledResultBackend : IResultBackend, IResultCleaner
{
    private readonly CeleryResultBackend _records;
    private readonly string _display;
    private readonly TimeSpan? _resultExpires;
    private readonly TimeProvider _time;
    private readonly ResultPoller _poller;

    /// <param name="records">Where the records are. It belongs to this object.</param>
    /// <param name="display">What messages call that place.</param>
    /// <param name="resultExpires">How long records are kept (<c>result_expires</c>); null for ever.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where outages are told.</param>
    public PolledResultBackend(CeleryResultBackend records, string display, TimeSpan? resultExpires, TimeProvider time, ILogger logger)
    {
        _records = records;
        _display = display;
        _resultExpires = resultExpires;
        _time = time;
        _poller = new ResultPoller(FindAsync, PollPace.Of(records), display, time, logger);
    }

    // Results are found by their ids; the name only tells the messages of this client from others', as Celery's oid does.
    public string ReplyTo { get; } = TaskId.New().Value;

    public ValueTask PrepareAsync(CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : ValueTask.CompletedTask;

    public async ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken)
    {
        // A backend may go on with it when its time is over.
        var record = ResultRecords.CopyOf(meta);
        await RunAsync(token => _records.StoreAsync(record, token), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        foreach (var record in await FindAsync([taskId], cancellationToken).ConfigureAwait(false))
        {
            return Read(record);
        }

        return null;
    }

    public IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, CancellationToken cancellationToken) => _poller.WatchAsync(taskId, cancellationToken);

    public async ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken)
        => await RunAsync(token => _records.ForgetAsync(taskId, token), cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<ResultMeta?> GetManyAsync(IReadOnlyList<TaskId> taskIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var chunk in taskIds.Chunk(_records.MaxBatch))
        {
            var found = new Dictionary<TaskId, ResultRecord>();
            foreach (var record in await FindAsync([.. chunk.Distinct()], cancellationToken).ConfigureAwait(false))
            {
                found[record.TaskId] = record;
            }

            foreach (var id in chunk)
            {
                yield return found.TryGetValue(id, out var record) ? Read(record) : null;
            }
        }
    }

    public async ValueTask SaveGroupAsync(ResultNode group, CancellationToken cancellationToken)
    {
        var json = ResultRecords.ToJson(group);
        await RunAsync(token => _records.SaveGroupAsync(group.Id, json, token), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ResultNode?> GetGroupAsync(TaskId groupId, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> json = default;
        await RunAsync(async token => json = await _records.FindGroupAsync(groupId.Value, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return json.IsEmpty ? null : ResultRecords.ToNode(json, groupId);
    }

    public async ValueTask DeleteGroupAsync(TaskId groupId, CancellationToken cancellationToken)
        => await RunAsync(token => _records.ForgetGroupAsync(groupId.Value, token), cancellationToken).ConfigureAwait(false);

    public async ValueTask CleanUpAsync(CancellationToken cancellationToken)
    {
        if (_resultExpires is { } expires)
        {
            await RunAsync(token => _records.CleanUpAsync(_time.GetUtcNow() - expires, token), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _poller.DisposeAsync().ConfigureAwait(false);
        await _records.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<ResultRecord>> FindAsync(IReadOnlyList<TaskId> taskIds, CancellationToken cancellationToken)
    {
        IReadOnlyList<ResultRecord> found = [];
        await RunAsync(async token => found = await _records.FindAsync(taskIds, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return found;
    }

    private static ResultMeta Read(ResultRecord record) => record.ReadError is { } error ? throw new ResultBackendException(error) : ResultRecords.ToMeta(record);

    private async Task RunAsync(Func<CancellationToken, ValueTask> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var deadline = new CancellationTokenSource(_records.OperationTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            // Its author may have forgotten the token.
            await call(either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException error) when (deadline.IsCancellationRequested)
        {
            throw new ResultBackendException($"The result backend at {_display} did not answer within {_records.OperationTimeout}.", error);
        }
        catch (Exception error) when (error is not (ResultBackendException or CelerySerializationException or CeleryConfigurationException or ObjectDisposedException))
        {
            throw new ResultBackendException($"The result backend at {_display} failed: {error.Message}", error);
        }
    }
}
