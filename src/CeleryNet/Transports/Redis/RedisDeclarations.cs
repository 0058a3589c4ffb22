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

    // All bindings of the queue of that name are there, as this very description has them: asked at every publish.
    private readonly ConcurrentDictionary<string, QueueSpec> _whole = new(StringComparer.Ordinal);
    private int _forgotten;

    public RedisDeclarations(RedisConnection connection, RedisKeys keys)
    {
        _connection = connection;
        _keys = keys;
        connection.Restored += Forget;
    }

    /// <summary>Whether nothing is left to be declared.</summary>
    public bool AreDeclared(QueueSpec queue) => queue.IsPassive || (_whole.TryGetValue(queue.Name, out var known) && ReferenceEquals(known, queue));

    /// <summary>Writes the bindings that are not known to be there.</summary>
    public async ValueTask DeclareAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        if (queue.IsPassive)
        {
            return;
        }

        var forgotten = Volatile.Read(ref _forgotten);

        foreach (var binding in queue.Bindings)
        {
            var (exchange, member) = (binding.Exchange.Name, RedisBindings.Member(binding, queue.Name, _keys.Separator));
            if (!_declared.ContainsKey((exchange, member)))
            {
                await database.SetAddAsync(_keys.Bindings(exchange), member).WaitAsync(cancellationToken).ConfigureAwait(false);
                _declared[(exchange, member)] = true;
            }
        }

        if (forgotten == Volatile.Read(ref _forgotten))
        {
            _whole[queue.Name] = queue;
        }
    }

    /// <summary>Removes the bindings.</summary>
    public async Task RemoveAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        _whole.TryRemove(queue.Name, out _);
        foreach (var binding in queue.Bindings)
        {
            var (exchange, member) = (binding.Exchange.Name, RedisBindings.Member(binding, queue.Name, _keys.Separator));
            await database.SetRemoveAsync(_keys.Bindings(exchange), member).WaitAsync(cancellationToken).ConfigureAwait(false);
            _declared.TryRemove((exchange, member), out _);
        }
    }

    public void Dispose() => _connection.Restored -= Forget;

    private void Forget()
    {
        Interlocked.Increment(ref _forgotten);
        _declared.Clear();
        _whole.Clear();
    }
}
