using StackExchange.Redis;

namespace CeleryNet.Throughput.Work;

/// <summary>A raw worker on Redis whose tasks wait: so many run at a time, and each takes its message out of the record when it has ended.</summary>
internal sealed class RawSlots(IDatabase database, RawTasks tasks, RawRedisWatch watch, string queue, int concurrency) : IDisposable
{
    private const int LargestClaim = 64;

    private const string Claim = """
        local found = redis.call('LRANGE', KEYS[3], -tonumber(ARGV[1]), -1)
        local time = redis.call('TIME')
        local now = time[1] .. '.' .. string.format('%06d', time[2])
        for i = 1, #found do
          redis.call('ZADD', KEYS[2], now, ARGV[2] .. i)
          redis.call('HSET', KEYS[1], ARGV[2] .. i, '[' .. found[i] .. ARGV[3])
        end
        redis.call('LTRIM', KEYS[3], 0, -#found - 1)
        return found
        """;

    private static readonly RedisKey _hash = "unacked";
    private static readonly RedisKey _index = "unacked_index";

    private readonly string _consumer = Guid.NewGuid().ToString();
    private readonly SemaphoreSlim _free = new(concurrency);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var claim = 0; !cancellationToken.IsCancellationRequested; claim++)
        {
            var prefix = $"{_consumer}:{claim}:";
            var claimed = await database.ScriptEvaluateAsync(Claim, [_hash, _index, queue], [LargestClaim, prefix, $", \"\", \"{queue}\"]"]);
            var elements = (RedisResult[])claimed!;
            for (var i = elements.Length - 1; i >= 0; i--)
            {
                await _free.WaitAsync(cancellationToken);
                _ = RunAsync(RawCall.ReadElement((byte[])elements[i]!), prefix + (i + 1), cancellationToken);
            }

            if (elements.Length == 0)
            {
                await watch.WaitAsync(cancellationToken);
            }
        }
    }

    public void Dispose() => _free.Dispose();

    private async Task RunAsync(RawCall call, string tag, CancellationToken cancellationToken)
    {
        try
        {
            await tasks.WaitAsync(call, cancellationToken);
        }
        finally
        {
            _free.Release();
        }

        await Task.WhenAll(database.SortedSetRemoveAsync(_index, tag), database.HashDeleteAsync(_hash, tag));
    }
}
