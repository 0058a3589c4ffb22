namespace CeleryNet.Results.Redis;

/// <summary>What the backend does in one step.</summary>
internal static class RedisResultScripts
{
    /// <summary>
    /// Stores the document ARGV[1] at KEYS[1] for ARGV[2] seconds, 0 for ever, and tells it on the channel of the same name; nothing if a SUCCESS is
    /// stored, which every writer's document shows at its beginning. (Python asks and stores in two steps.) Returns whether it was stored.
    /// celery/backends/redis.py RedisBackend._set, celery/backends/base.py KeyValueStoreBackend._store_result
    /// </summary>
    public const string Store = """
        if string.find(redis.call('GETRANGE', KEYS[1], 0, 63), '^%s*{%s*"status"%s*:%s*"SUCCESS"') then return 0 end
        if ARGV[2] == '0' then
          redis.call('SET', KEYS[1], ARGV[1])
        else
          redis.call('SETEX', KEYS[1], ARGV[2], ARGV[1])
        end
        redis.call('PUBLISH', KEYS[1], ARGV[1])
        return 1
        """;
}
