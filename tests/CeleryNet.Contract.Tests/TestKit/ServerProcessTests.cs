using CeleryNet.TestKit;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.TestKit;

/// <summary>The servers that other tests kill must themselves keep what they promised.</summary>
public sealed class ServerProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Redis_keeps_what_it_acknowledged_over_a_kill_and_listens_on_the_same_port()
    {
        await using var server = new RedisServerProcess();
        await server.StartAsync();
        await using (var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}"))
        {
            await connection.GetDatabase().ListLeftPushAsync("queue", "message");
        }

        await server.KillAsync();
        server.IsRunning.ShouldBeFalse();
        await server.StartAsync();

        await using var again = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        ((string?)await again.GetDatabase().ListRightPopAsync("queue")).ShouldBe("message");
        await server.StopAsync();
        server.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task RabbitMq_keeps_what_it_confirmed_over_a_kill_and_a_stop()
    {
        await using var server = new RabbitMqServerProcess();
        await server.StartAsync();
        await using (var connection = await ConnectAsync(server))
        await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Token))
        {
            await channel.QueueDeclareAsync("queue", durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
            await channel.BasicPublishAsync("", "queue", mandatory: true, new BasicProperties { Persistent = true }, "message"u8.ToArray(), Token);
        }

        await server.KillAsync();
        server.IsRunning.ShouldBeFalse();
        await server.StartAsync();
        await using (var connection = await ConnectAsync(server))
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: Token))
        {
            (await channel.QueueDeclarePassiveAsync("queue", Token)).MessageCount.ShouldBe(1u);
        }

        await server.StopAsync();
        server.IsRunning.ShouldBeFalse();
        await server.StartAsync();

        await using var again = await ConnectAsync(server);
        await using var reader = await again.CreateChannelAsync(cancellationToken: Token);
        (await reader.BasicGetAsync("queue", autoAck: true, Token)).ShouldNotBeNull().Body.ToArray().ShouldBe("message"u8.ToArray());
    }

    private static async Task<IConnection> ConnectAsync(RabbitMqServerProcess server)
        => await new ConnectionFactory { Uri = new Uri(server.Url.TrimEnd('/')) }.CreateConnectionAsync(Token);
}
