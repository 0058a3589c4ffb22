using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>A worker told to end (SIGTERM) while it works.</summary>
internal static class Termination
{
    /// <summary>Starts a worker, stops it when its first task has ended and the next ones run.</summary>
    /// <returns>How many tasks it has run, all to their end.</returns>
    public static async Task<int> StopAtWorkAsync(Func<Task<ChildProcess>> start)
    {
        await using var worker = await start();
        await worker.WaitForLineAsync(" succeeded in ");
        var before = worker.Successes();

        (await worker.StopAsync()).ShouldBe(0, worker.Output);

        worker.Successes().ShouldBeGreaterThan(before, worker.Output);
        worker.Lines.ShouldNotContain(line => line.Contains("ended by the worker", StringComparison.Ordinal));
        return worker.Successes();
    }

    /// <summary>Lets another worker run what the first one left: each message once.</summary>
    public static async Task RunTheRestAsync(Func<Task<ChildProcess>> start, Ledger ledger, int left)
    {
        await using var worker = await start();
        await ledger.ShouldAllSucceedAsync(Bound.Long, () => Task.FromResult(worker.Output));
        (await worker.StopAsync()).ShouldBe(0, worker.Output);
        worker.Successes().ShouldBe(left, worker.Output);
    }
}
