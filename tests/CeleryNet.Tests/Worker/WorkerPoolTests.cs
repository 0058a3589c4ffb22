using CeleryNet.TestKit;
using CeleryNet.Worker;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Tests.Worker;

/// <summary>How many slots a worker has, and who changes that.</summary>
public sealed class WorkerPoolTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _log = new();
    private readonly List<TaskRequest> _started = [];
    private ExecutionSlots? _slots;
    private PrefetchBudget? _prefetch;
    private WorkerPool? _pool;

    private ExecutionSlots Slots => _slots!;

    public ValueTask DisposeAsync() => _pool?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public void An_autoscaled_pool_begins_with_the_fewest_slots()
        => Create(new(10, 3)).Size.ShouldBe(3);

    [Theory]
    [InlineData(2, 3)]
    [InlineData(5, 5)]
    [InlineData(10, 10)]
    [InlineData(25, 10)]
    public void Each_second_it_grows_to_what_there_is_to_do_but_not_beyond_the_most(int requests, int expected)
    {
        var pool = Create(new(10, 3));
        Enter(requests);
        var before = pool.Size;

        _time.Advance(WorkerPool.Interval);

        (before, pool.Size).ShouldBe((3, expected));
        _started.Count.ShouldBe(Math.Min(requests, expected));
    }

    [Fact]
    public void It_shrinks_to_what_there_is_to_do_when_it_has_not_grown_for_thirty_seconds()
    {
        var pool = Create(new(10, 2));
        Enter(8);
        _time.Advance(WorkerPool.Interval);
        Leave(5);

        _time.Advance(WorkerPool.KeepAlive - WorkerPool.Interval);
        var before = pool.Size;
        _time.Advance(WorkerPool.Interval);

        (before, pool.Size).ShouldBe((8, 3));
    }

    [Fact]
    public void It_does_not_shrink_below_the_fewest()
    {
        var pool = Create(new(10, 2));
        Enter(8);
        _time.Advance(WorkerPool.Interval);
        Leave(8);

        _time.Advance(WorkerPool.KeepAlive);

        pool.Size.ShouldBe(2);
    }

    [Fact]
    public void Growth_puts_off_shrinking()
    {
        var pool = Create(new(10, 2));
        Enter(4);
        _time.Advance(TimeSpan.FromSeconds(20));
        Enter(4);
        _time.Advance(WorkerPool.Interval);
        Leave(8);

        _time.Advance(TimeSpan.FromSeconds(20));

        pool.Size.ShouldBe(8);
    }

    [Fact]
    public void Messages_are_taken_ahead_for_all_slots_that_may_come_to_be()
    {
        Create(new(10, 2), multiplier: 4);

        _prefetch!.Count.ShouldBe(40);
    }

    [Fact]
    public void A_fixed_pool_stays_as_it_is()
    {
        var pool = Create(null, concurrency: 2);
        Enter(20);

        _time.Advance(TimeSpan.FromMinutes(1));

        (pool.Size, _prefetch!.Count, pool.Range).ShouldBe((2, 8, null));
    }

    [Fact]
    public void A_fixed_pool_is_resized_by_hand_and_what_is_taken_ahead_follows()
    {
        var pool = Create(null, concurrency: 2);
        List<int> prefetches = [];
        Enter(10);

        pool.Resize(5);
        prefetches.Add(_prefetch!.Count);
        pool.Resize(1);
        prefetches.Add(_prefetch.Count);

        (pool.Size, _started.Count).ShouldBe((1, 5));
        prefetches.ShouldBe([20, 4]);
    }

    [Fact]
    public void An_autoscaled_pool_is_not_resized_by_hand()
        => Should.Throw<InvalidOperationException>(() => Create(new(10, 2)).Resize(5))
            .Message.ShouldBe("The slots of celery@test cannot be set to 5: they are autoscaled (10,2). Change the range instead.");

    [Theory]
    [InlineData(0)]
    [InlineData(65_536)]
    public void A_pool_has_at_least_one_slot_and_at_most_what_fits(int size)
        => Should.Throw<ArgumentOutOfRangeException>(() => Create(null).Resize(size)).Message.ShouldContain("1 to 65535");

    [Theory]
    [InlineData(20, 10, 10)]
    [InlineData(4, 1, 4)]
    [InlineData(20, 1, 6)]
    public void A_new_range_holds_at_once(int max, int min, int expected)
    {
        var pool = Create(new(10, 2));
        Enter(6);
        _time.Advance(WorkerPool.Interval);

        pool.SetRange(new(max, min));

        (pool.Size, pool.Range, _prefetch!.Count).ShouldBe((expected, new AutoscaleRange(max, min), max * 4));
    }

    [Fact]
    public void A_fixed_pool_has_no_range_to_change()
        => Should.Throw<InvalidOperationException>(() => Create(null).SetRange(new(10, 2))).Message.ShouldContain("without one (Celery:Worker:Autoscale)");

    [Fact]
    public void A_range_that_is_none_is_refused()
        => Should.Throw<ArgumentOutOfRangeException>(() => Create(new(10, 2)).SetRange(new(2, 10))).Message.ShouldContain("1 <= min <= max <= 65535");

    [Fact]
    public void Changes_are_logged_with_what_they_are_for()
    {
        Create(new(10, 3));
        Enter(5);

        _time.Advance(WorkerPool.Interval);

        _log.Lines.ShouldHaveSingleItem().Message.ShouldBe("celery@test has 5 slots, had 3, for 5 tasks");
    }

    private WorkerPool Create(AutoscaleRange? range, int concurrency = 2, int multiplier = 4)
    {
        var options = new WorkerOptions { Autoscale = range, Concurrency = concurrency, PrefetchMultiplier = multiplier };
        _slots = new ExecutionSlots(WorkerPool.InitialSize(options), _started.Add);
        _prefetch = new PrefetchBudget(options);
        _pool = new WorkerPool(_slots, _prefetch, range, "celery@test", _time, _log);
        return _pool;
    }

    private void Enter(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            Slots.TryEnter(Requests.Make(), _ => { });
        }
    }

    private void Leave(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            Slots.NextOrLeave();
        }
    }
}
