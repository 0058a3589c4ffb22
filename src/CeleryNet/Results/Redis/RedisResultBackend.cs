using System.Runtime.CompilerServices;
using System.Text;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Results.Redis;

/// <summary>Keeps results in Redis as Celery's own backend does: a document per task, told on a channel of the same name.</summary>
internal sealed class RedisResultBackend : IResultBackend, IChordBackend, IChordParts
{
    // How many documents are asked for at once.
    private const int Chunk = 200;

    private readonly RedisConnection _connection;
    private readonly RedisResultKeys _keys;
    private readonly StoredDocuments _documents;
    private readonly ResultCodec _codec;
    private readonly ResultWatches _watches;
    private readonly RedisChords _chords;

    /// <param name="options">Where Redis is; of the rest only what concerns connections, <see cref="TransportOptions.GlobalKeyPrefix"/> and <see cref="TransportOptions.ChordsAreOrdered"/>.</param>
    /// <param name="resultExpires">How long a document is kept after it was last stored (<c>result_expires</c>); null or zero for ever.</param>
    /// <param name="codec">How documents are written and read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where outages are told.</param>
    /// <exception cref="CeleryConfigurationException">A URL or an option does not fit Redis.</exception>
    public RedisResultBackend(TransportOptions options, TimeSpan? resultExpires, ResultCodec codec, TimeProvider time, ILogger logger)
    {
        _connection = new RedisConnection(options, logger);
        _keys = new RedisResultKeys(options.GlobalKeyPrefix);
        var expirySeconds = (long)Math.Ceiling((resultExpires ?? TimeSpan.Zero).TotalSeconds);
        _documents = new StoredDocuments(_connection, expirySeconds, error => IsOutage(error) ? Unavailable(error) : error);
        _chords = new RedisChords(_keys, new ChordCodec(codec), expirySeconds, options.ChordsAreOrdered);
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

    public async ValueTask SetSizeAsync(string groupId, int size, CancellationToken cancellationToken)
        => await RunAsync(database => _chords.SetSizeAsync(database, groupId, size), cancellationToken).ConfigureAwait(false);

    public async ValueTask<ChordParts?> AddPartAsync(string groupId, ChordPart part, CancellationToken cancellationToken)
        => await RunAsync(database => _chords.AddPartAsync(database, groupId, part), cancellationToken).ConfigureAwait(false);

    public async ValueTask ExpectOneMoreAsync(string groupId, CancellationToken cancellationToken)
        => await RunAsync(database => _chords.ExpectOneMoreAsync(database, groupId), cancellationToken).ConfigureAwait(false);

    public async ValueTask DeleteChordAsync(string groupId, CancellationToken cancellationToken)
        => await RunAsync(database => _chords.DeleteAsync(database, groupId), cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<ResultMeta?> GetManyAsync(IReadOnlyList<TaskId> taskIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var chunk in taskIds.Chunk(Chunk))
        {
            RedisKey[] keys = [.. chunk.Select(id => (RedisKey)_keys.Task(id))];
            var documents = await RunAsync(database => database.StringGetAsync(keys), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < chunk.Length; i++)
            {
                yield return documents[i].IsNull ? null : _codec.Decode(documents[i], chunk[i]);
            }
        }
    }

    public ValueTask SaveGroupAsync(ResultNode group, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _documents.StoreAsync(Encoding.UTF8.GetBytes(_keys.Group(group.Id)), _codec.EncodeGroup(group), cancellationToken);
    }

    public async ValueTask<ResultNode?> GetGroupAsync(TaskId groupId, CancellationToken cancellationToken)
    {
        var document = await RunAsync(database => database.StringGetAsync(_keys.Group(groupId)), cancellationToken).ConfigureAwait(false);
        return document.IsNull ? null : _codec.DecodeGroup(document, groupId);
    }

    public async ValueTask DeleteGroupAsync(TaskId groupId, CancellationToken cancellationToken)
        => await RunAsync(database => database.KeyDeleteAsync(_keys.Group(groupId)), cancellationToken).ConfigureAwait(false);

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
