using System.Collections.Concurrent;
using CeleryNet.Routing;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Writes the bindings of queues, each once for a connection: a server that was restarted or replaced may have forgotten them. The lists themselves need
/// no declaring. kombu/transport/redis.py Channel._queue_bind
/// </summary>
internal sealed class RedisDeclarations : IDisposable
{
    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly ConcurrentDictionary<(string Exchange, string Member), bool> _declared = new();

    public RedisDeclarations(RedisConnection connection, RedisKeys keys)
    {
        _connection = connection;
        _keys = keys;
        connection.Restored += _declared.Clear;
    }

    /// <summary>Writes the binding if it is not known to be there.</summary>
    public async ValueTask DeclareAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var exchange = queue.Exchange.Name;
        var binding = (exchange, RedisBindings.Member(queue));
        if (exchange.Length == 0 || _declared.ContainsKey(binding))
        {
            return;
        }

        await database.SetAddAsync(_keys.Bindings(exchange), binding.Item2).WaitAsync(cancellationToken).ConfigureAwait(false);
        _declared[binding] = true;
    }

    /// <summary>Removes the binding.</summary>
    public async Task RemoveAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var member = RedisBindings.Member(queue);
        await database.SetRemoveAsync(_keys.Bindings(queue.Exchange.Name), member).WaitAsync(cancellationToken).ConfigureAwait(false);
        _declared.TryRemove((queue.Exchange.Name, member), out _);
    }

    public void Dispose() => _connection.Restored -= _declared.Clear;
}
