using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace CeleryNet.Throughput.Work;

/// <summary>Waits for many results at once, each of which is its number, and tells when it begins and when it has all.</summary>
internal static class Awaited
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(2);

    public static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"await-{number}");

    /// <summary>With CeleryNet's client.</summary>
    public static async Task JoinAsync(string broker, string results, string queue, int count, TextWriter output, CancellationToken cancellationToken)
    {
        await using var services = CeleryNetClient.Create(broker, results, queue);
        var client = services.GetRequiredService<ICeleryClient>();
        await TellAsync(count, output, () => client
            .GetGroupResult(Enumerable.Range(0, count).Select(number => client.GetResult<int>(Id(number))))
            .JoinAsync(_deadline, cancellationToken));
    }

    /// <summary>With StackExchange.Redis alone: listens to all channels, and looks once whether results were there before.</summary>
    public static Task JoinRawAsync(string results, int count, TextWriter output) => TellAsync(count, output, async () =>
    {
        // The others connect when they have something to wait for, too.
        await using var connection = await RawRedis.ConnectAsync(results);
        var (database, subscriber) = (RawRedis.Database(connection, results), connection.GetSubscriber());
        return await Task.WhenAll(Enumerable.Range(0, count).Select(number => ReadAsync(database, subscriber, number)));
    });

    private static async Task<int> ReadAsync(IDatabase database, ISubscriber subscriber, int number)
    {
        var key = RawResults.Key(Id(number));
        var channel = RedisChannel.Literal(key);
        var arrived = new TaskCompletionSource<RedisValue>(TaskCreationOptions.RunContinuationsAsynchronously);
        await subscriber.SubscribeAsync(channel, (_, value) => arrived.TrySetResult(value));
        var stored = await database.StringGetAsync(key);
        using var document = JsonDocument.Parse((ReadOnlyMemory<byte>)(stored.IsNull ? await arrived.Task.WaitAsync(_deadline) : stored));
        await subscriber.UnsubscribeAsync(channel);
        return document.RootElement.GetProperty("result").GetInt32();
    }

    private static async Task TellAsync(int count, TextWriter output, Func<Task<IReadOnlyList<int>>> join)
    {
        await TellAsync("begin");
        var joined = await join();
        await TellAsync("joined");
        if (!joined.SequenceEqual(Enumerable.Range(0, count)))
        {
            throw new InvalidOperationException("The results are not those that were stored.");
        }

        async Task TellAsync(string word)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{word} {Stopwatch.GetTimestamp()}"));
            await output.FlushAsync();
        }
    }
}
