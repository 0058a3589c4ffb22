using CeleryNet.Client;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;

namespace CeleryNet.Tests.Client;

public sealed class TaskPublisherTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10);
    private static readonly Envelope _envelope = MessageFactory.Task("t");
    private static readonly Destination _destination = new("", "celery");

    private readonly TestClock _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Broker_that_stays_away_is_an_error_once_the_deadline_has_passed()
    {
        var away = new BrokerUnavailableException("Connection refused.");
        var transport = new ScriptedTransport((_, _) => throw away);

        var sending = PublishAsync(transport);
        await _clock.WaitForTimerAsync(_timeout);
        await _clock.WaitForAnyTimerAsync();
        sending.IsCompleted.ShouldBeFalse();
        _clock.Advance(_timeout);

        var error = await Should.ThrowAsync<BrokerUnavailableException>(() => sending.WithinBound("the deadline"));
        error.Message.ShouldBe("The message was not confirmed by the broker within PublishTimeout (00:00:10); it may or may not have arrived. Connection refused.");
        error.InnerException.ShouldBeSameAs(away);
    }

    [Fact]
    public async Task Broker_that_comes_back_gets_the_message()
    {
        var transport = new ScriptedTransport((attempt, _) => attempt < 4 ? throw new BrokerUnavailableException("Away.") : ValueTask.CompletedTask);

        var sending = PublishAsync(transport);
        await _clock.WaitForTimerAsync(_timeout);
        for (var pause = 1; pause < 4; pause++)
        {
            // No pause is longer than a second.
            await _clock.WaitForAnyTimerAsync();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await sending.WithinBound("the fourth attempt");
        transport.Attempts.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Broker_that_does_not_answer_is_an_error_once_the_deadline_has_passed()
    {
        var transport = new ScriptedTransport((_, token) => new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, token)));

        var sending = PublishAsync(transport);
        await transport.Attempts.WaitAsync();
        _clock.Advance(_timeout - TimeSpan.FromTicks(1));
        sending.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));

        var error = await Should.ThrowAsync<BrokerUnavailableException>(() => sending.WithinBound("the deadline"));
        error.Message.ShouldStartWith("The message was not confirmed by the broker within PublishTimeout (00:00:10)");
        error.InnerException.ShouldBeNull();
        transport.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Refused_message_is_not_sent_again()
    {
        var refusal = new PublishException("No queue takes it.");
        var transport = new ScriptedTransport((_, _) => throw refusal);

        (await Should.ThrowAsync<PublishException>(() => PublishAsync(transport).WithinBound("the refusal"))).ShouldBeSameAs(refusal);

        transport.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Callers_token_ends_the_attempts_as_a_cancellation()
    {
        var transport = new ScriptedTransport((_, _) => throw new BrokerUnavailableException("Away."));
        using var caller = new CancellationTokenSource();

        var sending = PublishAsync(transport, cancellationToken: caller.Token);
        await transport.Attempts.WaitAsync();
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => sending.WithinBound("the cancellation"));
    }

    [Fact]
    public async Task What_receives_the_result_is_ready_before_the_message_is_sent()
    {
        var ready = new TaskCompletionSource();
        var transport = new ScriptedTransport((_, _) => ValueTask.CompletedTask);

        var sending = PublishAsync(transport, _ => new ValueTask(ready.Task));
        transport.Attempts.Count.ShouldBe(0);
        ready.SetResult();

        await sending.WithinBound("the publish");
        transport.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Message_is_not_sent_when_the_backend_is_not_ready_in_time()
    {
        var transport = new ScriptedTransport((_, _) => ValueTask.CompletedTask);

        var sending = PublishAsync(transport, token => new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, token)));
        await _clock.WaitForTimerAsync(_timeout);
        _clock.Advance(_timeout);

        (await Should.ThrowAsync<ResultBackendException>(() => sending.WithinBound("the deadline"))).Message
            .ShouldBe("The result backend was not ready within PublishTimeout (00:00:10); the message was not sent.");
        transport.Attempts.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Policy_of_the_call_ends_the_attempts_by_its_count_and_paces_them()
    {
        var transport = new ScriptedTransport((_, _) => throw new BrokerUnavailableException("Away."));
        var policy = new PublishRetryPolicy
        {
            MaxRetries = 4,
            IntervalStart = TimeSpan.FromSeconds(1),
            IntervalStep = TimeSpan.FromSeconds(0.5),
            IntervalMax = TimeSpan.FromSeconds(2),
        };

        var sending = PublishAsync(transport, new SendOptions { RetryPolicy = policy });
        foreach (var pause in new[] { 1, 1.5, 2, 2 })
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(pause));
            _clock.Advance(TimeSpan.FromSeconds(pause));
        }

        (await Should.ThrowAsync<BrokerUnavailableException>(() => sending.WithinBound("the last attempt"))).Message.ShouldBe("Away.");
        transport.Attempts.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Deadline_ends_the_attempts_of_a_policy_without_a_count()
    {
        var transport = new ScriptedTransport((_, _) => throw new BrokerUnavailableException("Away."));

        var sending = PublishAsync(
            transport, new SendOptions { RetryPolicy = new PublishRetryPolicy { MaxRetries = null, IntervalStart = TimeSpan.FromSeconds(9), IntervalMax = TimeSpan.FromSeconds(9) } });
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(9));
        _clock.Advance(_timeout);

        (await Should.ThrowAsync<BrokerUnavailableException>(() => sending.WithinBound("the deadline"))).Message.ShouldContain("PublishTimeout");
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, false)]
    public async Task Without_retry_the_first_failure_is_the_error(bool applications, bool? calls)
    {
        var transport = new ScriptedTransport((_, _) => throw new BrokerUnavailableException("Away."));
        var publisher = new TaskPublisher(transport, _timeout, _clock, applications, new PublishRetryPolicy { MaxRetries = 9 });

        var sending = publisher.PublishAsync(_envelope, _destination, null, new SendOptions { Retry = calls, RetryPolicy = new PublishRetryPolicy() }, Token).AsTask();

        (await Should.ThrowAsync<BrokerUnavailableException>(() => sending.WithinBound("the only attempt"))).Message.ShouldBe("Away.");
        transport.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Policy_of_the_application_holds_for_calls_without_one()
    {
        var transport = new ScriptedTransport((_, _) => throw new BrokerUnavailableException("Away."));
        var publisher = new TaskPublisher(transport, _timeout, _clock, retries: false, new PublishRetryPolicy { MaxRetries = 1, IntervalStep = TimeSpan.Zero });

        var sending = publisher.PublishAsync(_envelope, _destination, null, new SendOptions { Retry = true }, Token).AsTask();

        await Should.ThrowAsync<BrokerUnavailableException>(() => sending.WithinBound("the second attempt"));
        transport.Attempts.Count.ShouldBe(2);
    }

    private Task PublishAsync(ScriptedTransport transport, SendOptions options)
        => new TaskPublisher(transport, _timeout, _clock).PublishAsync(_envelope, _destination, null, options, Token).AsTask();

    private Task PublishAsync(ScriptedTransport transport, Func<CancellationToken, ValueTask>? prepare = null, CancellationToken? cancellationToken = null)
        => new TaskPublisher(transport, _timeout, _clock).PublishAsync(_envelope, _destination, prepare, cancellationToken ?? Token).AsTask();
}
