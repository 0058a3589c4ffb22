using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CeleryNet.Client;
using CeleryNet.Control;
using CeleryNet.Extensibility;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.Tasks;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Client;

public sealed class SendManyTests : IAsyncDisposable
{
    private const int Window = 4;

    private readonly TestClock _clock = new();
    private readonly GatedTransport _gate = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _gate.DisposeAsync();

    [Fact]
    public async Task Outcomes_are_in_the_order_of_the_calls_whatever_the_order_of_the_confirms()
    {
        var sending = Client(_gate).SendManyAsync(Calls(3), Token);
        var begun = new[] { await _gate.Begun.WaitAsync(), await _gate.Begun.WaitAsync(), await _gate.Begun.WaitAsync() };

        foreach (var publish in begun.Reverse())
        {
            publish.Confirm();
        }

        var outcomes = await sending.WithinBound("the outcomes");
        outcomes.Select(outcome => outcome.Id.Value).ShouldBe(["0", "1", "2"]);
        outcomes.GetResults().Select(result => result.Id.Value).ShouldBe(["0", "1", "2"]);
        outcomes.ShouldAllBe(outcome => outcome.IsSent && outcome.Error == null && outcome.Signature == null);
    }

    [Fact]
    public async Task Calls_that_fail_do_not_keep_the_others_from_being_sent()
    {
        _gate.Open();
        Signature<int>[] calls =
        [
            Call(0),
            new("tasks.add", [TaskValue.Of(new string('x', 20_000))], null, new SendOptions { TaskId = "large" }),
            Call(2),
            new("tasks.add", [TaskValue.Of(new Unwritable())]),
            new("tasks.add", [], null, new SendOptions { Priority = 256 }),
            null!,
            Call(6),
        ];

        var outcomes = await Client(_gate).SendManyAsync(calls, Token);

        outcomes.Select(outcome => outcome.Error?.GetType()).ShouldBe(
            [null, typeof(CelerySerializationException), null, typeof(CelerySerializationException), typeof(ArgumentException), typeof(ArgumentNullException), null]);
        outcomes[1].Id.Value.ShouldBe("large");
        outcomes[1].Signature.ShouldBeSameAs(calls[1]);
        _gate.Begun.Count.ShouldBe(3);
        Should.Throw<CelerySerializationException>(() => outcomes[1].GetResult());
        Should.Throw<ArgumentNullException>(outcomes[5].ThrowIfFailed);
    }

    [Fact]
    public async Task A_call_that_the_broker_refuses_fails_alone()
    {
        var sending = Client(_gate).SendManyAsync(Calls(3).Cast<Signature>(), Token);
        var begun = new[] { await _gate.Begun.WaitAsync(), await _gate.Begun.WaitAsync(), await _gate.Begun.WaitAsync() };

        begun[0].Confirm();
        begun[1].Fail(new PublishException("No queue takes it."));
        begun[2].Confirm();

        var outcomes = await sending.WithinBound("the outcomes");
        outcomes.Select(outcome => outcome.IsSent).ShouldBe([true, false, true]);
        var error = Should.Throw<SendManyException>(() => outcomes.GetResults());
        error.Message.ShouldBe("1 of 3 calls were not sent; the first of them: No queue takes it.");
        error.Outcomes.ShouldBeSameAs(outcomes);
        error.InnerException.ShouldBe(outcomes[1].Error);
    }

    [Fact]
    public async Task No_more_are_on_their_way_than_may_be_and_the_source_is_read_no_further()
    {
        var read = 0;
        var sending = Client(_gate).SendManyAsync(Counted(100, () => read++), Token);
        for (var i = 0; i < Window; i++)
        {
            await _gate.Begun.WaitAsync();
        }

        sending.IsCompleted.ShouldBeFalse();
        read.ShouldBe(Window);
        _gate.Begun.TryTake(out _).ShouldBeFalse();
        _gate.Open();
        (await sending.WithinBound("the outcomes")).Count.ShouldBe(100);
        _gate.Most.ShouldBe(Window);
    }

    [Fact]
    public async Task An_endless_source_is_read_no_further_than_may_be_on_their_way()
    {
        var read = 0;
        await using var outcomes = Client(_gate).SendManyAsync(Endless(() => read++, null, Token), Token).GetAsyncEnumerator(Token);
        var first = outcomes.MoveNextAsync();
        for (var i = 0; i < Window; i++)
        {
            await _gate.Begun.WaitAsync();
        }

        first.IsCompleted.ShouldBeFalse();
        read.ShouldBe(Window);
        _gate.Open();
        (await first.WithinBound("an outcome")).ShouldBeTrue();
        for (var i = 1; i < 1000; i++)
        {
            (await outcomes.MoveNextAsync().WithinBound("an outcome")).ShouldBeTrue();
            outcomes.Current.GetResult().Id.Value.ShouldBe($"{i}");
            read.ShouldBeLessThanOrEqualTo(i + 1 + Window);
        }

        _gate.Most.ShouldBeLessThanOrEqualTo(Window);
    }

    [Fact]
    public async Task A_source_that_takes_its_time_does_not_hold_back_what_was_sent()
    {
        _gate.Open();
        var source = Channel.CreateUnbounded<Signature<int>>();
        await using var outcomes = Client(_gate).SendManyAsync(source.Reader.ReadAllAsync(Token), Token).GetAsyncEnumerator(Token);

        for (var i = 0; i < 3; i++)
        {
            var next = outcomes.MoveNextAsync();
            await source.Writer.WriteAsync(Call(i), Token);
            (await next.WithinBound("an outcome")).ShouldBeTrue();
            outcomes.Current.Id.Value.ShouldBe($"{i}");
        }

        source.Writer.Complete();
        (await outcomes.MoveNextAsync().WithinBound("the end")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_read_before_a_cancellation_is_sent_and_nothing_after_it()
    {
        using var cancel = new CancellationTokenSource();
        var read = 0;
        var sending = Client(_gate).SendManyAsync(Counted(100, () => read++), cancel.Token);
        for (var i = 0; i < Window; i++)
        {
            await _gate.Begun.WaitAsync();
        }

        await cancel.CancelAsync();
        _gate.Open();

        var error = (await Record.ExceptionAsync(() => sending.WithinBound("the end"))).ShouldBeOfType<SendManyCanceledException>();
        error.CancellationToken.ShouldBe(cancel.Token);
        error.Outcomes.Select(outcome => outcome.Id.Value).ShouldBe(["0", "1", "2", "3"]);
        error.Outcomes.ShouldAllBe(outcome => outcome.IsSent);
        error.Message.ShouldBe("Sending was cancelled when 4 calls had been read, of which 4 were sent and 0 failed. What comes after them was neither read nor sent.");
        sending.IsCanceled.ShouldBeTrue();
        read.ShouldBe(Window);
        _gate.Begun.Count.ShouldBe(Window);
    }

    [Fact]
    public async Task What_does_not_end_within_a_second_of_a_cancellation_is_given_up()
    {
        using var cancel = new CancellationTokenSource();
        var sending = Client(_gate).SendManyAsync(Calls(2), cancel.Token);
        (await _gate.Begun.WaitAsync()).Confirm();
        await _gate.Begun.WaitAsync();
        await _gate.Ended.WaitAsync();

        await cancel.CancelAsync();
        sending.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));

        var error = (await Record.ExceptionAsync(() => sending.WithinBound("the end"))).ShouldBeOfType<SendManyCanceledException>();
        error.Outcomes.Select(outcome => outcome.IsSent).ShouldBe([true, false]);
        error.Outcomes[1].Error.ShouldBeAssignableTo<OperationCanceledException>();
        error.Outcomes[1].Id.Value.ShouldBe("1");
    }

    [Fact]
    public async Task A_cancellation_after_all_was_sent_changes_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var sending = Client(_gate).SendManyAsync(Calls(2), cancel.Token);
        await _gate.Begun.WaitAsync();
        await _gate.Begun.WaitAsync();

        await cancel.CancelAsync();
        _gate.Open();

        (await sending.WithinBound("the outcomes")).GetResults().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stream_gives_all_outcomes_before_it_tells_of_a_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        var seen = new List<string>();
        var reading = ReadAsync();
        for (var i = 0; i < Window; i++)
        {
            await _gate.Begun.WaitAsync();
        }

        await cancel.CancelAsync();
        _gate.Open();

        var error = await Should.ThrowAsync<OperationCanceledException>(() => reading.WithinBound("the end"));
        error.CancellationToken.ShouldBe(cancel.Token);
        seen.ShouldBe(["0", "1", "2", "3"]);
        _gate.Begun.Count.ShouldBe(Window);

        async Task ReadAsync()
        {
            await foreach (var outcome in Client(_gate).SendManyAsync(Endless(() => { }, null, Token), cancel.Token))
            {
                seen.Add(outcome.GetResult().Id.Value);
            }
        }
    }

    [Fact]
    public async Task A_source_that_fails_leaves_the_outcomes_of_what_it_gave()
    {
        _gate.Open();

        var error = await Should.ThrowAsync<SendManyException>(() => Client(_gate).SendManyAsync(Failing(), Token).WithinBound("the end"));

        error.Message.ShouldBe("The source of the calls failed when 2 calls had been read, of which 2 were sent and 0 failed: No more.");
        error.InnerException.ShouldBeOfType<InvalidDataException>();
        error.Outcomes.Select(outcome => outcome.Id.Value).ShouldBe(["0", "1"]);
        _gate.Begun.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stream_gives_all_outcomes_before_it_throws_what_its_source_threw()
    {
        var seen = new List<string>();
        var reading = ReadAsync();
        await _gate.Begun.WaitAsync();
        await _gate.Begun.WaitAsync();

        _gate.Open();

        await Should.ThrowAsync<InvalidDataException>(() => reading.WithinBound("the end"));
        seen.ShouldBe(["0", "1"]);

        async Task ReadAsync()
        {
            await foreach (var outcome in Client(_gate).SendManyAsync(Failing().Cast<Signature>().ToAsyncEnumerable(), Token))
            {
                seen.Add(outcome.GetResult().Id.Value);
            }
        }
    }

    [Fact]
    public async Task Who_leaves_a_stream_early_waits_for_what_is_on_its_way()
    {
        var isClosed = false;
        var outcomes = Client(_gate).SendManyAsync(Endless(() => { }, () => isClosed = true, Token), Token).GetAsyncEnumerator(Token);
        var first = outcomes.MoveNextAsync();
        (await _gate.Begun.WaitAsync()).Confirm();
        (await first.WithinBound("an outcome")).ShouldBeTrue();

        var leaving = outcomes.DisposeAsync().AsTask();

        leaving.IsCompleted.ShouldBeFalse();
        isClosed.ShouldBeFalse();
        _gate.Open();
        await leaving.WithinBound("the stream to be left");
        isClosed.ShouldBeTrue();
    }

    [Fact]
    public async Task Each_call_is_tried_again_while_the_broker_is_away()
    {
        var transport = new ScriptedTransport((attempt, _) => attempt <= 3 ? ValueTask.FromException(new BrokerUnavailableException("away")) : ValueTask.CompletedTask);
        var policy = new PublishRetryPolicy { MaxRetries = 2, IntervalStart = TimeSpan.Zero, IntervalStep = TimeSpan.Zero };

        var outcomes = await Client(transport).SendManyAsync(
            Calls(2).Select((call, index) => call.With(new SendOptions { RetryPolicy = index == 0 ? policy : PublishRetryPolicy.None })), Token).WithinBound("the outcomes");

        outcomes.Select(outcome => outcome.IsSent).ShouldBe([false, true]);
        outcomes[0].Error.ShouldBeOfType<BrokerUnavailableException>();
        transport.Attempts.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Middleware_stands_around_each_call()
    {
        _gate.Open();
        var seen = new List<string>();
        var middleware = new PublishPipeline([new Refusing(seen)]);

        var outcomes = await Client(_gate, middleware).SendManyAsync(Calls(3), Token).WithinBound("the outcomes");

        seen.ShouldBe(["0", "1", "2"]);
        outcomes.Select(outcome => outcome.IsSent).ShouldBe([true, false, true]);
        outcomes[1].Error.ShouldBeOfType<InvalidDataException>();
        _gate.Begun.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Within_a_task_all_that_were_sent_are_its_children_in_order()
    {
        var parent = new TaskContext("parent", "tasks.outer", new TaskCancellation()) { RootId = "root", Hostname = "celery@test" };
        TaskContext.Current = parent;
        var sending = Client(_gate).SendManyAsync(Calls(3), Token);
        TaskContext.Current = null;
        var begun = new[] { await _gate.Begun.WaitAsync(), await _gate.Begun.WaitAsync(), await _gate.Begun.WaitAsync() };

        begun[2].Confirm();
        begun[1].Fail(new PublishException("refused"));
        begun[0].Confirm();

        await sending.WithinBound("the outcomes");
        parent.Children.Select(child => child.Id).ShouldBe(["0", "2"]);
    }

    [Fact]
    public async Task Nothing_is_sent_where_there_is_nothing_to_send()
    {
        (await Client(_gate).SendManyAsync(Calls(0), Token)).GetResults().ShouldBeEmpty();
        (await Client(_gate).SendManyAsync(Calls(0).ToAsyncEnumerable(), Token).CountAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_is_read_once_it_is_cancelled()
    {
        var read = 0;

        var error = (await Record.ExceptionAsync(() => Client(_gate).SendManyAsync(Counted(1, () => read++), new CancellationToken(true)))).ShouldBeOfType<SendManyCanceledException>();

        error.Outcomes.ShouldBeEmpty();
        read.ShouldBe(0);
    }

    [Fact]
    public void A_source_that_is_missing_is_told_at_once()
    {
        var client = Client(_gate);

        Should.Throw<ArgumentNullException>(() => { _ = client.SendManyAsync((IEnumerable<Signature<int>>)null!, Token); });
        Should.Throw<ArgumentNullException>(() => client.SendManyAsync((IAsyncEnumerable<Signature>)null!, Token));
    }

    private CeleryClient Client(ITransport transport, PublishPipeline? middleware = null)
    {
        var json = CeleryJson.Complete(null);
        var publisher = new TaskPublisher(transport, TimeSpan.FromSeconds(10), _clock);
        return new CeleryClient(
            publisher,
            Content.Writer(json, maxSize: 10_000),
            new TaskRouter("celery"),
            ClientSetup.CreateRevokes(publisher, new Mailbox("celery")),
            new ResultAccess(new MemoryResultBackend(null, _clock), json, TimeSpan.FromDays(1), _clock),
            _clock,
            new ClientOptions { PublishConcurrency = Window },
            middleware);
    }

    private static Signature<int> Call(int index) => new("tasks.add", [TaskValue.Of(index)], null, new SendOptions { TaskId = $"{index}" });

    private static Signature<int>[] Calls(int count) => [.. Enumerable.Range(0, count).Select(Call)];

    private static IEnumerable<Signature<int>> Counted(int count, Action onRead)
    {
        for (var i = 0; i < count; i++)
        {
            onRead();
            yield return Call(i);
        }
    }

    private static async IAsyncEnumerable<Signature<int>> Endless(Action onRead, Action? onClosed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (i % 3 == 0)
                {
                    await Task.Yield();
                }

                onRead();
                yield return Call(i);
            }
        }
        finally
        {
            onClosed?.Invoke();
        }
    }

    private static IEnumerable<Signature<int>> Failing()
    {
        yield return Call(0);
        yield return Call(1);
        throw new InvalidDataException("No more.");
    }

    private sealed class Unwritable
    {
#pragma warning disable CA1822 // A member of the value, to be written.
        public int Value => throw new NotSupportedException("cannot be read");
#pragma warning restore CA1822
    }

    private sealed class Refusing(List<string> seen) : IPublishMiddleware
    {
        public async ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken)
        {
            seen.Add(context.Id.Value);
            if (context.Id.Value == "1")
            {
                throw new InvalidDataException("Not this one.");
            }

            await next(context, cancellationToken);
        }
    }
}
