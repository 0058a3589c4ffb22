using CeleryNet.Diagnostics;
using CeleryNet.Fault.Tests.Setup;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests;

/// <summary>A worker whose machine's clock is set while it holds messages.</summary>
public sealed class ClockJumpTests(SharedServers servers)
{
    // Back first: what is due while the clock is ahead runs, and a clock set back after that would make it look as if it had run early.
    private static readonly TimeSpan[] _offsets = [TimeSpan.FromHours(-5), TimeSpan.FromMinutes(-1), TimeSpan.FromHours(5), TimeSpan.FromDays(40)];

    public static TheoryData<string> Brokers => FaultBroker.All;

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Jumps_of_the_clock_run_each_task_once_and_none_early(string broker)
    {
        await using var scenario = await FaultScenario.StartAsync(broker, servers);
        var clock = new AdjustableClock();
        var worker = await scenario.StartWorkerAsync(concurrency: 30, clock);
        for (; scenario.Rounds < FaultScale.Of(1, 10); scenario.Rounds++)
        {
            // Some run, some wait for their time, all of them longer than the visibility timeout.
            clock.Offset = TimeSpan.Zero;
            var (seen, held) = (worker.Log.Lines.Count, 0);
            await scenario.Ledger.SendAsync(20, TaskCall.Work(2.5));
            await scenario.Ledger.SendAsync(20, TaskCall.Work(0.001) with { Countdown = TimeSpan.FromSeconds(2.5) });
            await worker.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskHeld && ++held == 20, "all that wait for their time to be held", from: seen);
            foreach (var offset in _offsets)
            {
                clock.Offset = offset;
                await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(500));
            }

            (await scenario.Ledger.WaitForResultsAsync(Bound.Long)).ShouldBeEmpty();
        }

        await scenario.ShouldLoseNothingAsync(duplicates: 0);
        await scenario.ShouldLeaveNothingAsync();
    }
}
