namespace CeleryNet.Results.Redis;

/// <summary>What the backend does in one step.</summary>
internal static class RedisResultScripts
{
    /// <summary>
    /// Stores the documents ARGV[2…] at KEYS[1…] for ARGV[1] seconds, 0 for ever, and tells each on the channel of the same name; nothing where a SUCCESS is
    /// stored, which every writer's document shows at its beginning. (Python asks and stores in two steps.) Returns the places in KEYS where that was so.
    /// One that fails leaves those before it stored, and to store them once more changes nothing.
    /// celery/backends/redis.py RedisBackend._set, celery/backends/base.py KeyValueStoreBackend._store_result
    /// </summary>
    public const string Store = """
        local kept = {}
        for i = 1, #KEYS do
          local key, document = KEYS[i], ARGV[i + 1]
          local stored = redis.call('GETRANGE', key, 0, 63)
          if stored ~= '' and string.find(stored, '^%s*{%s*"status"%s*:%s*"SUCCESS"') then
            kept[#kept + 1] = i
          else
            if ARGV[1] == '0' then
              redis.call('SET', key, document)
            else
              redis.call('SETEX', key, ARGV[1], document)
            end
            redis.call('PUBLISH', key, document)
          end
        end
        return kept
        """;
}
