using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>Workers on Redis killed (SIGKILL) in the middle of work.</summary>
public sealed class RedisWorkerKilledTests
{
    [Fact]
    public async Task Twenty_kills_lose_no_message()
    {
        await using var server = RedisProbe.CreateServer();
        await server.StartAsync();
        await using var probe = await RedisProbe.ConnectAsync(server);
        await using var producer = await CeleryHost.StartProducerAsync(server.Url, server.Url);
        var queue = Names.Unique();
        var ledger = new Ledger(producer.Client, queue);
        var moments = new RandomMoments();

        var roundsWithHeldMessages = 0;
        var survivor = await moments.KillAgainAndAgainAsync(
            kills: 20,
            () => WorkerProgram.StartAsync(server.Url, server.Url, queue),
            () => ledger.SendAsync(45, 0.05),
            async () => roundsWithHeldMessages += await probe.CountHeldAsync() > 0 ? 1 : 0);

        await using (survivor)
        {
            await ledger.ShouldAllSucceedAsync(Bound.Long, async () => $"Seed {moments.Seed}. {await probe.DescribeAsync(queue)}\n{survivor.Output}");
            await probe.WaitUntilEmptyAsync(queue, Bound.Default);
            (await survivor.StopAsync()).ShouldBe(0, survivor.Output);
        }

        // Else hardly a kill has hit a worker at work, and nothing was tested.
        roundsWithHeldMessages.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task What_a_killed_worker_held_is_run_by_a_Python_worker()
    {
        await using var server = RedisProbe.CreateServer();
        await server.StartAsync();
        await using var probe = await RedisProbe.ConnectAsync(server);
        await using var producer = await CeleryHost.StartProducerAsync(server.Url, server.Url);
        var queue = Names.Unique();
        var ledger = new Ledger(producer.Client, queue);
        await ledger.SendAsync(100, 0.3);

        for (var i = 0; i < 2; i++)
        {
            var held = (int)await probe.CountHeldAsync();
            await using var killed = await WorkerProgram.StartAsync(server.Url, server.Url, queue);
            await killed.WaitForLineAsync(" succeeded in ");
            await killed.KillAsync();
            (await probe.CountHeldAsync()).ShouldBeGreaterThan(held);
        }

        // Celery looks for such messages when it starts, and then only every hundred seconds.
        await probe.WaitForVisibilityTimeoutAsync();
        await using var python = await WorkerProgram.StartPythonAsync(server.Url, server.Url, queue);

        await ledger.ShouldAllSucceedAsync(Bound.Long, async () => $"{await probe.DescribeAsync(queue)}\n{python.Output}");
        await probe.WaitUntilEmptyAsync(queue, Bound.Default);
    }

    [Fact]
    public async Task What_a_killed_Python_worker_held_is_run_by_a_worker()
    {
        await using var server = RedisProbe.CreateServer();
        await server.StartAsync();
        await using var probe = await RedisProbe.ConnectAsync(server);
        await using var producer = await CeleryHost.StartProducerAsync(server.Url, server.Url);
        var queue = Names.Unique();
        var ledger = new Ledger(producer.Client, queue);
        await ledger.SendAsync(50, 1);

        // Celery takes a message first and records it then. It is killed when it has all it may hold, so that this gap of its own is not what is tested.
        await using (var python = await WorkerProgram.StartPythonAsync(server.Url, server.Url, queue))
        {
            await probe.WaitUntilHeldAsync(32, queue, Bound.Default);
            await python.KillAsync();
        }

        (await probe.CountHeldAsync()).ShouldBe(32);
        await using var worker = await WorkerProgram.StartAsync(server.Url, server.Url, queue, concurrency: 50);

        await ledger.ShouldAllSucceedAsync(Bound.Long, async () => $"{await probe.DescribeAsync(queue)}\n{worker.Output}");
        await probe.WaitUntilEmptyAsync(queue, Bound.Default);
    }

    [Fact]
    public async Task Terminated_worker_finishes_what_runs_and_gives_back_the_rest()
    {
        await using var server = RedisProbe.CreateServer();
        await server.StartAsync();
        await using var probe = await RedisProbe.ConnectAsync(server);
        await using var producer = await CeleryHost.StartProducerAsync(server.Url, server.Url);
        var queue = Names.Unique();
        var ledger = new Ledger(producer.Client, queue);
        await ledger.SendAsync(40, 0.5);

        var finished = await Termination.StopAtWorkAsync(() => WorkerProgram.StartAsync(server.Url, server.Url, queue, concurrency: 4));

        (await probe.CountHeldAsync()).ShouldBe(0);
        (await probe.CountQueuedAsync(queue)).ShouldBe(40 - finished);
        await Termination.RunTheRestAsync(() => WorkerProgram.StartAsync(server.Url, server.Url, queue, concurrency: 40), ledger, 40 - finished);
        await probe.WaitUntilEmptyAsync(queue, Bound.Default);
    }
}
