using CeleryNet.Protocol;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Results.Redis;

/// <summary>Keeps results in Redis as Celery's own backend does: a document per task, told on a channel of the same name.</summary>
internal sealed class RedisResultBackend : IResultBackend
{
    private readonly RedisConnection _connection;
    private readonly RedisResultKeys _keys;
    private readonly StoredDocuments _documents;
    private readonly ResultCodec _codec;
    private readonly ResultWatches _watches;

    /// <param name="options">Where Redis is; of the rest only what concerns connections and <see cref="TransportOptions.GlobalKeyPrefix"/>.</param>
    /// <param name="resultExpires">How long a document is kept after it was last stored (<c>result_expires</c>); null or zero for ever.</param>
    /// <param name="codec">How documents are written and read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where outages are told.</param>
    /// <exception cref="CeleryConfigurationException">A URL or an option does not fit Redis.</exception>
    public RedisResultBackend(TransportOptions options, TimeSpan? resultExpires, ResultCodec codec, TimeProvider time, ILogger logger)
    {
        _connection = new RedisConnection(options, logger);
        _keys = new RedisResultKeys(options.GlobalKeyPrefix);
        _documents = new StoredDocuments(_connection, (long)Math.Ceiling((resultExpires ?? TimeSpan.Zero).TotalSeconds), error => IsOutage(error) ? Unavailable(error) : error);
        _codec = codec;
        _watches = new ResultWatches(_connection, _keys, codec, time, logger);
    }

    // Results are read from their keys; the name only tells the messages of this client from others', as Celery's oid does.
    public string ReplyTo { get; } = TaskId.New().Value;

    public ValueTask PrepareAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _documents.StoreAsync(_keys.TaskBytes(meta.TaskId), _codec.Encode(meta).Body, cancellationToken);
    }

    public async ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        var document = await RunAsync(database => database.StringGetAsync(_keys.Task(taskId)), cancellationToken).ConfigureAwait(false);
        return document.IsNull ? null : _codec.Decode(document, taskId);
    }

    public IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, CancellationToken cancellationToken) => _watches.WatchAsync(taskId, cancellationToken);

    public async ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken)
        => await RunAsync(database => database.KeyDeleteAsync(_keys.Task(taskId)), cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await _watches.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
            return await command(database).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (IsOutage(error))
        {
            throw Unavailable(error);
        }
    }

    private bool IsOutage(Exception error)
        => (RedisErrors.IsClientError(error) && !_connection.IsDisposed) || error is BrokerUnavailableException || (error is OperationCanceledException && !_connection.IsConnected);

    private ResultBackendException Unavailable(Exception error) => new(_connection.Unavailable(error).Message, error);
}
