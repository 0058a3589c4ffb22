using CeleryNet.Diagnostics;
using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>Brokers that go away under load and come back, with their data or without.</summary>
public sealed class BrokerOutageTests(SharedServers servers)
{
    // What a send may take, and so how long the longest outage lasts here: until the first send has given up.
    private static readonly TimeSpan _publishTimeout = TimeSpan.FromSeconds(3);

    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Restarts_under_load_lose_no_task(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers, (_, celery) => celery.PublishTimeout = _publishTimeout);
        await scenario.StartWorkerAsync();
        await scenario.Ledger.RoundTripAsync("before the outage");
        await scenario.Broker.WriteOutAsync();
        using var enough = new CancellationTokenSource();
        var sending = Task.WhenAll(
            scenario.Ledger.KeepSendingAsync(TaskCall.Work(0.01), enough.Token),
            scenario.Ledger.KeepSendingAsync(TaskCall.WorkRetried(0.01, times: 1, countdown: 0.2), enough.Token));

        for (; scenario.Rounds < FaultScale.Of(2, 20); scenario.Rounds++)
        {
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(500));
            await (scenario.Rounds % 2 == 0 ? scenario.Broker.Server.StopAsync() : scenario.Broker.Server.KillAsync());

            // The first outage outlasts the sends, the others are as short as the broker's start.
            if (scenario.Rounds == 0)
            {
                await scenario.Ledger.RefusedSend.WaitAsync("a send that gives up");
            }

            await scenario.Broker.Server.StartAsync();
            await scenario.Ledger.RoundTripAsync("after the outage");
        }

        await enough.CancelAsync();
        await sending.WithinBound("the end of all sends");
        await scenario.ShouldLoseNothingAsync();
        await scenario.ShouldLeaveNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Worker_goes_on_when_its_broker_has_forgotten_everything(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var worker = await scenario.StartWorkerAsync(concurrency: 4);
        await scenario.Ledger.RoundTripAsync("before the loss");
        var doomed = scenario.NewLedger();
        for (; scenario.Rounds < FaultScale.Of(2, 20); scenario.Rounds++)
        {
            await doomed.SendAsync(60, TaskCall.Work(0.1));
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(500));
            var seen = worker.Log.Lines.Count;
            await scenario.Broker.ForgetAsync(scenario.Queue);

            // RabbitMQ 3.10 keeps the dead consumer of a quorum queue that is declared again before the consumer was told, and delivers to it for ever.
            await worker.Log.WaitForAsync(
                line => line.EventId.Id is EventIds.ConsumeInterrupted or EventIds.ConnectionLost, "the worker to notice the loss", from: seen);

            await scenario.Ledger.RoundTripAsync("after the loss", TimeSpan.FromSeconds(8));
            await scenario.Ledger.SendAsync(20, TaskCall.Work(0.01));
            (await scenario.Ledger.WaitForResultsAsync(Bound.Long)).ShouldBeEmpty();
        }

        // What the broker has lost no worker can run; what it had handed out may have been run.
        var lostByBroker = doomed.Count().Lost;
        await scenario.ShouldLoseNothingAsync(more: $"; {lostByBroker} of {doomed.Confirmed} others lost by the broker");
        lostByBroker.ShouldBeGreaterThan(0);
        await scenario.ShouldLeaveNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Broker_killed_while_tasks_ask_for_their_retry_loses_none(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var worker = await scenario.StartWorkerAsync(concurrency: 50, configure: celery => celery.PublishTimeout = TimeSpan.FromSeconds(1));
        await scenario.Broker.WriteOutAsync();
        await scenario.Ledger.RoundTripAsync("before the outage");
        for (; scenario.Rounds < FaultScale.Of(1, 20); scenario.Rounds++)
        {
            // All of them run when the broker goes, and ask for their retry while it is away.
            await scenario.Ledger.SendAsync(40, TaskCall.WorkRetried(0.5, times: 2, countdown: 0.1));
            await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(400));
            var seen = worker.Log.Lines.Count;
            await scenario.Broker.Server.KillAsync();
            await worker.Log.WaitForAsync(
                // On RabbitMQ the messages go with the connection, and with them the right to retry; on Redis neither the retry can be sent nor the message settled.
                line => line.EventId.Id is EventIds.RetryNotSent or EventIds.TaskAbandoned or EventIds.DeliveryFailed, "a retry that cannot be sent", from: seen);
            await scenario.Broker.Server.StartAsync();
            await scenario.Ledger.RoundTripAsync("after the outage");
            (await scenario.Ledger.WaitForResultsAsync(Bound.Long)).ShouldBeEmpty();
        }

        await scenario.ShouldLoseNothingAsync();
        await scenario.ShouldLeaveNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Outage_of_the_result_backend_delays_results_and_loses_none(string broker)
    {
        await using var backend = new RedisServerProcess();
        await backend.StartAsync();
        await using var scenario = await FaultScenario.StartAsync(broker, servers, (_, celery) => celery.ResultBackend = backend.Url);
        var worker = await scenario.StartWorkerAsync(configure: celery => celery.ResultBackend = backend.Url);
        await scenario.Ledger.RoundTripAsync("before the outage");

        await scenario.Ledger.SendAsync(100, TaskCall.Work(0.01));
        await backend.KillAsync();
        await scenario.Ledger.SendAsync(100, TaskCall.Work(0.01));
        await scenario.Ledger.SendAsync(20, TaskCall.WorkEarly(0.01));
        await worker.Log.WaitForAsync(line => line.EventId.Id == EventIds.ResultStoreFailed, "a result that cannot be stored");
        await scenario.Moments.LastAsync(TimeSpan.FromSeconds(FaultScale.Of(2, 30)));
        await backend.StartAsync();
        scenario.Rounds = 1;

        await scenario.ShouldLoseNothingAsync(duplicates: 0);
        await scenario.ShouldLeaveNothingAsync();
    }
}
