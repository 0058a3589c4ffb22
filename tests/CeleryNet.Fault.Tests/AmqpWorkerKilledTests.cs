using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>Workers on RabbitMQ killed (SIGKILL) in the middle of work.</summary>
public sealed class AmqpWorkerKilledTests(SharedServers servers)
{
    [Fact]
    public async Task Twenty_kills_lose_no_message()
    {
        var (broker, results) = (servers.RabbitMq.Url, servers.Results.Url);
        await using var producer = await CeleryHost.StartProducerAsync(broker, results);
        var queue = Names.Unique();
        var ledger = new Ledger(producer.Client, queue);
        var moments = new RandomMoments();

        var survivor = await moments.KillAgainAndAgainAsync(
            kills: 20,
            () => WorkerProgram.StartAsync(broker, results, queue),
            () => ledger.SendAsync(40, 0.05));

        await using (survivor)
        {
            await ledger.ShouldAllSucceedAsync(Bound.Long, () => Task.FromResult($"Seed {moments.Seed}.\n{survivor.Output}"));
            (await survivor.StopAsync()).ShouldBe(0, survivor.Output);
        }
    }

    [Fact]
    public async Task Terminated_worker_finishes_what_runs_and_gives_back_the_rest()
    {
        var (broker, results) = (servers.RabbitMq.Url, servers.Results.Url);
        await using var producer = await CeleryHost.StartProducerAsync(broker, results);
        var queue = Names.Unique();
        var ledger = new Ledger(producer.Client, queue);
        await ledger.SendAsync(40, 0.5);

        var finished = await Termination.StopAtWorkAsync(() => WorkerProgram.StartAsync(broker, results, queue, concurrency: 4));

        (await servers.RabbitMq.CountAsync(queue)).ShouldBe(40 - finished);
        await Termination.RunTheRestAsync(() => WorkerProgram.StartAsync(broker, results, queue, concurrency: 40), ledger, 40 - finished);
        (await servers.RabbitMq.CountAsync(queue)).ShouldBe(0);
    }
}
