using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>Takes settled messages out of the record, in bursts.</summary>
internal sealed class SettledTags
{
    // Lua unpacks no more than some thousands.
    private const int LargestBurst = 500;

    private readonly RedisConnection _connection;
    private readonly RedisKey[] _record;
    private readonly Bursts<RedisDelivery> _bursts;

    public SettledTags(RedisConnection connection, RedisKey[] record)
    {
        _connection = connection;
        _record = record;
        _bursts = new(
            (LargestBurst, long.MaxValue),
            static _ => 1,
            ForgetAsync,
            static (delivery, wasHeld) => delivery.Settled(wasHeld),
            static (delivery, error) => delivery.NotSettled(error),
            TellOfRoom);
    }

    /// <summary>Takes a delivery's message out. The delivery is told whether it was still there, or why that is not known, before whoever waits goes on.</summary>
    public ValueTask ForgetAsync(RedisDelivery delivery, CancellationToken cancellationToken) => _bursts.SendAsync(delivery, cancellationToken);

    // Into one buffer: a text for each would be most of what a settlement costs.
    private static RedisValue[] Write(IReadOnlyList<RedisDelivery> deliveries)
    {
        var size = 0;
        for (var i = 0; i < deliveries.Count; i++)
        {
            size += deliveries[i].Tag.MaxLength;
        }

        var (tags, place) = (new byte[size], 0);
        var arguments = new RedisValue[deliveries.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            var length = deliveries[i].Tag.Write(tags.AsSpan(place));
            arguments[i] = tags.AsMemory(place, length);
            place += length;
        }

        return arguments;
    }

    // They may be of several consumers, and those of one mostly come together.
    private static void TellOfRoom(IReadOnlyList<RedisDelivery> deliveries)
    {
        PrefetchWindow? told = null;
        for (var i = 0; i < deliveries.Count; i++)
        {
            if (deliveries[i].Window != told)
            {
                told = deliveries[i].Window;
                told.TellOfRoom();
            }
        }
    }

    private async Task ForgetAsync(IReadOnlyList<RedisDelivery> deliveries, BurstAnswer[] wereHeld)
    {
        var database = await _connection.GetDatabaseAsync(CancellationToken.None).ConfigureAwait(false);
        var arguments = Write(deliveries);

        var missing = (int[])(await database.ScriptEvaluateAsync(RedisScripts.Forget, _record, arguments).ConfigureAwait(false))!;
        Array.Fill(wereHeld, new BurstAnswer(true), 0, deliveries.Count);
        foreach (var place in missing)
        {
            wereHeld[place - 1] = new BurstAnswer(false);
        }
    }
}
