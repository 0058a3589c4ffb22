using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>Brokers and backends that go away under load and come back.</summary>
public sealed class BrokerOutageTests(SharedServers servers)
{
    // What a send may take, and so how long an outage lasts here: until the first send has given up.
    private static readonly TimeSpan _publishTimeout = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Worker_and_producer_go_on_after_an_outage_of_Redis(bool kill)
    {
        await using var server = RedisProbe.CreateServer();
        await server.StartAsync();
        var queue = Names.Unique();

        await GoOnAfterOutageAsync(server, server.Url, server.Url, queue, kill);

        await using var probe = await RedisProbe.ConnectAsync(server);
        await probe.WaitUntilEmptyAsync(queue, Bound.Default);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Worker_and_producer_go_on_after_an_outage_of_RabbitMQ(bool kill)
        => GoOnAfterOutageAsync(servers.RabbitMq, servers.RabbitMq.Url, servers.Results.Url, Names.Unique(), kill);

    [Fact]
    public async Task Outage_of_the_result_backend_delays_results_and_loses_none()
    {
        await using var backend = new RedisServerProcess();
        await backend.StartAsync();
        var queue = Names.Unique();
        await using var worker = await CeleryHost.StartWorkerAsync(servers.RabbitMq.Url, backend.Url, queue);
        await using var producer = await CeleryHost.StartProducerAsync(servers.RabbitMq.Url, backend.Url);
        var ledger = new Ledger(producer.Client, queue);
        await ledger.RoundTripAsync("before the outage");

        await backend.KillAsync();
        await ledger.SendAsync(200, 0.01);
        await worker.Log.WaitForAsync(line => line.Message.StartsWith("A result could not be stored", StringComparison.Ordinal), "a result that cannot be stored");
        await backend.StartAsync();

        await ledger.ShouldAllSucceedAsync(Bound.Long, () => DescribeAsync(worker));
    }

    private static async Task GoOnAfterOutageAsync(ServerProcess server, string broker, string results, string queue, bool kill)
    {
        await using var worker = await CeleryHost.StartWorkerAsync(broker, results, queue);
        await using var producer = await CeleryHost.StartProducerAsync(broker, results, celery => celery.PublishTimeout = _publishTimeout);
        var ledger = new Ledger(producer.Client, queue);
        await ledger.RoundTripAsync("before the outage");
        using var enough = new CancellationTokenSource();
        var sending = ledger.KeepSendingAsync(0.01, enough.Token);
        await ledger.ConfirmedSend.WaitAsync("a send under load");

        await (kill ? server.KillAsync() : server.StopAsync());
        await ledger.RefusedSend.WaitAsync("a send that gives up");
        await server.StartAsync();
        await ledger.RoundTripAsync("after the outage");
        await enough.CancelAsync();
        await sending.WithinBound("the end of all sends");

        await ledger.ShouldAllSucceedAsync(Bound.Long, () => DescribeAsync(worker));
        TestContext.Current.TestOutputHelper?.WriteLine($"{ledger.Confirmed} confirmed, {ledger.Refused} refused");
    }

    private static Task<string> DescribeAsync(CeleryHost worker)
        => Task.FromResult(string.Join('\n', worker.Log.Lines.Where(line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Warning).TakeLast(20)));
}
