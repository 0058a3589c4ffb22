using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Fault.Tests;

/// <summary>A worker whose connections to the broker are cut, or hang, while the broker is well.</summary>
public sealed class ConnectionFaultTests(SharedServers servers)
{
    [Theory]
    [InlineData("redis")]
    [InlineData("amqp")]
    public Task Consumer_goes_on_when_its_cut_connection_can_be_made_again(string broker)
        => GoOnAfterFaultAsync(broker, proxy => proxy.Cut());

    [Theory]
    [InlineData("redis")]
    [InlineData("amqp")]
    public Task Consumer_goes_on_when_its_frozen_connection_thaws(string broker)
        => GoOnAfterFaultAsync(broker, proxy => proxy.Freeze());

    [Theory]
    [InlineData("redis")]
    [InlineData("amqp")]
    public async Task Consumer_goes_on_after_many_cuts(string broker)
    {
        await using var proxy = ProxyFor(broker);
        var queue = Names.Unique();
        await using var worker = await CeleryHost.StartWorkerAsync(UrlThrough(broker, proxy), servers.Results.Url, queue);
        await using var producer = await CeleryHost.StartProducerAsync(UrlOf(broker), servers.Results.Url);
        var ledger = new Ledger(producer.Client, queue);

        for (var cut = 0; cut < 10; cut++)
        {
            await ledger.SendAsync(20, 0.02);
            proxy.CutConnections();
            await ledger.RoundTripAsync("after a cut");
        }

        await ledger.ShouldAllSucceedAsync(Bound.Long, () => DescribeAsync(worker));
    }

    private async Task GoOnAfterFaultAsync(string broker, Action<TcpFaultProxy> fault)
    {
        await using var proxy = ProxyFor(broker);
        var queue = Names.Unique();
        await using var worker = await CeleryHost.StartWorkerAsync(
            UrlThrough(broker, proxy), servers.Results.Url, queue, configure: celery => celery.Heartbeat = TimeSpan.FromSeconds(2));
        await using var producer = await CeleryHost.StartProducerAsync(UrlOf(broker), servers.Results.Url);
        var ledger = new Ledger(producer.Client, queue);
        await ledger.SendAsync(100, 0.05);
        await ledger.RoundTripAsync("before the fault");
        await ledger.SendAsync(100, 0.05);

        fault(proxy);
        await ledger.SendAsync(50, 0.01);
        await worker.Log.WaitForAsync(line => line.Level >= LogLevel.Warning, "the worker to notice the fault", Bound.Long);
        proxy.Resume();

        await ledger.RoundTripAsync("after the fault");
        await ledger.ShouldAllSucceedAsync(Bound.Long, () => DescribeAsync(worker));
    }

    private static Task<string> DescribeAsync(CeleryHost worker)
        => Task.FromResult(string.Join('\n', worker.Log.Lines.Where(line => line.Level >= LogLevel.Warning).TakeLast(20)));

    private TcpFaultProxy ProxyFor(string broker) => new(broker == "redis" ? servers.Results.Port : servers.RabbitMq.Port);

    private string UrlOf(string broker) => broker == "redis" ? servers.Results.Url : servers.RabbitMq.Url;

    private string UrlThrough(string broker, TcpFaultProxy proxy)
        => broker == "redis" ? $"redis://127.0.0.1:{proxy.Port}" : $"amqp://guest:guest@127.0.0.1:{proxy.Port}//";
}
