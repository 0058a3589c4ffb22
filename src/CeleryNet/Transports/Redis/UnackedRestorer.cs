using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Puts messages back whose worker has neither settled them nor renewed its lease within the visibility timeout, whoever that was; one worker of all at a
/// time, by kombu's mutex. kombu/transport/redis.py QoS.restore_visible, QoS.restore_by_tag, Channel._do_restore_message
/// </summary>
internal sealed class UnackedRestorer(RedisConnection connection, RedisKeys keys, TransportOptions options, TimeProvider time, ILogger logger)
{
    private const int Page = 100;

    // What a worker that dies during a sweep makes the others wait. kombu's is 300 s, since it may restore twice what two restore at a time; the script
    // here does not, so a sweep may be short and a later one goes on with what is left.
    private static readonly TimeSpan _mutexExpiry = TimeSpan.FromSeconds(10);

    private readonly RedisBindings _bindings = new();

    /// <summary>Restores at once and then by the interval until told to stop; outages only interrupt it.</summary>
    public Task RunAsync(CancellationToken stopping)
        => BackgroundLoop.RunAsync("Restoring messages", SweepAndWaitAsync, options.RestoreInterval, time, logger, stopping);

    /// <summary>One sweep; the number of messages put back, or null when another worker is at it.</summary>
    public async Task<int?> RestoreAsync(CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);

        // Mostly there is nothing to do, which is seen without taking the mutex.
        var expired = await FindExpiredAsync(database, cancellationToken).ConfigureAwait(false);
        if (expired.Count == 0)
        {
            return 0;
        }

        RedisValue token = TaskId.New().Value;
        var locked = await database.StringSetAsync(keys.UnackedMutex, token, _mutexExpiry, When.NotExists).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!locked)
        {
            return null;
        }

        var restored = 0;
        try
        {
            var started = time.GetTimestamp();
            expired = await FindExpiredAsync(database, cancellationToken).ConfigureAwait(false);

            // Each page is put back before the next, older one: pushed last, the oldest is delivered first.
            while (expired.Count > 0 && time.GetElapsedTime(started) < _mutexExpiry / 2)
            {
                foreach (var message in expired)
                {
                    restored += await RestoreAsync(database, message, cancellationToken).ConfigureAwait(false) ? 1 : 0;
                }

                expired = await FindExpiredAsync(database, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            if (restored > 0)
            {
                logger.MessagesRestored(restored);
            }

            await database.ScriptEvaluateAsync(RedisScripts.Unlock, [keys.UnackedMutex], [token]).ConfigureAwait(false);
        }

        return restored;
    }

    private async Task SweepAndWaitAsync(CancellationToken stopping)
    {
        await RestoreAsync(stopping).ConfigureAwait(false);
        await Task.Delay(options.RestoreInterval, time, stopping).ConfigureAwait(false);
    }

    private async Task<List<Expired>> FindExpiredAsync(IDatabase database, CancellationToken cancellationToken)
    {
        var found = (RedisResult[])(await database
            .ScriptEvaluateAsync(RedisScripts.FindExpired, [keys.Unacked, keys.UnackedIndex], [options.VisibilityTimeout.TotalSeconds, Page])
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false))!;
        var expired = new List<Expired>(found.Length / 3);
        for (var i = 0; i < found.Length; i += 3)
        {
            expired.Add(new Expired((RedisValue)found[i], (RedisValue)found[i + 1], (byte[]?)found[i + 2]));
        }

        return expired;
    }

    private async Task<bool> RestoreAsync(IDatabase database, Expired message, CancellationToken cancellationToken)
    {
        var (lists, command, element) = await PlanAsync(database, message, cancellationToken).ConfigureAwait(false);
        RedisKey[] scriptKeys = [keys.Unacked, keys.UnackedIndex, .. lists.Select(list => (RedisKey)list)];
        RedisValue[] arguments = [message.Tag, message.Score, command, element];
        var moved = await database.ScriptEvaluateAsync(RedisScripts.Restore, scriptKeys, arguments).WaitAsync(cancellationToken).ConfigureAwait(false);
        return (bool)moved;
    }

    private async Task<(IReadOnlyList<string> Lists, string Command, ReadOnlyMemory<byte> Element)> PlanAsync(
        IDatabase database, Expired message, CancellationToken cancellationToken)
    {
        if (message.Stored is not { } stored)
        {
            // An entry of the index alone: the script only sweeps it away.
            return ([], "", default);
        }

        StoredMessage record;
        try
        {
            record = StoredMessage.Read(stored);
        }
        catch (MalformedMessageException error)
        {
            return KeepAside(UnackedQueue, error.Message, stored);
        }

        int? priority = null;
        try
        {
            priority = RedisEnvelopeReader.Read(record.Envelope.Span).Envelope.Priority;
        }
        catch (MalformedMessageException)
        {
            // It goes back as it is, to the queue it came from: whoever takes it next says what is wrong with it.
        }

        var queues = record.Exchange.Length == 0 ? [] : await FindQueuesAsync(database, record, cancellationToken).ConfigureAwait(false);
        if (queues.Count == 0)
        {
            // The default exchange, or bindings that are gone: the routing key is mostly the queue's name, and a list is better than nowhere.
            queues = [record.RoutingKey];
        }

        if (queues[0].Length == 0)
        {
            return KeepAside(UnackedQueue, "The record of an unsettled message names no queue.", stored);
        }

        return ([.. queues.Select(queue => keys.ListFor(queue, priority))], "RPUSH", DeliveryMarks.Restore(record.Envelope));
    }

    // Nothing is known of the queue of such a message, so its dead letters are named after the place where it was found.
    private static string UnackedQueue => RedisKeys.UnackedName;

    private (IReadOnlyList<string> Lists, string Command, ReadOnlyMemory<byte> Element) KeepAside(string queue, string reason, byte[] stored)
    {
        var deadLetterQueue = queue + options.DeadLetterSuffix;
        logger.DeadLettered(queue, deadLetterQueue, reason);
        return ([keys.DeadLetters(deadLetterQueue)], "LPUSH", DeadLetterEntry.Write(reason, time.GetUtcNow(), queue, headers: null, stored));
    }

    private async Task<IReadOnlyList<string>> FindQueuesAsync(IDatabase database, StoredMessage record, CancellationToken cancellationToken)
    {
        var members = await database.SetMembersAsync(keys.Bindings(record.Exchange)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return _bindings.Match(members.Select(member => member.ToString()), record.RoutingKey, keys.Separator);
    }

    private readonly record struct Expired(RedisValue Tag, RedisValue Score, byte[]? Stored);
}
