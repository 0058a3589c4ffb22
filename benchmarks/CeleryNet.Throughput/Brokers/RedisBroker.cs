using CeleryNet.Throughput.Work;
using StackExchange.Redis;

namespace CeleryNet.Throughput.Brokers;

/// <summary>Redis as the broker, in database 0.</summary>
internal sealed class RedisBroker(IConnectionMultiplexer connection, string url) : IBroker
{
    private const int Batch = 500;

    private readonly IDatabase _database = connection.GetDatabase(0);

    public string Name => "redis";

    public string Url => $"{url}/0";

    public Task ResetAsync(string queue, CancellationToken cancellationToken) => _database.ExecuteAsync("FLUSHDB").WaitAsync(cancellationToken);

    public async Task FillAsync(TaskMessages messages, int count, CancellationToken cancellationToken)
    {
        await FillAsync(messages, messages.Queue, count, cancellationToken);
        if (await _database.ListLengthAsync(messages.Queue).WaitAsync(cancellationToken) is var length && length != count)
        {
            throw new InvalidOperationException($"The list '{messages.Queue}' has {length} elements after {count} were put into it.");
        }
    }

    /// <summary>Fills the lists of a queue's priorities, each with so many.</summary>
    public async Task FillAsync(TaskMessages messages, int countOfEach, IEnumerable<int> priorities, CancellationToken cancellationToken)
    {
        foreach (var priority in priorities)
        {
            await FillAsync(messages, ListOf(messages.Queue, priority), countOfEach, cancellationToken);
        }
    }

    /// <summary>Looks that nothing is left in the lists of a queue's priorities, nor unsettled.</summary>
    /// <exception cref="InvalidOperationException">There is.</exception>
    public async Task CheckEmptyAsync(string queue, IEnumerable<int> priorities, CancellationToken cancellationToken)
    {
        foreach (var list in priorities.Select(priority => ListOf(queue, priority)))
        {
            if (await CountAsync(list, cancellationToken) is var left && left > 0)
            {
                throw new InvalidOperationException($"{left} messages are left in '{queue}' or unsettled after the worker has counted all of them.");
            }
        }
    }

    /// <summary>Gives a worker that waits already so many messages in one moment: they are made in another list, which then takes the queue's name.</summary>
    public async Task AppearAsync(TaskMessages messages, int count, CancellationToken cancellationToken)
    {
        var aside = messages.Queue + ".aside";
        await FillAsync(messages, aside, count, cancellationToken);
        await _database.KeyRenameAsync(aside, messages.Queue).WaitAsync(cancellationToken);
    }

    public async Task<long> CountAsync(string queue, CancellationToken cancellationToken)
        => await _database.ListLengthAsync(queue).WaitAsync(cancellationToken) + await _database.HashLengthAsync("unacked").WaitAsync(cancellationToken);

    // kombu/transport/redis.py Channel._q_for_pri
    private static string ListOf(string queue, int priority)
        => priority == 0 ? queue : FormattableString.Invariant($"{queue}\u0006\u0016{priority}");

    private async Task FillAsync(TaskMessages messages, string list, int count, CancellationToken cancellationToken)
    {
        for (var done = 0; done < count; done += Batch)
        {
            RedisValue[] elements = [.. Enumerable.Range(0, Math.Min(Batch, count - done)).Select(_ => (RedisValue)messages.Element(Guid.NewGuid()))];
            await _database.ListLeftPushAsync(list, elements).WaitAsync(cancellationToken);
        }
    }
}
