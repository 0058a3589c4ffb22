using System.Text;
using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace CeleryNet.Fault.Tests;

/// <summary>Messages that cannot be read or run, among good ones.</summary>
public sealed class BadMessageTests(SharedServers servers)
{
    private static readonly string[] _garbage = ["", "garbage", "{", "[]", "null", """{"body": 1}""", """{"body": "bm90IGpzb24=", "headers": {}, "properties": {}}"""];

    [Fact]
    public async Task Bad_messages_do_not_stop_a_consumer_of_Redis()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{servers.Results.Port}");

        await RunGoodAmongBadAsync(
            servers.Results.Url,
            async (queue, garbage) => await connection.GetDatabase().ListLeftPushAsync(queue, garbage));
    }

    [Fact]
    public async Task Bad_messages_do_not_stop_a_consumer_of_RabbitMQ()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(servers.RabbitMq.Url.TrimEnd('/')) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        await RunGoodAmongBadAsync(
            servers.RabbitMq.Url,
            async (queue, garbage) => await channel.BasicPublishAsync("", queue, Encoding.UTF8.GetBytes(garbage)));
    }

    private async Task RunGoodAmongBadAsync(string broker, Func<string, string, Task> sendRawAsync)
    {
        var queue = Names.Unique();
        await using var worker = await CeleryHost.StartWorkerAsync(broker, servers.Results.Url, queue, concurrency: 2);
        await using var producer = await CeleryHost.StartProducerAsync(broker, servers.Results.Url);
        var ledger = new Ledger(producer.Client, queue);
        var options = new SendOptions { Queue = queue };

        // More bad ones than the consumer may hold: a slot or a place in the prefetch that is not given back would show.
        for (var round = 0; round < 5; round++)
        {
            foreach (var garbage in _garbage)
            {
                await sendRawAsync(queue, garbage);
                await ledger.SendAsync(1, 0.001);
            }

            await producer.Client.SendTaskAsync("tasks.unknown", options: options);
            await producer.Client.SendTaskAsync("tasks.sleep", ["not a number"], options: options);
            await producer.Client.SendTaskAsync("tasks.sleep", [1, 2, 3], options: options);
        }

        await ledger.RoundTripAsync("after all bad messages");
        await ledger.ShouldAllSucceedAsync(Bound.Default, () => Task.FromResult(string.Join('\n', worker.Log.Lines.TakeLast(20))));
    }
}
