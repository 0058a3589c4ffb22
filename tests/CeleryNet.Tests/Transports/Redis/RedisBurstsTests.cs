using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

public sealed class RedisBurstsTests
{
    private readonly List<int[]> _sent = [];
    private readonly Queue<TaskCompletionSource<IReadOnlyList<BurstAnswer>>> _calls = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_goes_at_once_and_what_comes_meanwhile_goes_together()
    {
        var bursts = Create();

        var first = bursts.SendAsync(1, Token).AsTask();
        var (second, third) = (bursts.SendAsync(2, Token).AsTask(), bursts.SendAsync(3, Token).AsTask());
        _sent.ShouldBe([[1]]);
        Answer(true);
        (await first).ShouldBeTrue();
        Answer(true, false);

        (await second).ShouldBeTrue();
        (await third).ShouldBeFalse();
        _sent.ShouldBe([[1], [2, 3]]);
    }

    [Fact]
    public async Task Burst_has_no_more_items_and_no_more_weight_than_it_may_and_a_heavy_item_goes_alone()
    {
        var bursts = Create();

        // Each weighs what it is; a burst takes three, and 100.
        Task<bool>[] sent = [.. new[] { 1, 2, 3, 4, 5, 200, 60, 50 }.Select(item => bursts.SendAsync(item, Token).AsTask())];
        while (_calls.Count > 0)
        {
            Answer([.. _sent[^1].Select(_ => true)]);
        }

        _sent.ShouldBe([[1], [2, 3, 4], [5], [200], [60], [50]]);
        foreach (var each in sent)
        {
            (await each).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Failure_of_a_burst_is_told_to_each_of_it_and_the_next_goes_on()
    {
        var bursts = Create();

        var first = bursts.SendAsync(1, Token).AsTask();
        var second = bursts.SendAsync(2, Token).AsTask();
        _calls.Dequeue().SetException(new TimeoutException("no answer"));
        (await Should.ThrowAsync<TimeoutException>(async () => await first)).Message.ShouldBe("no answer");
        Answer(true);

        (await second).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_loses_patience_does_not_wait_and_what_was_sent_stays_sent()
    {
        var bursts = Create();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var first = bursts.SendAsync(1, patience.Token).AsTask();
        var second = bursts.SendAsync(2, Token).AsTask();
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await first);
        Answer(true);
        Answer(true);

        (await second).ShouldBeTrue();
        _sent.ShouldBe([[1], [2]]);
    }

    [Fact]
    public async Task Item_that_nobody_waits_for_any_more_does_not_go()
    {
        var bursts = Create();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var first = bursts.SendAsync(1, Token).AsTask();
        var second = bursts.SendAsync(2, patience.Token).AsTask();
        var third = bursts.SendAsync(3, Token).AsTask();
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await second);
        Answer(true);
        Answer(true);

        (await first).ShouldBeTrue();
        (await third).ShouldBeTrue();
        _sent.ShouldBe([[1], [3]]);
    }

    [Fact]
    public async Task Failure_of_one_item_is_its_own()
    {
        var bursts = Create();

        var first = bursts.SendAsync(1, Token).AsTask();
        var (second, third) = (bursts.SendAsync(2, Token).AsTask(), bursts.SendAsync(3, Token).AsTask());
        Answer(true);
        _calls.Dequeue().SetResult([new BurstAnswer(false, new InvalidOperationException("full")), new BurstAnswer(true)]);

        (await first).ShouldBeTrue();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await second)).Message.ShouldBe("full");
        (await third).ShouldBeTrue();
    }

    private RedisBursts<int> Create() => new((3, 100), static item => item, items =>
    {
        _sent.Add([.. items]);
        var call = new TaskCompletionSource<IReadOnlyList<BurstAnswer>>();
        _calls.Enqueue(call);
        return call.Task;
    });

    private void Answer(params bool[] answers) => _calls.Dequeue().SetResult([.. answers.Select(answer => new BurstAnswer(answer))]);
}
