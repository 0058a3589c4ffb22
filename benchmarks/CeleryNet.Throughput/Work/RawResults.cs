using StackExchange.Redis;

namespace CeleryNet.Throughput.Work;

/// <summary>Stores results as Celery does: the document for a day, and told on the channel of the same name. Both go out at once; the caller awaits when it must.</summary>
internal sealed class RawResults(IDatabase database)
{
    private static readonly TimeSpan _expiry = TimeSpan.FromDays(1);

    public static string Key(string id) => "celery-task-meta-" + id;

    public Task StoreAsync(string id, byte[] document)
    {
        var key = Key(id);
        var stored = database.StringSetAsync(key, document, _expiry);
        _ = database.PublishAsync(RedisChannel.Literal(key), document, CommandFlags.FireAndForget);
        return stored;
    }
}
