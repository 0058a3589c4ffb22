namespace CeleryNet.Results.Redis;

/// <summary>What is done with the parts of a chord in one step.</summary>
internal static class RedisChordScripts
{
    /// <summary>
    /// Adds the report ARGV[2] at the place ARGV[1] to the parts KEYS[1], keeps it, the number of members added later KEYS[2] and the size KEYS[3] for ARGV[4] seconds
    /// more, 0 for ever, and returns nothing, or all reports with the saved header KEYS[4] before them once there are as many as there are members, or more. ARGV[5]
    /// is 1 where parts are a sorted set, else they are a list.
    /// A member whose id, as it is written, is ARGV[3] (empty where that cannot be told from the bytes of a report) reports once: a success stays, anything else gives
    /// way. (Python counts another report if it differs by a byte, and then passes the number by.) celery/backends/redis.py on_chord_part_return
    /// </summary>
    public const string AddPart = """
        local parts, place, report, id, ordered = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[5] == '1'
        local adds = true
        if id ~= '' then
          local others = ordered and redis.call('ZRANGEBYSCORE', parts, place, place) or redis.call('LRANGE', parts, 0, -1)
          for _, other in ipairs(others) do
            local head = string.sub(other, 1, #id + 24)
            if string.find(head, id, 1, true) then
              if string.find(head, '"SUCCESS"', 1, true) then
                adds = false
              elseif ordered then
                redis.call('ZREM', parts, other)
              else
                redis.call('LREM', parts, 0, other)
              end
            end
          end
        end
        if adds then
          if ordered then
            redis.call('ZADD', parts, place, report)
          else
            redis.call('RPUSH', parts, report)
          end
        end
        if ARGV[4] ~= '0' then
          for i = 1, 3 do
            redis.call('EXPIRE', KEYS[i], ARGV[4])
          end
        end
        local size = tonumber(redis.call('GET', KEYS[3]) or '')
        if not size then
          return nil
        end
        local count = ordered and redis.call('ZCARD', parts) or redis.call('LLEN', parts)
        size = size + (tonumber(redis.call('GET', KEYS[2]) or '') or 0)
        if count < size then
          return nil
        end
        local all = ordered and redis.call('ZRANGE', parts, 0, -1) or redis.call('LRANGE', parts, 0, -1)
        table.insert(all, 1, redis.call('GET', KEYS[4]) or '')
        table.insert(all, 1, tostring(size))
        return all
        """;

    /// <summary>Counts one member more at KEYS[1], and keeps that for ARGV[1] seconds, 0 for ever. celery/backends/redis.py add_to_chord</summary>
    public const string ExpectOneMore = """
        redis.call('INCR', KEYS[1])
        if ARGV[1] ~= '0' then
          redis.call('EXPIRE', KEYS[1], ARGV[1])
        end
        """;
}
