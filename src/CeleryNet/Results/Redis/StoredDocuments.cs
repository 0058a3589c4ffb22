using CeleryNet.Transports;
using CeleryNet.Transports.Redis;
using StackExchange.Redis;

namespace CeleryNet.Results.Redis;

/// <summary>Stores documents and tells of them, in bursts.</summary>
internal sealed class StoredDocuments
{
    // The server does nothing else meanwhile.
    private const int LargestBurst = 100;
    private const long LargestWeight = 1 << 20;

    private readonly RedisConnection _connection;
    private readonly RedisValue _expirySeconds;
    private readonly Bursts<(byte[] Key, ReadOnlyMemory<byte> Document)> _bursts;

    /// <param name="connection">Where they go.</param>
    /// <param name="expirySeconds">How long each is kept; 0 for ever.</param>
    /// <param name="describe">Makes of an error what whoever waits is told.</param>
    public StoredDocuments(RedisConnection connection, long expirySeconds, Func<Exception, Exception> describe)
    {
        _connection = connection;
        _expirySeconds = expirySeconds;
        _bursts = new((LargestBurst, LargestWeight), static item => item.Document.Length, StoreAsync, failed: (_, error) => describe(error));
    }

    /// <summary>Stores a document, unless there is one already that must not be replaced.</summary>
    public ValueTask StoreAsync(byte[] key, ReadOnlyMemory<byte> document, CancellationToken cancellationToken)
        => _bursts.SendAsync((key, document), cancellationToken);

    private async Task StoreAsync(IReadOnlyList<(byte[] Key, ReadOnlyMemory<byte> Document)> items, BurstAnswer[] answers)
    {
        var database = await _connection.GetDatabaseAsync(CancellationToken.None).ConfigureAwait(false);
        var (keys, arguments) = (new RedisKey[items.Count], new RedisValue[items.Count + 1]);
        arguments[0] = _expirySeconds;
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = items[i].Key;
            arguments[i + 1] = items[i].Document;
        }

        await database.ScriptEvaluateAsync(RedisResultScripts.Store, keys, arguments).ConfigureAwait(false);
    }
}
