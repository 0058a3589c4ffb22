using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>Takes settled messages out of the record, in bursts.</summary>
internal sealed class SettledTags
{
    // Lua unpacks no more than some thousands.
    private const int LargestBurst = 500;

    private readonly RedisConnection _connection;
    private readonly RedisKey[] _record;
    private readonly RedisBursts<string> _bursts;

    public SettledTags(RedisConnection connection, RedisKey[] record)
    {
        _connection = connection;
        _record = record;
        _bursts = new((LargestBurst, long.MaxValue), static _ => 1, ForgetAsync);
    }

    /// <summary>Takes a tag out; false when it was not there any more.</summary>
    public ValueTask<bool> ForgetAsync(string tag, CancellationToken cancellationToken) => _bursts.SendAsync(tag, cancellationToken);

    private async Task<IReadOnlyList<BurstAnswer>> ForgetAsync(IReadOnlyList<string> tags)
    {
        var database = await _connection.GetDatabaseAsync(CancellationToken.None).ConfigureAwait(false);
        var arguments = new RedisValue[tags.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = tags[i];
        }

        var missing = (int[])(await database.ScriptEvaluateAsync(RedisScripts.Forget, _record, arguments).ConfigureAwait(false))!;
        var wereHeld = new BurstAnswer[tags.Count];
        Array.Fill(wereHeld, new BurstAnswer(true));
        foreach (var place in missing)
        {
            wereHeld[place - 1] = new BurstAnswer(false);
        }

        return wereHeld;
    }
}
