namespace CeleryNet.Results.Redis;

/// <summary>What the backend does in one step.</summary>
internal static class RedisResultScripts
{
    /// <summary>
    /// Stores the documents ARGV[2…] at KEYS[1…] for ARGV[1] seconds, 0 for ever, and tells each on the channel of the same name; nothing where a SUCCESS is
    /// stored, which every writer's document shows at its beginning. (Python asks and stores in two steps.) Mostly nothing is, and then it is stored by one command.
    /// One that fails leaves those before it stored, and to store them once more changes nothing.
    /// celery/backends/redis.py RedisBackend._set, celery/backends/base.py KeyValueStoreBackend._store_result
    /// </summary>
    public const string Store = """
        local seconds = ARGV[1]
        for i = 1, #KEYS do
          local key, document = KEYS[i], ARGV[i + 1]
          local isStored
          if seconds == '0' then
            isStored = redis.call('SET', key, document, 'NX')
          else
            isStored = redis.call('SET', key, document, 'NX', 'EX', seconds)
          end
          if not isStored and not string.find(redis.call('GETRANGE', key, 0, 63), '^%s*{%s*"status"%s*:%s*"SUCCESS"') then
            if seconds == '0' then
              redis.call('SET', key, document)
            else
              redis.call('SETEX', key, seconds, document)
            end
            isStored = true
          end
          if isStored then
            redis.call('PUBLISH', key, document)
          end
        end
        """;
}
