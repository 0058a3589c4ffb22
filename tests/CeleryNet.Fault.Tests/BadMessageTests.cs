using System.Text;
using CeleryNet.Fault.Tests.Setup;
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
        await using var scenario = await FaultScenario.StartAsync(FaultBroker.Redis, servers);
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{scenario.Broker.Server.Port}");

        await RunGoodAmongBadAsync(scenario, async garbage => await connection.GetDatabase().ListLeftPushAsync(scenario.Queue, garbage));
    }

    [Theory]
    [InlineData(FaultBroker.Classic)]
    [InlineData(FaultBroker.Quorum)]
    public async Task Bad_messages_do_not_stop_a_consumer_of_RabbitMQ(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        await using var connection = await new ConnectionFactory { Uri = new Uri(scenario.Broker.Url.TrimEnd('/')) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        await RunGoodAmongBadAsync(scenario, async garbage => await channel.BasicPublishAsync("", scenario.Queue, Encoding.UTF8.GetBytes(garbage)));
    }

    private static async Task RunGoodAmongBadAsync(FaultScenario scenario, Func<string, Task> sendRawAsync)
    {
        await scenario.StartWorkerAsync(concurrency: 2);

        // More bad ones than the consumer may hold: a slot or a place in the prefetch that is not given back would show.
        for (; scenario.Rounds < 5; scenario.Rounds++)
        {
            foreach (var garbage in _garbage)
            {
                await sendRawAsync(garbage);
                await scenario.Ledger.SendAsync(1, TaskCall.Work(0.001));
            }

            var unrunnable = scenario.NewLedger();
            await unrunnable.SendAsync(1, new TaskCall("tasks.unknown", []));
            await unrunnable.SendAsync(1, new TaskCall("fault.work", ["not a number"]));
            await unrunnable.SendAsync(1, new TaskCall("fault.work", [1, 2, 3]));
        }

        await scenario.Ledger.RoundTripAsync("after all bad messages");
        await scenario.ShouldLoseNothingAsync(duplicates: 0);
        await scenario.ShouldLeaveNothingAsync();
    }
}
