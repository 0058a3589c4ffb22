using CeleryNet.Diagnostics;
using CeleryNet.Fault.Tests.Setup;

namespace CeleryNet.Fault.Tests;

/// <summary>A worker whose machine's clock is set while it holds messages.</summary>
public sealed class ClockJumpTests(SharedServers servers)
{
    private static readonly TimeSpan[] _offsets = [TimeSpan.FromHours(5), TimeSpan.FromHours(-5), TimeSpan.FromMinutes(-1), TimeSpan.FromDays(40)];

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
            var seen = worker.Log.Lines.Count;
            await scenario.Ledger.SendAsync(20, TaskCall.Work(2.5));
            await scenario.Ledger.SendAsync(20, TaskCall.Work(0.001) with { Countdown = TimeSpan.FromSeconds(2.5) });
            await worker.Log.WaitForAsync(line => line.EventId.Id == EventIds.TaskHeld, "a task that waits for its time", from: seen);
            foreach (var offset in _offsets)
            {
                clock.Offset = offset;
                await scenario.Moments.NextAsync(TimeSpan.FromMilliseconds(500));
            }

            clock.Offset = TimeSpan.Zero;
            (await scenario.Ledger.WaitForResultsAsync(TestKit.Bound.Long)).ShouldBeEmpty();
        }

        await scenario.ShouldLoseNothingAsync(duplicates: 0);
        await scenario.ShouldLeaveNothingAsync();
    }
}
