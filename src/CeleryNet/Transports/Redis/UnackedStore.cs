using System.Text;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>kombu's record of delivered and unsettled messages, shared by all workers of a database. kombu/transport/redis.py QoS</summary>
internal sealed class UnackedStore(RedisConnection connection, RedisKeys keys, TimeProvider time)
{
    private readonly RedisKey _unacked = Encoding.UTF8.GetBytes(keys.Unacked);
    private readonly RedisKey _index = Encoding.UTF8.GetBytes(keys.UnackedIndex);
    private readonly RedisKey[] _both = [keys.Unacked, keys.UnackedIndex];
    private readonly SettledTags _settled = new(connection, [keys.Unacked, keys.UnackedIndex]);

    public RedisConnection Connection => connection;

    /// <summary>Takes messages from lists and records them as held by us. The reply: <see cref="RedisScripts.Claim"/>.</summary>
    /// <param name="lists">Two places for the keys of the record, then the lists.</param>
    /// <param name="arguments">The arguments of the script.</param>
    /// <param name="cancellationToken">Ends the wait for a connection only: a claim under way is waited for, since it cannot be taken back.</param>
    public async Task<RedisResult[]> ClaimAsync(RedisKey[] lists, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        lists[0] = _unacked;
        lists[1] = _index;
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        return (RedisResult[])(await database.ScriptEvaluateAsync(RedisScripts.Claim, lists, arguments).ConfigureAwait(false))!;
    }

    /// <summary>What a claim whose reply was lost has taken. The reply: <see cref="RedisScripts.FindClaimed"/>.</summary>
    public async Task<RedisResult[]> FindClaimedAsync(string prefix, int limit, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        return (RedisResult[])(await database.ScriptEvaluateAsync(RedisScripts.FindClaimed, [_unacked], [prefix, limit]).ConfigureAwait(false))!;
    }

    /// <summary>Takes the message of a delivery out of the record, together with others'. The delivery is told how that went, and then whoever waits.</summary>
    public ValueTask ForgetAsync(RedisDelivery delivery, CancellationToken cancellationToken) => _settled.ForgetAsync(delivery, cancellationToken);

    /// <summary>Moves the message of a delivery to where the settlement says. False when it was not ours any more, in which case nothing happened.</summary>
    public async ValueTask<bool> MoveAsync(RedisDelivery delivery, Settlement settlement, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        switch (settlement.Kind)
        {
            case SettlementKind.Requeue or SettlementKind.Return:
                var list = delivery.Envelope is { } envelope ? keys.ListFor(delivery.Queue, envelope.Priority) : delivery.List;
                var element = settlement.Kind == SettlementKind.Return ? delivery.Raw : DeliveryMarks.Return(delivery.Raw, delivery.CountedRuns);
                return await MoveAsync(database, delivery.Tag.ToString(), "RPUSH", list, element, cancellationToken).ConfigureAwait(false);
            case SettlementKind.DeadLetter:
                var entry = DescribeDeadLetter(delivery, settlement.Reason ?? "");
                var deadLetters = keys.DeadLetters(delivery.DeadLetterQueue);
                return await MoveAsync(database, delivery.Tag.ToString(), "LPUSH", deadLetters, entry, cancellationToken).ConfigureAwait(false);
            default:
                throw new ArgumentOutOfRangeException(nameof(settlement), settlement.Kind, "There is no such way to settle a message.");
        }
    }

    /// <summary>Records another form of a delivery's message, which is what anybody puts back from now on, and renews its lease. False when the delivery was not ours any more.</summary>
    public async Task<bool> ReplaceAsync(RedisDelivery delivery, ReadOnlyMemory<byte> raw, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var replacing = database.ScriptEvaluateAsync(RedisScripts.Replace, _both, [delivery.Tag.ToString(), StoredMessage.Write(raw, delivery.Queue)]);
        return (bool)await replacing.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a copy of a message among the dead letters of its queue, whether it is held or not.</summary>
    public async Task KeepCopyAsync(RedisDelivery delivery, string reason, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var pushing = database.ListLeftPushAsync(keys.DeadLetters(delivery.DeadLetterQueue), DescribeDeadLetter(delivery, reason));
        await pushing.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a message back that was taken without a record.</summary>
    public async Task PushBackAsync(string list, ReadOnlyMemory<byte> raw, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await database.ListRightPushAsync(list, raw).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Renews the leases of deliveries; the places of those that are not ours any more.</summary>
    public async Task<int[]> RenewAsync(RedisValue[] tags, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var missing = await database.ScriptEvaluateAsync(RedisScripts.Renew, _both, tags).WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. ((int[])missing!).Select(place => place - 1)];
    }

    private ReadOnlyMemory<byte> DescribeDeadLetter(RedisDelivery delivery, string reason)
        => DeadLetterEntry.Write(reason, time.GetUtcNow(), delivery.Queue, delivery.Envelope?.Headers, delivery.Raw.Span);

    private async ValueTask<bool> MoveAsync(
        IDatabase database, string tag, string command, string list, ReadOnlyMemory<byte> element, CancellationToken cancellationToken)
    {
        var moving = database.ScriptEvaluateAsync(RedisScripts.Move, [_unacked, _index, list], [tag, command, element]);
        return (bool)await moving.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
