using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
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

        _queue.Remove(removed).ShouldBeTrue();
        _queue.Remove(removed).ShouldBeFalse();
        _queue.Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(10));

        _due.ShouldBe([kept]);
    }

    [Fact]
    public void One_that_is_not_held_is_not_taken_out()
    {
        var (past, stranger) = (Requests.Make(), Requests.Make());
        Hold(past, TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(5));

        _queue.Remove(past).ShouldBeFalse();
        _queue.Remove(stranger).ShouldBeFalse();

        (_queue.Count, _queue.Places).ShouldBe((0, 0));
    }

    [Fact]
    public void Those_that_stay_come_in_their_order_whatever_is_taken_out()
    {
        // Three for each second, so that age decides among them.
        TaskRequest[] requests = [.. Enumerable.Range(0, 3_000).Select(_ => Requests.Make())];
        int[] mixed = [.. Enumerable.Range(0, requests.Length).Select(i => i * 7 % 1_000)];
        for (var i = 0; i < requests.Length; i++)
        {
            Hold(requests[i], TimeSpan.FromSeconds(1 + mixed[i]));
        }

        // Enough for the places to be cleared away on the way.
        int[] stay = [.. Enumerable.Range(0, requests.Length).Where(i => i % 4 == 1)];
        foreach (var i in Enumerable.Range(0, requests.Length).Except(stay))
        {
            _queue.Remove(requests[i]).ShouldBeTrue();
        }

        _queue.Count.ShouldBe(stay.Length);
        _clock.Advance(TimeSpan.FromSeconds(500));
        _due.ShouldBe(stay.Where(i => mixed[i] < 500).OrderBy(i => mixed[i]).Select(i => requests[i]));
        _queue.Close().ShouldBe(stay.Where(i => mixed[i] >= 500).OrderBy(i => mixed[i]).Select(i => requests[i]));
        _queue.Places.ShouldBe(0);
    }

    [Fact]
    public void Those_that_are_taken_out_leave_no_more_places_behind_than_there_are_tasks()
    {
        const int Many = 5_000;
        TaskRequest[] requests = [.. Enumerable.Range(0, Many).Select(_ => Requests.Make())];
        Array.ForEach(requests, request => Hold(request, TimeSpan.FromDays(1)));

        for (var i = 0; i < Many; i++)
        {
            _queue.Remove(requests[i]).ShouldBeTrue();
            _queue.Count.ShouldBe(Many - i - 1);
            _queue.Places.ShouldBeLessThanOrEqualTo(_queue.Count + Math.Max(256, _queue.Count));
        }

        _queue.Places.ShouldBe(0);
    }

    [Fact]
    public void Tasks_that_are_held_and_taken_out_again_do_not_pile_up()
    {
        var kept = Requests.Make();
        Hold(kept, TimeSpan.FromDays(2));
        for (var i = 0; i < 5_000; i++)
        {
            var request = Requests.Make();
            Hold(request, TimeSpan.FromDays(1));
            _queue.Remove(request).ShouldBeTrue();
        }

        _queue.Count.ShouldBe(1);
        _queue.Places.ShouldBeLessThan(300);
        _queue.Close().ShouldBe([kept]);
    }

    [Fact]
    public void One_that_is_taken_out_is_not_kept_in_memory()
    {
        Hold(Requests.Make(), TimeSpan.FromDays(1));
        var removed = HoldAndRemove();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        removed.IsAlive.ShouldBeFalse();
        _queue.Places.ShouldBe(2);
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

    // A method of its own: the runtime may keep alive what a running one has had in its hands.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference HoldAndRemove()
    {
        var request = Requests.Make();
        Hold(request, TimeSpan.FromHours(1));
        _queue.Remove(request).ShouldBeTrue();
        return new WeakReference(request);
    }

    private void Hold(TaskRequest request, TimeSpan wait) => _queue.TryHold(request, _clock.GetUtcNow() + wait, _lost.Add).ShouldBeTrue();
}
