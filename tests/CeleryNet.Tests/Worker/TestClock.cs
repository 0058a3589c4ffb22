using CeleryNet.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Tests.Worker;

/// <summary>A clock that a test moves. It can wait until somebody waits for the clock: moved before, it would be moved in vain.</summary>
internal sealed class TestClock() : FakeTimeProvider(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero))
{
    private readonly TestSignal<TimeSpan> _timers = new();

    /// <summary>Goes on to the next timer that is, or was, set to the time.</summary>
    public Task WaitForTimerAsync(TimeSpan due) => WaitForTimerAsync(timer => timer == due, $"a timer of {due}");

    /// <summary>Goes on to the next timer that is, or was, set; not one that is only made, to be set later.</summary>
    public Task WaitForAnyTimerAsync() => WaitForTimerAsync(timer => timer != Timeout.InfiniteTimeSpan, "a timer");

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            _timers.Fire(dueTime);
        }

        return timer;
    }

    private async Task WaitForTimerAsync(Func<TimeSpan, bool> isWanted, string what)
    {
        while (!isWanted(await _timers.WaitAsync(what)))
        {
            // One that was set for something else.
        }
    }
}
