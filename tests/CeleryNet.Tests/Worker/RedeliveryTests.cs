using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>Messages that come again: how often they may, and that what has succeeded is not run twice.</summary>
public sealed class RedeliveryTests
{
    private const int AlreadySucceeded = 2028;
    private const int RunUnguarded = 2029;

    [Theory]
    [InlineData(3, null, 3)]
    [InlineData(null, 2, 2)]
    [InlineData(5, 1, 1)]
    public async Task A_message_that_comes_again_and_again_ends_among_the_dead_letters(int? worker, int? task, int expectedRuns)
    {
        var runs = 0;
        await using var harness = new WorkerHarness([Restless(100, () => runs++, task)], new WorkerOptions { MaxDeliveries = worker });
        await harness.StartAsync();

        var id = await harness.CallAsync("restless");

        var failure = await harness.ResultAsync(id);
        failure.State.ShouldBe(TaskState.Failure);
        var stored = failure.ReadResult();
        stored.GetProperty("exc_type").GetString().ShouldBe("WorkerLostError");
        stored.GetProperty("exc_module").GetString().ShouldBe("billiard.exceptions");
        var reason = stored.GetProperty("exc_message")[0].GetString().ShouldNotBeNull();
        reason.ShouldContain($"{expectedRuns} runs of its message were begun");
        runs.ShouldBe(expectedRuns);
        await harness.StopAsync();
        (await harness.DrainAsync()).ShouldBeEmpty();
        var letter = (await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldHaveSingleItem().Envelope.ShouldNotBeNull();
        letter.Headers.GetString("id").ShouldBe(id.Value);
        letter.Headers.GetString(DeadLetterHeaders.Reason).ShouldBe(reason);
    }

    [Theory]
    [InlineData(true, "FAILURE")]
    [InlineData(false, "SUCCESS")]
    public async Task A_bound_is_for_messages_acknowledged_late(bool acksLate, string state)
    {
        await using var harness = new WorkerHarness([Restless(0, () => { }, 1, acksLate)]);
        var id = await harness.CallAsync("restless");
        await harness.DeliverInVainAsync(begins: true);

        await harness.StartAsync();

        (await harness.ResultAsync(id)).State.Name.ShouldBe(state);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    public void A_bound_that_is_none_is_refused(int bound)
        => Should.Throw<ArgumentOutOfRangeException>(() => Restless(0, () => { }, bound)).Message.ShouldContain("UnlimitedDeliveries");

    [Theory]
    [InlineData(null, null)]
    [InlineData(2, CeleryTaskAttribute.UnlimitedDeliveries)]
    [InlineData(6, null)]
    public async Task A_message_may_come_as_often_as_nothing_bounds_it(int? worker, int? task)
    {
        await using var harness = new WorkerHarness([Restless(5, () => { }, task)], new WorkerOptions { MaxDeliveries = worker });
        await harness.StartAsync();

        (await harness.RunAsync("restless")).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_message_whose_result_is_ignored_is_kept_all_the_same()
    {
        await using var harness = new WorkerHarness(
            [Restless(100, () => { }, 2)], new WorkerOptions { UnrunnableMessages = UnrunnableMessages.Reject });
        await harness.StartAsync();

        var id = await harness.PublishAsync(Unanswered());
        SettlementKind[] settled = [await harness.SettledAsync(), await harness.SettledAsync(), await harness.SettledAsync()];

        settled.ShouldBe([SettlementKind.Requeue, SettlementKind.Requeue, SettlementKind.DeadLetter]);
        (await harness.StoredAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task What_a_stopping_worker_gives_back_unbegun_is_not_counted()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true, MaxDeliveries = 1 }], new WorkerOptions { Concurrency = 1 });
        await harness.StartAsync();
        var begun = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        var waiting = await harness.CallAsync("wait");
        await harness.Log.WaitForAsync(line => line.EventId.Id == 2003 && line.Message.Contains(waiting.Value), "the second message");

        await harness.BeginStopAsync();
        await harness.HurryAsync();
        await harness.WhenStoppedAsync();

        var left = (await harness.DrainAsync()).ToDictionary(delivery => delivery.Envelope!.Headers.GetString("id")!, delivery => delivery.DeliveryCount);
        left.ShouldBe(new Dictionary<string, int> { [begun.Value] = 1, [waiting.Value] = 0 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_run_that_the_broker_refuses_to_count_takes_place()
    {
        await using var harness = new WorkerHarness([Restless(0, () => { }, 2)]);
        harness.Transport.CountError = new PublishException("The queue is full.");
        await harness.StartAsync();

        (await harness.RunAsync("restless")).State.ShouldBe(TaskState.Success);

        harness.Log.Lines.ShouldContain(line => line.EventId.Id == RunUnguarded && line.Message.Contains("counted"));
    }

    [Fact]
    public async Task A_run_that_could_not_be_counted_takes_place_when_the_broker_is_back()
    {
        var runs = 0;
        await using var harness = new WorkerHarness([Restless(0, () => runs++, 2)]);
        harness.Transport.CountError = new BrokerUnavailableException("The broker is away.");
        await harness.StartAsync();

        (await harness.RunAsync("restless")).State.ShouldBe(TaskState.Success);

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Return);
        runs.ShouldBe(1);
    }

    [Theory]
    [InlineData(true, true, true, "SUCCESS", 0)]
    [InlineData(false, true, true, "SUCCESS", 1)]
    [InlineData(true, false, true, "SUCCESS", 1)]
    [InlineData(true, true, false, "SUCCESS", 1)]
    [InlineData(true, true, true, "FAILURE", 1)]
    [InlineData(true, true, true, "STARTED", 1)]
    public async Task A_message_that_comes_again_is_not_run_when_its_task_has_succeeded(
        bool deduplicates, bool acksLate, bool comesAgain, string state, int expectedRuns)
    {
        var runs = 0;
        await using var harness = new WorkerHarness(
            [Restless(0, () => runs++, acksLate: acksLate)], new WorkerOptions { DeduplicateSuccessfulTasks = deduplicates });
        var id = await harness.CallAsync("restless");
        await harness.Backend.StoreAsync(new ResultMeta(id, new TaskState(state)), default, CancellationToken.None);
        if (comesAgain)
        {
            await harness.DeliverInVainAsync();
        }

        await harness.StartAsync();

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        await harness.StopAsync();
        runs.ShouldBe(expectedRuns);
        harness.Log.Lines.Count(line => line.EventId.Id == AlreadySucceeded).ShouldBe(1 - expectedRuns);
    }

    [Fact]
    public async Task A_success_of_which_nothing_is_stored_is_remembered_by_its_worker()
    {
        var runs = 0;
        await using var harness = new WorkerHarness(
            [Restless(0, () => runs++)], new WorkerOptions { DeduplicateSuccessfulTasks = true });
        harness.Transport.SettlementError = new BrokerUnavailableException("The broker is away.");
        await harness.StartAsync();
        var id = await harness.PublishAsync(Unanswered());
        await harness.Log.WaitForAsync(line => line.EventId.Id == 2012, "the failed settlement");

        await harness.Transport.LoseConsumerAsync();
        await harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        harness.Clock.Advance(TimeSpan.FromSeconds(2));

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        runs.ShouldBe(1);
        (await harness.StoredAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_backend_that_cannot_be_asked_for_successes_holds_nothing_up()
    {
        await using var harness = new WorkerHarness(
            [Restless(0, () => { })], new WorkerOptions { DeduplicateSuccessfulTasks = true }, backend: new Unreadable());
        await harness.CallAsync("restless");
        await harness.DeliverInVainAsync();

        await harness.StartAsync();

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == RunUnguarded && line.Message.Contains("looked up"));
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    public async Task A_run_that_a_stopping_worker_ends_goes_back_or_fails_as_told(bool worker, bool? task, bool goesBack)
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true, RejectOnWorkerLost = task }], new WorkerOptions { RejectOnWorkerLost = worker });
        await harness.StartAsync();
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        await harness.BeginStopAsync();
        await harness.HurryAsync();
        await harness.WhenStoppedAsync();

        (await harness.SettledAsync()).ShouldBe(goesBack ? SettlementKind.Requeue : SettlementKind.Ack);
        var stored = await harness.StoredAsync(id);
        (stored?.ReadResult().GetProperty("exc_type").GetString()).ShouldBe(goesBack ? null : "WorkerLostError");
        (await harness.DrainAsync()).Count.ShouldBe(goesBack ? 1 : 0);
    }

    private static Envelope Unanswered() => MessageFactory.Task("restless", headers: headers => headers.Set("ignore_result", true));

    // Puts its message back some times, then succeeds.
    private static TaskDefinition Restless(int times, Action run, int? maxDeliveries = null, bool acksLate = true) => new("restless", [], invocation =>
    {
        run();
        return times-- > 0 ? throw invocation.Context.Reject(requeue: true) : new(TaskValue.Null);
    })
    { AcksLate = acksLate, MaxDeliveries = maxDeliveries };

    private sealed class Unreadable : IResultBackend
    {
        private readonly MemoryResultBackend _inner = new(null, TimeProvider.System);

        public string ReplyTo => _inner.ReplyTo;

        public ValueTask PrepareAsync(CancellationToken cancellationToken) => _inner.PrepareAsync(cancellationToken);

        public ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken) => _inner.StoreAsync(meta, reply, cancellationToken);

        public ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken)
            => ValueTask.FromException<ResultMeta?>(new ResultBackendException("The backend is away."));

        public IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, CancellationToken cancellationToken) => _inner.WatchAsync(taskId, cancellationToken);

        public ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken) => _inner.ForgetAsync(taskId, cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
