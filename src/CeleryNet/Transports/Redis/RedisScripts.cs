namespace CeleryNet.Transports.Redis;

/// <summary>The steps that must happen wholly or not at all. Redis 5 or newer.</summary>
/// <remarks>
/// Times are the server's, so that leases do not depend on the clocks of workers; a Python worker compares them with its own. In each script what can
/// fail (a key of another type) comes before what takes something away: a script that stops half way has lost nothing.
/// </remarks>
internal static class RedisScripts
{
    private const string Now = """
        local time = redis.call('TIME')
        local now = time[1] .. '.' .. string.format('%06d', time[2])

        """;

    /// <summary>
    /// Takes up to ARGV[1] messages from the right ends of KEYS[3…], in this order, and records each as unsettled in KEYS[1] and KEYS[2] before it leaves
    /// its list. The field is not the envelope's own tag but ARGV[2] and a counter, so nothing needs to be parsed here: kombu restores by the field.
    /// ARGV[3] is the number of queues, ARGV[4…] for each what follows the envelope in the stored triple. With an empty ARGV[2] nothing is recorded.
    /// Returns for each list that had any: the number of the list, how many elements, the elements.
    /// </summary>
    public const string Claim = Now + """
        local room, prefix, queues = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
        local claimed, count, place = {}, 0, 0
        for i = 3, #KEYS do
          if count >= room then break end
          local found = redis.call('LRANGE', KEYS[i], count - room, -1)
          if #found > 0 then
            local tail = ARGV[4 + (i - 3) % queues]
            local index, hash = {}, {}
            claimed[place + 1], claimed[place + 2] = i - 3, #found
            place = place + 2
            for j = #found, 1, -1 do
              count = count + 1
              local n = #index
              index[n + 1], index[n + 2] = now, prefix .. count
              hash[n + 1], hash[n + 2] = prefix .. count, '[' .. found[j] .. tail
              place = place + 1
              claimed[place] = found[j]
            end
            if prefix ~= '' then
              redis.call('ZADD', KEYS[2], unpack(index))
              redis.call('HSET', KEYS[1], unpack(hash))
            end
            redis.call('LTRIM', KEYS[i], 0, -#found - 1)
          end
        end
        return claimed
        """;

    /// <summary>What a claim with the prefix ARGV[1] of up to ARGV[2] messages has left in KEYS[1]. Returns pairs: the counter, the stored triple.</summary>
    public const string FindClaimed = """
        local found = {}
        for n = 1, tonumber(ARGV[2]) do
          local stored = redis.call('HGET', KEYS[1], ARGV[1] .. n)
          if stored then
            found[#found + 1] = n
            found[#found + 1] = stored
          end
        end
        return found
        """;

    /// <summary>
    /// Stores ARGV[2] in KEYS[1] in place of what is stored of the tag ARGV[1], if it is still held, and refreshes its time in KEYS[2]: whoever has read the
    /// old form to restore it must not do so any more. Returns whether it was held.
    /// </summary>
    public const string Replace = Now + """
        if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
        redis.call('ZADD', KEYS[2], now, ARGV[1])
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        return 1
        """;

    /// <summary>
    /// Puts ARGV[3] into the list KEYS[3] by the command ARGV[2], if the tag ARGV[1] is still held in KEYS[1], and forgets the tag in KEYS[1] and KEYS[2].
    /// Returns whether it was held.
    /// </summary>
    public const string Move = """
        if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
        redis.call(ARGV[2], KEYS[3], ARGV[3])
        redis.call('HDEL', KEYS[1], ARGV[1])
        redis.call('ZREM', KEYS[2], ARGV[1])
        return 1
        """;

    /// <summary>
    /// Puts ARGV[2] into the list KEYS[2] as its newest, and takes the oldest ARGV[1] out of KEYS[1]; what was not there is not put anywhere. Returns
    /// whether it was there.
    /// </summary>
    public const string Replay = """
        redis.call('LPUSH', KEYS[2], ARGV[2])
        if redis.call('LREM', KEYS[1], -1, ARGV[1]) == 1 then return 1 end
        redis.call('LPOP', KEYS[2])
        return 0
        """;

    /// <summary>Takes the oldest ARGV[1] out of KEYS[1]. Returns whether it was there.</summary>
    public const string Drop = """
        return redis.call('LREM', KEYS[1], -1, ARGV[1])
        """;

    /// <summary>Forgets the tags ARGV in KEYS[1] and KEYS[2]. Returns the places in ARGV of those that were not held in KEYS[1].</summary>
    public const string Forget = """
        local missing = {}
        for i = 1, #ARGV do
          if redis.call('HDEL', KEYS[1], ARGV[i]) == 0 then missing[#missing + 1] = i end
        end
        redis.call('ZREM', KEYS[2], unpack(ARGV))
        return missing
        """;

    /// <summary>
    /// Refreshes the time of each tag in ARGV in KEYS[2] that is still held in KEYS[1]. Returns the places in ARGV of those that are not.
    /// </summary>
    public const string Renew = Now + """
        local missing = {}
        for i = 1, #ARGV do
          if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
            redis.call('ZADD', KEYS[2], now, ARGV[i])
          else
            missing[#missing + 1] = i
          end
        end
        return missing
        """;

    /// <summary>
    /// The youngest ARGV[2] of the tags in KEYS[2] that are older than ARGV[1] seconds. Returns triples: the tag, its time, what KEYS[1] stores of it.
    /// </summary>
    public const string FindExpired = """
        local time = redis.call('TIME')
        local ceiling = string.format('%.6f', time[1] + time[2] / 1000000 - ARGV[1])
        local tags = redis.call('ZREVRANGEBYSCORE', KEYS[2], ceiling, 0, 'WITHSCORES', 'LIMIT', 0, ARGV[2])
        local found = {}
        for i = 1, #tags, 2 do
          found[#found + 1] = tags[i]
          found[#found + 1] = tags[i + 1]
          found[#found + 1] = redis.call('HGET', KEYS[1], tags[i])
        end
        return found
        """;

    /// <summary>
    /// Puts ARGV[4] into the lists KEYS[3…] by the command ARGV[3], if the tag ARGV[1] still has the time ARGV[2] in KEYS[2], and forgets the tag. A tag
    /// that was taken again or renewed meanwhile is left alone. Returns whether a message was moved.
    /// </summary>
    public const string Restore = """
        if redis.call('ZSCORE', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
        local held = redis.call('HEXISTS', KEYS[1], ARGV[1])
        if held == 1 then
          for i = 3, #KEYS do redis.call(ARGV[3], KEYS[i], ARGV[4]) end
          redis.call('HDEL', KEYS[1], ARGV[1])
        end
        redis.call('ZREM', KEYS[2], ARGV[1])
        return held
        """;

    /// <summary>Deletes KEYS[1] if its value is ARGV[1]: nobody gives back a lock that is another's by now.</summary>
    public const string Unlock = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """;
}
