using StackExchange.Redis;

namespace CeleryNet.Throughput.Work;

/// <summary>
/// The fastest worker that keeps the promises of one on Redis: messages are taken and recorded in one step, 64 at a time, the next ones on their way while these run;
/// results are stored before the record goes; everything is pipelined.
/// </summary>
internal sealed class RawRedisWorker(IDatabase database, RawResults? results, RawTasks tasks, RawRedisWatch watch, string queue)
{
    private const int LargestClaim = 64;
    private const int ClaimsUnderWay = 3;
    private const int SettlementsUnderWay = 4;

    private const string Claim = """
        local found = redis.call('LRANGE', KEYS[3], -tonumber(ARGV[1]), -1)
        if #found == 0 then return found end
        local time = redis.call('TIME')
        local now = time[1] .. '.' .. string.format('%06d', time[2])
        local index, hash = {}, {}
        for i = 1, #found do
          index[i * 2 - 1], index[i * 2] = now, ARGV[2] .. i
          hash[i * 2 - 1], hash[i * 2] = ARGV[2] .. i, '[' .. found[i] .. ARGV[3]
        end
        redis.call('ZADD', KEYS[2], unpack(index))
        redis.call('HSET', KEYS[1], unpack(hash))
        redis.call('LTRIM', KEYS[3], 0, -#found - 1)
        return found
        """;

    private static readonly RedisKey _hash = "unacked";
    private static readonly RedisKey _index = "unacked_index";

    private readonly RedisKey[] _keys = [_hash, _index, queue];
    private readonly string _tail = $", \"\", \"{queue}\"]";
    private readonly string _consumer = Guid.NewGuid().ToString();
    private readonly Queue<Task<(string Prefix, RedisResult[] Elements)>> _claiming = new();
    private readonly Queue<Task> _settling = new();
    private long _claims;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_claiming.Count < ClaimsUnderWay)
            {
                _claiming.Enqueue(ClaimAsync());
            }

            var (prefix, elements) = await _claiming.Dequeue().WaitAsync(cancellationToken);
            if (elements.Length > 0)
            {
                await HandleAsync(prefix, elements, cancellationToken);
                continue;
            }

            while (_claiming.TryDequeue(out var claim))
            {
                (prefix, elements) = await claim.WaitAsync(cancellationToken);
                await HandleAsync(prefix, elements, cancellationToken);
            }

            await watch.WaitAsync(cancellationToken);
        }
    }

    private async Task HandleAsync(string prefix, RedisResult[] elements, CancellationToken cancellationToken)
    {
        if (elements.Length == 0)
        {
            return;
        }

        _settling.Enqueue(SettleAsync(prefix, elements.Length, Run(elements)));
        if (_settling.Count >= SettlementsUnderWay)
        {
            await _settling.Dequeue().WaitAsync(cancellationToken);
        }
    }

    private async Task<(string Prefix, RedisResult[] Elements)> ClaimAsync()
    {
        var prefix = $"{_consumer}:{++_claims}:";
        var claimed = await database.ScriptEvaluateAsync(Claim, _keys, [LargestClaim, prefix, _tail]);
        return (prefix, (RedisResult[])claimed!);
    }

    // The oldest is the last.
    private List<Task> Run(RedisResult[] elements)
    {
        var stored = new List<Task>(results is null ? 0 : elements.Length);
        for (var i = elements.Length - 1; i >= 0; i--)
        {
            var call = RawCall.ReadElement((byte[])elements[i]!);
            var document = tasks.Run(call);
            if (results is not null)
            {
                stored.Add(results.StoreAsync(call.Id, document));
            }
        }

        return stored;
    }

    private async Task SettleAsync(string prefix, int count, List<Task> stored)
    {
        if (stored.Count > 0)
        {
            await Task.WhenAll(stored);
        }

        RedisValue[] tags = [.. Enumerable.Range(1, count).Select(number => (RedisValue)(prefix + number))];
        var indexed = database.SortedSetRemoveAsync(_index, tags);
        await Task.WhenAll(indexed, database.HashDeleteAsync(_hash, tags));
    }
}
