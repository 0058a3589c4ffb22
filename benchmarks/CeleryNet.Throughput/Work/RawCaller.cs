using System.Text.Json;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace CeleryNet.Throughput.Work;

/// <summary>Calls with the clients alone: sends, listens to the result's channel, and looks once whether the result was there before.</summary>
internal static class RawCaller
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(CallerSettings settings, TextWriter output, CancellationToken cancellationToken)
    {
        var messages = new TaskMessages(TaskCall.Add, settings.Queue, ignoreResult: false);
        await using var results = await RawRedis.ConnectAsync(settings.Results);
        if (settings.Broker.StartsWith("redis:", StringComparison.Ordinal))
        {
            await using var broker = await RawRedis.ConnectAsync(settings.Broker);
            var database = RawRedis.Database(broker, settings.Broker);
            await CallAsync(id => database.ListLeftPushAsync(settings.Queue, messages.Element(id)));
        }
        else
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(settings.Broker) }.CreateConnectionAsync(cancellationToken);
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), cancellationToken);
            await CallAsync(id => channel.BasicPublishAsync("", settings.Queue, false, messages.Properties(id), messages.Body, cancellationToken).AsTask());
        }

        Task CallAsync(Func<Guid, Task> send) => RoundTrips.RunAsync(settings, output, () => CallOneAsync(RawRedis.Database(results, settings.Results), send));
    }

    private static async Task<int> CallOneAsync(IDatabase results, Func<Guid, Task> send)
    {
        var id = Guid.NewGuid();
        var key = RawResults.Key(id.ToString());
        var channel = RedisChannel.Literal(key);
        var subscriber = results.Multiplexer.GetSubscriber();
        var arrived = new TaskCompletionSource<RedisValue>(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscribed = subscriber.SubscribeAsync(channel, OnArrived);
        await send(id);
        await subscribed;
        var stored = await results.StringGetAsync(key);
        var document = stored.IsNull ? await arrived.Task.WaitAsync(_deadline) : stored;
        _ = subscriber.UnsubscribeAsync(channel, OnArrived, CommandFlags.FireAndForget);
        return ReadResult((ReadOnlyMemory<byte>)document);

        void OnArrived(RedisChannel from, RedisValue value) => arrived.TrySetResult(value);
    }

    private static int ReadResult(ReadOnlyMemory<byte> document)
    {
        var reader = new Utf8JsonReader(document.Span);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("result"u8))
            {
                reader.Read();
                return reader.GetInt32();
            }
        }

        throw new InvalidOperationException("A result's document has no result.");
    }
}
