using CeleryNet.Diagnostics;
using CeleryNet.Fault.Tests.Setup;
using CeleryNet.Fault.Worker;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Fault.Tests;

/// <summary>Workers that are started before their broker.</summary>
public sealed class LateBrokerTests(SharedServers servers)
{
    public static TheoryData<string> Brokers => [FaultBroker.Redis, FaultBroker.Classic];

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Worker_waits_for_its_broker_and_works_when_it_has_come(string kind)
    {
        await using var scenario = await FaultScenario.StartAsync(kind, servers);
        await scenario.Broker.Server.StopAsync();
        var (host, log) = Create(scenario, retry: true);
        using (host)
        {
            var worker = host.Services.GetRequiredService<ICeleryWorker>();
            await host.StartAsync().WithinBound("the start of the host");
            var ready = worker.WaitUntilReadyAsync();
            await log.WaitForAsync(
                line => line.EventId.Id is EventIds.ConsumeFailed or EventIds.ConnectFailed or EventIds.WorkerCannotConsume, "an attempt that fails");
            (worker.State, ready.IsCompleted).ShouldBe((WorkerState.Connecting, false));

            await scenario.Broker.Server.StartAsync();
            await ready.WithinBound("the worker to be ready", Bound.Long);
            worker.State.ShouldBe(WorkerState.Consuming);
            await scenario.Ledger.RoundTripAsync("after the broker's start");

            await host.StopAsync().WithinBound("the stop of the host");
            worker.State.ShouldBe(WorkerState.Stopped);
        }
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Worker_that_waits_for_its_broker_stops_when_it_is_told_to(string kind)
    {
        await using var scenario = await FaultScenario.StartAsync(kind, servers);
        await scenario.Broker.Server.StopAsync();
        var (host, _) = Create(scenario, retry: true);
        using (host)
        {
            await host.StartAsync().WithinBound("the start of the host");
            await host.StopAsync().WithinBound("the stop of the host");

            host.Services.GetRequiredService<ICeleryWorker>().State.ShouldBe(WorkerState.Stopped);
        }
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Worker_that_is_not_to_wait_makes_its_host_fail(string kind)
    {
        await using var scenario = await FaultScenario.StartAsync(kind, servers);
        await scenario.Broker.Server.StopAsync();
        var (host, _) = Create(scenario, retry: false);
        using (host)
        {
            await Should.ThrowAsync<BrokerUnavailableException>(() => host.StartAsync().WithinBound("the start of the host"));

            host.Services.GetRequiredService<ICeleryWorker>().State.ShouldBe(WorkerState.Connecting);
        }
    }

    private static (IHost Host, RecordingLogger Log) Create(FaultScenario scenario, bool retry)
    {
        var loggers = new RecordingLoggerFactory();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(loggers).AddFilter("CeleryNet", LogLevel.Debug);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(_ => new RunLog(scenario.Runs));
        builder.Services
            .AddCelery(celery =>
            {
                celery.Broker = scenario.Broker.Url;
                celery.ResultBackend = scenario.Broker.Results;
                celery.PublishTimeout = TimeSpan.FromSeconds(2);
            })
            .AddTasks<FaultTasks>()
            .AddWorker(worker =>
            {
                worker.Queues = [scenario.Queue];
                worker.ConnectRetryOnStartup = retry;
            });
        return (builder.Build(), loggers.Log);
    }
}
