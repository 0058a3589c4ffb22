using System.Threading.Channels;
using CeleryNet.TestKit;
using StackExchange.Redis;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>Looks into a Redis broker, and waits for a state of it by the server's own notifications of changed keys.</summary>
internal sealed class RedisProbe : IAsyncDisposable
{
    private static readonly int[] _steps = [3, 6, 9];

    private readonly ConnectionMultiplexer _connection;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private RedisProbe(ConnectionMultiplexer connection) => _connection = connection;

    public IDatabase Database => _connection.GetDatabase();

    /// <summary>A server that says which keys change.</summary>
    public static RedisServerProcess CreateServer() => new("--notify-keyspace-events", "KA");

    /// <summary>Connects; after a restart of the server a new probe is needed.</summary>
    /// <param name="server">A server of <see cref="CreateServer"/>.</param>
    public static async Task<RedisProbe> ConnectAsync(RedisServerProcess server)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var probe = new RedisProbe(connection);
        await connection.GetSubscriber().SubscribeAsync(RedisChannel.Pattern("__keyspace@0__:unacked*"), (_, _) => probe._changes.Writer.TryWrite(true));
        return probe;
    }

    /// <summary>Messages that workers hold, or held when they were killed.</summary>
    public async Task<long> CountHeldAsync() => await Database.HashLengthAsync("unacked");

    /// <summary>Messages in the lists of a queue.</summary>
    public async Task<long> CountQueuedAsync(string queue)
    {
        var lengths = await Task.WhenAll(ListsOf(queue).Select(list => Database.ListLengthAsync(list)));
        return lengths.Sum();
    }

    /// <summary>Waits until nothing is queued and nothing is held.</summary>
    public Task WaitUntilEmptyAsync(string queue, TimeSpan bound) => WaitUntilAsync(
        async () => await CountQueuedAsync(queue) == 0 && await CountHeldAsync() == 0 && await Database.SortedSetLengthAsync("unacked_index") == 0,
        () => DescribeAsync(queue),
        bound);

    /// <summary>Waits until workers hold a number of messages.</summary>
    public Task WaitUntilHeldAsync(int count, string queue, TimeSpan bound)
        => WaitUntilAsync(async () => await CountHeldAsync() == count, () => DescribeAsync(queue), bound);

    /// <summary>Waits by the server's clock until what is held by nobody alive may be restored.</summary>
    public async Task WaitForVisibilityTimeoutAsync()
    {
        const string Key = "unacked-until";
        await Database.StringSetAsync(Key, 1, WorkerProgram.VisibilityTimeout);
        await WaitUntilAsync(async () => !await Database.KeyExistsAsync(Key), () => Task.FromResult("The key has not expired."), Bound.Default);
    }

    public async Task<string> DescribeAsync(string queue) => FormattableString.Invariant(
        $"Queued: {await CountQueuedAsync(queue)}, unacked: {await CountHeldAsync()}, unacked_index: {await Database.SortedSetLengthAsync("unacked_index")}.");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static IEnumerable<RedisKey> ListsOf(string queue) => [queue, .. _steps.Select(step => (RedisKey)$"{queue}\x06\x16{step}")];

    private async Task WaitUntilAsync(Func<Task<bool>> condition, Func<Task<string>> describe, TimeSpan bound)
    {
        using var deadline = new CancellationTokenSource(bound);
        try
        {
            while (!await condition())
            {
                await _changes.Reader.ReadAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"Waited {bound} for another state of the broker. {await describe()}");
        }
    }
}
