using System.Collections.Concurrent;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>The requests of one task that wait for its rate limit.</summary>
public sealed class RateBucketTests : IAsyncDisposable
{
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<TaskRequest> _passed = new();
    private readonly List<TaskRequest> _lost = [];
    private RateBucket? _bucket;

    [Fact]
    public void The_first_runs_at_once_and_the_others_in_order_at_the_limits_distance()
    {
        var bucket = Bucket(2);
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];

        requests.Select(request => bucket.Enter(request, _lost.Add)).ShouldBe([false, true, true]);

        _clock.Advance(TimeSpan.FromMilliseconds(499));
        _passed.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _passed.ShouldBe(requests[1..2]);
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        _passed.ShouldBe(requests[1..]);
    }

    [Fact]
    public void One_that_is_taken_out_takes_no_turn_from_the_others()
    {
        var bucket = Bucket(2);
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];
        Array.ForEach(requests, request => bucket.Enter(request, _lost.Add));

        bucket.Remove(requests[1]).ShouldBeTrue();
        bucket.Remove(requests[0]).ShouldBeFalse();

        _clock.Advance(TimeSpan.FromMilliseconds(500));
        _passed.ShouldBe([requests[2]]);
        bucket.Close().ShouldBeEmpty();
    }

    [Fact]
    public void A_pause_earns_one_run_not_many()
    {
        var bucket = Bucket(1);
        bucket.Enter(Requests.Make(), _lost.Add).ShouldBeFalse();

        _clock.Advance(TimeSpan.FromMinutes(5));

        bucket.Enter(Requests.Make(), _lost.Add).ShouldBeFalse();
        bucket.Enter(Requests.Make(), _lost.Add).ShouldBeTrue();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void The_rate_is_kept_over_many_runs(int perSecond)
    {
        var bucket = Bucket(perSecond);
        for (var i = 0; i < perSecond * 20; i++)
        {
            bucket.Enter(Requests.Make(), _lost.Add);
        }

        for (var ms = 0; ms < 10_000; ms++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        _passed.Count.ShouldBeInRange((perSecond * 10) - 1, perSecond * 10);
    }

    [Fact]
    public async Task What_was_lost_while_it_waited_takes_nobodys_turn()
    {
        using var losing = new CancellationTokenSource();
        var bucket = Bucket(1);
        bucket.Enter(Requests.Make(), _lost.Add);
        for (var i = 0; i < 3; i++)
        {
            bucket.Enter(Requests.Losable(losing.Token), _lost.Add).ShouldBeTrue();
        }

        TaskRequest[] later = [Requests.Make(), Requests.Make()];
        Array.ForEach(later, request => bucket.Enter(request, _lost.Add));
        await losing.CancelAsync();

        _clock.Advance(TimeSpan.FromSeconds(1));
        _passed.ShouldContain(later[0]);
        _passed.ShouldNotContain(later[1]);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _passed.ShouldContain(later[1]);
    }

    [Fact]
    public void A_faster_rate_holds_for_those_that_wait()
    {
        var bucket = Bucket(1.0 / 3600);
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];
        Array.ForEach(requests, request => bucket.Enter(request, _lost.Add));

        bucket.Change(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _passed.ShouldBe(requests[1..2]);
        _clock.Advance(TimeSpan.FromSeconds(1));

        _passed.ShouldBe(requests[1..]);
    }

    [Fact]
    public void A_slower_rate_holds_for_those_that_wait()
    {
        var bucket = Bucket(1);
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];
        Array.ForEach(requests, request => bucket.Enter(request, _lost.Add));

        bucket.Change(1.0 / 60);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _passed.ShouldBe(requests[1..2]);
        _clock.Advance(TimeSpan.FromSeconds(59));
        _passed.ShouldBe(requests[1..2]);
        _clock.Advance(TimeSpan.FromSeconds(1));

        _passed.ShouldBe(requests[1..]);
    }

    [Fact]
    public void Without_a_limit_all_that_wait_go_on()
    {
        var bucket = Bucket(1);
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];
        Array.ForEach(requests, request => bucket.Enter(request, _lost.Add));

        bucket.Change(0);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        _passed.ShouldBe(requests[1..]);
        bucket.Enter(Requests.Make(), _lost.Add).ShouldBeFalse();
        bucket.Enter(Requests.Make(), _lost.Add).ShouldBeFalse();
    }

    [Fact]
    public void A_closed_bucket_gives_back_what_waits_and_holds_nothing()
    {
        var bucket = Bucket(1);
        TaskRequest[] requests = [Requests.Make(), Requests.Make()];
        Array.ForEach(requests, request => bucket.Enter(request, _lost.Add));

        bucket.Close().ShouldBe(requests[1..]);

        bucket.Enter(Requests.Make(), _lost.Add).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMinutes(1));
        _passed.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_lost_while_it_waited_does_not_pile_up()
    {
        const int Prefetch = 100;
        var bucket = Bucket(1.0 / 3600);
        bucket.Enter(Requests.Make(), _lost.Add);
        for (var connection = 0; connection < 50; connection++)
        {
            using var losing = new CancellationTokenSource();
            for (var i = 0; i < Prefetch; i++)
            {
                bucket.Enter(Requests.Losable(losing.Token), _lost.Add);
            }

            losing.Cancel();
        }

        var left = bucket.Close().Count;
        left.ShouldBeLessThan(6 * Prefetch);
        (_lost.Count + left).ShouldBe(50 * Prefetch);
    }

    public ValueTask DisposeAsync() => _bucket?.DisposeAsync() ?? ValueTask.CompletedTask;

    private RateBucket Bucket(double perSecond) => _bucket = new RateBucket(perSecond, _clock, _passed.Enqueue);
}
