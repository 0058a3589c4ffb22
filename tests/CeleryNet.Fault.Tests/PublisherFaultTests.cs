using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>A publisher whose messages arrive while the confirms do not.</summary>
public sealed class PublisherFaultTests(SharedServers servers)
{
    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Lost_confirms_are_reported_by_exceptions(string broker)
    {
        await using var scenario = await StartAsync(broker, TimeSpan.FromSeconds(1));
        for (; scenario.Rounds < FaultScale.Of(1, 20); scenario.Rounds++)
        {
            await scenario.Ledger.SendAsync(10, TaskCall.Work(0.001));
            var confirmed = scenario.Ledger.Confirmed;

            scenario.Broker.Network.Freeze(ProxyDirections.ToClient);
            await scenario.Ledger.TrySendAsync(20, TaskCall.Work(0.001));

            // Without a confirm a send must not return.
            scenario.Ledger.Confirmed.ShouldBe(confirmed);
            scenario.Broker.Network.ResetConnections();
            scenario.Broker.Network.Resume();
        }

        await scenario.StartWorkerAsync();
        await scenario.Ledger.RoundTripAsync("after the fault");
        var tally = await scenario.ShouldLoseNothingAsync();

        // They had arrived: what was lost were the confirms.
        tally.ExecutedThoughRefused.ShouldBeGreaterThan(0);
        await scenario.ShouldLeaveNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Sends_that_are_tried_again_after_lost_confirms_may_run_twice_and_are_not_lost(string broker)
    {
        await using var scenario = await StartAsync(broker, TimeSpan.FromSeconds(10));
        await scenario.StartWorkerAsync();
        for (; scenario.Rounds < FaultScale.Of(1, 20); scenario.Rounds++)
        {
            await scenario.Ledger.SendAsync(10, TaskCall.Work(0.001));

            scenario.Broker.Network.Freeze(ProxyDirections.ToClient);
            var sending = scenario.Ledger.SendAsync(20, TaskCall.Work(0.001));
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(500));
            scenario.Broker.Network.ResetConnections();
            scenario.Broker.Network.Resume();

            // Each send is confirmed in the end, by another message if need be.
            await sending.WithinBound("all sends");
        }

        await scenario.Ledger.RoundTripAsync("after the fault");
        var tally = await scenario.ShouldLoseNothingAsync();
        tally.Refused.ShouldBe(0);
        await scenario.ShouldLeaveNothingAsync();
    }

    private Task<FaultScenario> StartAsync(string broker, TimeSpan publishTimeout) => FaultScenario.StartAsync(broker, servers, (server, celery) =>
    {
        celery.Broker = server.UrlThroughNetwork;
        celery.PublishTimeout = publishTimeout;
    });
}
