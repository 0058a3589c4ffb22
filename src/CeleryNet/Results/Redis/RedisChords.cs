using System.Globalization;
using StackExchange.Redis;

namespace CeleryNet.Results.Redis;

/// <summary>Counts the parts of chords in Celery's own keys, so that members may run in either language. celery/backends/redis.py</summary>
/// <param name="keys">The names of the keys.</param>
/// <param name="codec">How reports are written and read.</param>
/// <param name="expirySeconds">How long keys are kept after the last report; 0 for ever.</param>
/// <param name="isOrdered">Whether parts are kept in a sorted set, by the order of the header, or in a list, by that of their ends (<c>result_chord_ordered</c>).</param>
internal sealed class RedisChords(RedisResultKeys keys, ChordCodec codec, long expirySeconds, bool isOrdered)
{
    private readonly Expiration _expiry = expirySeconds == 0 ? default : new Expiration(TimeSpan.FromSeconds(expirySeconds));

    /// <summary>See <see cref="IChordBackend.SetSizeAsync"/>.</summary>
    public Task<bool> SetSizeAsync(IDatabase database, string groupId, int size) => database.StringSetAsync(keys.ChordSize(groupId), size, _expiry);

    /// <summary>See <see cref="IChordParts.AddPartAsync"/>.</summary>
    public async Task<ChordParts?> AddPartAsync(IDatabase database, string groupId, ChordPart part)
    {
        RedisValue[] arguments =
        [
            part.Index is { } index ? index.ToString(CultureInfo.InvariantCulture) : "+inf",
            codec.EncodePart(part),
            codec.MarkOf(part.TaskId),
            expirySeconds,
            isOrdered ? "1" : "0",
        ];
        var answer = await database.ScriptEvaluateAsync(
            RedisChordScripts.AddPart,
            [keys.ChordParts(groupId), keys.ChordAdded(groupId), keys.ChordSize(groupId), keys.Group(groupId)],
            arguments).ConfigureAwait(false);
        return answer.IsNull ? null : Read(groupId, (RedisValue[])answer!);
    }

    /// <summary>See <see cref="IChordParts.ExpectOneMoreAsync"/>.</summary>
    public Task<RedisResult> ExpectOneMoreAsync(IDatabase database, string groupId)
        => database.ScriptEvaluateAsync(RedisChordScripts.ExpectOneMore, [keys.ChordAdded(groupId)], [expirySeconds]);

    /// <summary>See <see cref="IChordParts.DeleteChordAsync"/>.</summary>
    public Task<long> DeleteAsync(IDatabase database, string groupId)
        => database.KeyDeleteAsync([keys.ChordParts(groupId), keys.ChordAdded(groupId), keys.ChordSize(groupId)]);

    // As many reports as members, or more, need not be a report of each member: a member that ran twice may have made two.
    private ChordParts? Read(string groupId, RedisValue[] answer)
    {
        var size = (int)answer[0];
        var parts = ChordParts.Distinct(answer.Skip(2).Select(report => codec.DecodePart(report)));
        return parts.Count < size ? null : new ChordParts(parts, answer[1].IsNullOrEmpty ? null : codec.DecodeGroup(answer[1], groupId));
    }
}
