using System.Collections.Concurrent;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>Requests that wait for their time.</summary>
public sealed class EtaQueueTests : IAsyncDisposable
{
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<TaskRequest> _due = new();
    private readonly List<TaskRequest> _lost = [];
    private readonly EtaQueue _queue;

    public EtaQueueTests() => _queue = new EtaQueue(_clock, _due.Enqueue);

    [Fact]
    public void The_next_one_comes_first_whatever_came_in_first()
    {
        var (late, soon, same) = (Requests.Make(), Requests.Make(), Requests.Make());
        Hold(late, TimeSpan.FromSeconds(20));
        Hold(soon, TimeSpan.FromSeconds(10));
        Hold(same, TimeSpan.FromSeconds(10));

        _clock.Advance(TimeSpan.FromSeconds(9));
        _due.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _due.ShouldBe([soon, same]);
        _clock.Advance(TimeSpan.FromSeconds(10));
        _due.ShouldBe([soon, same, late]);
        _queue.Count.ShouldBe(0);
    }

    [Fact]
    public void A_clock_that_is_set_forward_is_noticed_within_ten_seconds()
    {
        var request = Requests.Make();
        Hold(request, TimeSpan.FromDays(1));

        // The clock on the wall jumps; timers run on.
        _clock.AdjustTime(_clock.GetUtcNow() + TimeSpan.FromDays(2));
        _due.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromSeconds(10));

        _due.ShouldBe([request]);
    }

    [Fact]
    public void A_clock_that_is_set_back_lets_nothing_run_early()
    {
        var request = Requests.Make();
        Hold(request, TimeSpan.FromSeconds(30));

        _clock.AdjustTime(_clock.GetUtcNow() - TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromMinutes(2));
        _due.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromHours(1));

        _due.ShouldBe([request]);
    }

    [Fact]
    public void A_closed_queue_gives_back_what_it_held_and_holds_nothing()
    {
        var (late, soon) = (Requests.Make(), Requests.Make());
        Hold(late, TimeSpan.FromSeconds(20));
        Hold(soon, TimeSpan.FromSeconds(10));

        _queue.Close().ShouldBe([soon, late]);

        _queue.TryHold(Requests.Make(), _clock.GetUtcNow(), _lost.Add).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromHours(1));
        _due.ShouldBeEmpty();
    }

    [Fact]
    public void One_that_is_taken_out_is_not_due_any_more()
    {
        var (kept, removed) = (Requests.Make(), Requests.Make());
        Hold(kept, TimeSpan.FromSeconds(10));
        Hold(removed, TimeSpan.FromSeconds(5));

        _queue.Remove(request => request == removed).ShouldBe([removed]);
        _clock.Advance(TimeSpan.FromSeconds(10));

        _due.ShouldBe([kept]);
    }

    [Fact]
    public void What_was_lost_while_it_was_held_does_not_pile_up()
    {
        const int Prefetch = 100;
        for (var connection = 0; connection < 50; connection++)
        {
            using var losing = new CancellationTokenSource();
            for (var i = 0; i < Prefetch; i++)
            {
                _queue.TryHold(Requests.Losable(losing.Token), _clock.GetUtcNow() + TimeSpan.FromDays(1), _lost.Add);
            }

            losing.Cancel();
        }

        _queue.Count.ShouldBeLessThan(6 * Prefetch);
        (_lost.Count + _queue.Count).ShouldBe(50 * Prefetch);
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private void Hold(TaskRequest request, TimeSpan wait) => _queue.TryHold(request, _clock.GetUtcNow() + wait, _lost.Add).ShouldBeTrue();
}
