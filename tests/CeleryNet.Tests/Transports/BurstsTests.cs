using System.Collections.Concurrent;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Transports;

public sealed class BurstsTests
{
    private readonly List<int[]> _sent = [];
    private readonly ConcurrentDictionary<int, bool> _answers = [];
    private readonly Queue<TaskCompletionSource<IReadOnlyList<BurstAnswer>>> _calls = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_goes_at_once_and_what_comes_meanwhile_goes_together()
    {
        var bursts = Create();

        var first = AskAsync(bursts, 1, Token);
        var (second, third) = (AskAsync(bursts, 2, Token), AskAsync(bursts, 3, Token));
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
        Task<bool>[] sent = [.. new[] { 1, 2, 3, 4, 5, 200, 60, 50 }.Select(item => AskAsync(bursts, item, Token))];
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

        var first = AskAsync(bursts, 1, Token);
        var second = AskAsync(bursts, 2, Token);
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

        var first = AskAsync(bursts, 1, patience.Token);
        var second = AskAsync(bursts, 2, Token);
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

        var first = AskAsync(bursts, 1, Token);
        var second = AskAsync(bursts, 2, patience.Token);
        var third = AskAsync(bursts, 3, Token);
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

        var first = AskAsync(bursts, 1, Token);
        var (second, third) = (AskAsync(bursts, 2, Token), AskAsync(bursts, 3, Token));
        Answer(true);
        _calls.Dequeue().SetResult([new BurstAnswer(false, new InvalidOperationException("full")), new BurstAnswer(true)]);

        (await first).ShouldBeTrue();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await second)).Message.ShouldBe("full");
        (await third).ShouldBeTrue();
    }

    [Fact]
    public async Task Waiters_and_bursts_that_come_one_after_the_other_get_their_own_answers()
    {
        var bursts = Create();

        for (var i = 0; i < 20; i++)
        {
            var (first, second) = (AskAsync(bursts, 1, Token), AskAsync(bursts, 2, Token));
            Answer(i % 2 == 0);
            Answer(i % 3 == 0);

            ((await first), (await second)).ShouldBe((i % 2 == 0, i % 3 == 0));
        }
    }

    [Fact]
    public async Task Items_of_many_who_send_at_once_each_get_their_own_answer()
    {
        const int each = 5000;
        var bursts = new Bursts<int>(
            (3, long.MaxValue),
            static _ => 1,
            static async (items, answers) =>
            {
                await Task.Yield();
                for (var i = 0; i < items.Count; i++)
                {
                    answers[i] = new BurstAnswer(items[i] % 3 == 0);
                }
            },
            (item, answer) => _answers[item] = answer);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            for (var i = sender * each; i < (sender + 1) * each; i++)
            {
                (await AskAsync(bursts, i, Token)).ShouldBe(i % 3 == 0);
            }
        }))).WithinBound("the answers");
    }

    [Fact]
    public async Task Item_whose_waiter_has_lost_patience_is_not_used_again_while_it_is_under_way()
    {
        var bursts = Create();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var first = AskAsync(bursts, 1, patience.Token);
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await first);
        var second = AskAsync(bursts, 2, Token);
        Answer(false);
        second.IsCompleted.ShouldBeFalse();
        Answer(true);

        (await second).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_hears_of_answers_and_failures_hears_before_the_waiter_who_gets_what_is_made_of_the_reason()
    {
        var heard = new List<string>();
        var bursts = Create(
            (item, answer) => heard.Add($"{item} {answer}"),
            (item, error) =>
            {
                heard.Add($"{item} {error.Message}");
                return new InvalidOperationException("made of it", error);
            });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var (first, second, third) = (AskAsync(bursts, 1, Token), AskAsync(bursts, 2, Token), AskAsync(bursts, 3, patience.Token));
        await patience.CancelAsync();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await third)).Message.ShouldBe("made of it");
        Answer(true);
        (await first).ShouldBeTrue();
        _calls.Dequeue().SetException(new TimeoutException("no answer"));

        (await Should.ThrowAsync<InvalidOperationException>(async () => await second)).Message.ShouldBe("made of it");
        heard.ShouldBe(["3 The operation was canceled.", "1 True", "2 no answer"]);
    }

    private Bursts<int> Create(Action<int, bool>? answered = null, Func<int, Exception, Exception>? failed = null) => new(
        (3, 100),
        static item => item,
        async (items, answers) =>
        {
            _sent.Add([.. items]);
            var call = new TaskCompletionSource<IReadOnlyList<BurstAnswer>>();
            _calls.Enqueue(call);
            (await call.Task).ToArray().CopyTo(answers, 0);
        },
        (item, answer) =>
        {
            _answers[item] = answer;
            answered?.Invoke(item, answer);
        },
        failed);

    private async Task<bool> AskAsync(Bursts<int> bursts, int item, CancellationToken cancellationToken)
    {
        await bursts.SendAsync(item, cancellationToken);
        return _answers[item];
    }

    private void Answer(params bool[] answers) => _calls.Dequeue().SetResult([.. answers.Select(answer => new BurstAnswer(answer))]);
}
