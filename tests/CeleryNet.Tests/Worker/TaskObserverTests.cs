using CeleryNet.Extensibility;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Worker;

/// <summary>What the observers of tasks are told, and what they cannot change.</summary>
public sealed class TaskObserverTests
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan _windUp = TimeSpan.FromSeconds(3);

    private readonly Recorder _told = new();

    [Fact]
    public async Task Task_that_succeeds_is_told_from_its_message_to_its_end()
    {
        await using var harness = await StartAsync([One()]);

        await harness.RunAsync(MessageFactory.Task("one", id: "task-1"));

        (await _told.UntilFinishedAsync()).ShouldBe(["received task-1 one celery", "starting task-1", "succeeded task-1 SUCCESS 1", "finished task-1 SUCCESS"]);
    }

    [Fact]
    public async Task Success_is_told_when_the_result_is_stored_and_the_message_settled()
    {
        var settled = -1;
        WorkerHarness? harness = null;
        _told.OnFinished = () => settled = harness!.Transport.Settled.Count;
        harness = await StartAsync([One(acksLate: true)]);
        await using (harness)
        {
            await harness.CallAsync("one");
            await _told.UntilFinishedAsync();

            settled.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Task_that_fails_is_told_with_what_it_threw()
    {
        await using var harness = await StartAsync([new TaskDefinition("fail", [], _ => throw new InvalidOperationException("no"))]);

        await harness.RunAsync(MessageFactory.Task("fail", id: "task-1"));

        (await _told.UntilFinishedAsync()).ShouldBe(
            ["received task-1 fail celery", "starting task-1", "failed task-1 FAILURE InvalidOperationException: no", "finished task-1 FAILURE"]);
    }

    [Fact]
    public async Task Task_that_is_retried_is_told_with_the_reason_and_received_again()
    {
        await using var harness = await StartAsync([new TaskDefinition("flaky", [], invocation =>
            invocation.Context.Retries == 0 ? throw invocation.Context.Retry(TimeSpan.FromHours(1), exception: new TimeoutException("slow")) : new(TaskValue.Null))]);

        await harness.PublishAsync(MessageFactory.Task("flaky", id: "task-1"));
        var first = await _told.UntilFinishedAsync();
        await harness.WhenHeldAsync();
        harness.Clock.Advance(TimeSpan.FromHours(1));
        var second = await _told.UntilFinishedAsync();

        // The message of the retry may come in before the run that sent it is told to be over.
        string[] told = [.. first, .. second];
        told.Count(line => line == "received task-1 flaky celery").ShouldBe(2);
        told.Where(line => !line.StartsWith("received", StringComparison.Ordinal)).ShouldBe(
            ["starting task-1", "retried task-1 RETRY TimeoutException: slow", "finished task-1 RETRY", "starting task-1", "succeeded task-1 SUCCESS ", "finished task-1 SUCCESS"]);
    }

    [Fact]
    public async Task Task_that_has_expired_is_told_as_revoked_and_nothing_else()
    {
        await using var harness = await StartAsync([One()]);

        await harness.RunAsync(MessageFactory.Task("one", id: "task-1", headers: headers => headers.Set("expires", "2020-01-01T00:00:00+00:00")));

        (await _told.Next.WaitAsync()).ShouldBe("revoked task-1 expired");
        await harness.RunAsync(MessageFactory.Task("one", id: "task-2"));
        (await _told.UntilFinishedAsync())[0].ShouldBe("received task-2 one celery");
    }

    [Fact]
    public async Task Task_that_is_revoked_while_it_waits_is_told_as_revoked_and_not_as_expired()
    {
        await using var harness = await StartAsync([One()]);
        await harness.PublishAsync(MessageFactory.Task(
            "one", id: "task-1", headers: headers => headers["eta"] = (harness.Clock.GetUtcNow() + TimeSpan.FromHours(1)).ToString("o")));
        await harness.WhenHeldAsync();

        harness.Worker.Revoke("task-1");

        (await _told.Next.WaitAsync()).ShouldBe("received task-1 one celery");
        (await _told.Next.WaitAsync()).ShouldBe("revoked task-1 revoked");
    }

    [Fact]
    public async Task Task_that_has_not_begun_when_the_worker_hurries_goes_back_to_its_queue_although_it_is_acknowledged_early()
    {
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _told.Received = received.Task;
        await using var harness = await StartAsync([One()]);
        var id = await harness.CallAsync("one");
        await _told.Next.WaitAsync();

        harness.Hurry();
        await harness.Clock.WaitForTimerAsync(_grace);
        await harness.Clock.WaitForTimerAsync(_windUp);
        received.SetResult();
        await harness.WhenStoppedAsync();

        (await harness.StoredAsync(id)).ShouldBeNull();
        (await harness.DrainAsync()).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(id.Value);
    }

    [Fact]
    public async Task Delivery_that_cannot_be_settled_at_all_does_not_take_its_slot_along()
    {
        WorkerHarness? harness = null;
        _told.OnInternalError = () => harness!.Transport.SettlementError = new InvalidOperationException("still odd");
        harness = await StartAsync([One(acksLate: true)]);
        await using (harness)
        {
            harness.Worker.Resize(1);
            harness.Transport.SettlementError = new InvalidOperationException("odd");
            await harness.CallAsync("one");

            (await harness.RunAsync("one")).State.ShouldBe(TaskState.Success);
        }
    }

    [Fact]
    public async Task Message_of_an_unknown_task_is_told_with_the_name_and_one_that_cannot_be_read_with_the_reason()
    {
        await using var harness = await StartAsync([One()]);

        await harness.PublishAsync(MessageFactory.Task("nobody.has", id: "task-1"));
        var unknown = await _told.Next.WaitAsync();
        await harness.PublishAsync(MessageFactory.Text("what is this"));
        var rejected = await _told.Next.WaitAsync();

        unknown.ShouldBe("unknown celery nobody.has task-1 UnknownTaskException");
        rejected.ShouldBe("rejected celery   MalformedMessageException");
    }

    [Fact]
    public async Task Failure_of_the_worker_itself_is_told_as_an_internal_error()
    {
        await using var harness = await StartAsync([One(acksLate: true)], new FaultyBackend(1, () => new InvalidOperationException("a defect")));

        await harness.PublishAsync(MessageFactory.Task("one", id: "task-1"));

        (await _told.Next.WaitAsync()).ShouldStartWith("received");
        (await _told.Next.WaitAsync()).ShouldStartWith("starting");
        (await _told.Next.WaitAsync()).ShouldBe("internal error celery one task-1 InvalidOperationException");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.DeadLetter);
    }

    [Fact]
    public async Task Run_that_the_worker_ended_is_told_as_finished_without_a_state()
    {
        using var gate = new Gate();
        await using var harness = await StartAsync([new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = true }]);
        await harness.PublishAsync(MessageFactory.Task("wait", id: "task-1"));
        await gate.Entered.WaitAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.Clock.Advance(_grace);
        await harness.WhenStoppedAsync();

        (await _told.UntilFinishedAsync()).ShouldBe(["received task-1 wait celery", "starting task-1", "finished task-1 "]);
    }

    [Fact]
    public async Task Observer_that_throws_is_logged_and_changes_neither_the_task_nor_what_others_are_told()
    {
        await using var harness = new WorkerHarness([One()], services: services =>
        {
            services.AddSingleton(_told);
            new CeleryBuilder(services).AddTaskObserver<Throwing>().AddTaskObserver<Recorder>();
        });
        await harness.StartAsync();

        var result = await harness.RunAsync(MessageFactory.Task("one", id: "task-1"));

        (result.State, result.ReadResult().GetInt32()).ShouldBe((TaskState.Success, 1));
        (await _told.UntilFinishedAsync()).Count.ShouldBe(4);
        harness.Log.Lines.Where(line => line.EventId.Id == 2030).Select(line => $"{line.Message}: {line.Error!.Message}").ShouldBe(
        [
            $"{typeof(Throwing)} failed in OnReceivedAsync; what it was told of goes on: received",
            $"{typeof(Throwing)} failed in OnStartingAsync; what it was told of goes on: starting",
            $"{typeof(Throwing)} failed in OnFinishedAsync; what it was told of goes on: finished",
        ]);
    }

    [Fact]
    public async Task Task_does_not_start_before_its_observers_know_that_it_was_received()
    {
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _told.Received = known.Task;
        await using var harness = await StartAsync([One()]);

        await harness.PublishAsync(MessageFactory.Task("one", id: "task-1"));
        (await _told.Next.WaitAsync()).ShouldStartWith("received");

        // One that came later and has no observer in its way would have started by now.
        _told.Received = Task.CompletedTask;
        await harness.RunAsync(MessageFactory.Task("one", id: "task-2"));
        (await _told.UntilFinishedAsync()).ShouldAllBe(line => line.Contains("task-2", StringComparison.Ordinal));
        known.SetResult();

        (await _told.UntilFinishedAsync()).ShouldBe(["starting task-1", "succeeded task-1 SUCCESS 1", "finished task-1 SUCCESS"]);
    }

    [Fact]
    public async Task Observer_that_does_not_come_to_an_end_does_not_keep_the_worker_from_stopping()
    {
        _told.OnFinishedTask = new TaskCompletionSource().Task;
        await using var harness = await StartAsync([One()]);
        await harness.RunAsync(MessageFactory.Task("one"));
        await _told.UntilFinishedAsync();

        harness.BeginStop();
        await harness.Clock.WaitForTimerAsync(_grace);
        harness.Clock.Advance(_grace);
        await harness.Clock.WaitForTimerAsync(_windUp);
        harness.Clock.Advance(_windUp);
        await harness.WhenStoppedAsync();

        harness.Log.Lines.ShouldContain(line => line.EventId.Id == 2030);
        harness.Log.Lines.ShouldNotContain(line => line.EventId.Id == 2016);
    }

    [Fact]
    public async Task Observer_that_implements_nothing_hinders_nothing()
    {
        await using var harness = new WorkerHarness([One()], services: services => new CeleryBuilder(services).AddTaskObserver<Nothing>());
        await harness.StartAsync();

        (await harness.RunAsync("one")).State.ShouldBe(TaskState.Success);

        harness.Log.Lines.ShouldNotContain(line => line.EventId.Id == 2030);
    }

    [Fact]
    public async Task Without_observers_nothing_is_made_for_them()
    {
        var request = Requests.Make();
        var outcome = new TaskOutcome.Succeeded(TaskValue.Null);
        TaskContext? context = null;
        await using (var harness = await WorkerHarness.StartAsync(new TaskDefinition("see", [], invocation => new(TaskValue.Of((context = invocation.Context).TaskName)))))
        {
            await harness.RunAsync("see");
        }

        request.Context = context;
        Tell();

        // What else the runtime does on this thread comes now and then.
        Enumerable.Range(0, 20).Min(_ => Tell()).ShouldBe(0);

        long Tell()
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                var isDone = IsDone(TaskObservers.None.ReceivedAsync(request, CancellationToken.None))
                    && IsDone(TaskObservers.None.StartingAsync(context!, CancellationToken.None))
                    && IsDone(TaskObservers.None.FinishedAsync(request, outcome, TimeSpan.Zero, CancellationToken.None))
                    && IsDone(TaskObservers.None.RevokedAsync(request, "expired", CancellationToken.None));
                if (!isDone)
                {
                    throw new InvalidOperationException("Somebody was told.");
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - allocated;
        }
    }

    private static bool IsDone(ValueTask told) => told.IsCompletedSuccessfully;

    private static TaskDefinition One(bool acksLate = false) => new("one", [], _ => new(TaskValue.Of(1))) { AcksLate = acksLate };

    private async Task<WorkerHarness> StartAsync(TaskDefinition[] tasks, FaultyBackend? backend = null)
    {
        var harness = new WorkerHarness(tasks, backend: backend, services: services =>
        {
            services.AddSingleton(_told);
            new CeleryBuilder(services).AddTaskObserver<Recorder>();
        });
        await harness.StartAsync();
        return harness;
    }

    private sealed class Recorder : ITaskObserver
    {
        public TestSignal<string> Next { get; } = new();

        public Action? OnFinished { get; set; }

        public Action? OnInternalError { get; set; }

        public Task OnFinishedTask { get; set; } = Task.CompletedTask;

        public Task Received { get; set; } = Task.CompletedTask;

        public async Task<IReadOnlyList<string>> UntilFinishedAsync()
        {
            var lines = new List<string>();
            do
            {
                lines.Add(await Next.WaitAsync("what an observer is told"));
            }
            while (!lines[^1].StartsWith("finished", StringComparison.Ordinal));

            return lines;
        }

        public async ValueTask OnReceivedAsync(ReceivedTask task, CancellationToken cancellationToken)
        {
            var known = Received;
            Next.Fire($"received {task.Id} {task.TaskName} {task.Queue}");
            await known;
        }

        public ValueTask OnStartingAsync(TaskContext task, CancellationToken cancellationToken) => Tell($"starting {task.Id}");

        public ValueTask OnSucceededAsync(TaskCompletion completion, CancellationToken cancellationToken)
            => Tell($"succeeded {completion.Task.Id} {completion.State} {completion.Result!.AsObject()}");

        public ValueTask OnFailedAsync(TaskCompletion completion, CancellationToken cancellationToken)
            => Tell($"failed {completion.Task.Id} {completion.State} {completion.Error!.GetType().Name}: {completion.Error.Message}");

        public ValueTask OnRetriedAsync(TaskCompletion completion, CancellationToken cancellationToken)
            => Tell($"retried {completion.Task.Id} {completion.State} {completion.Error!.GetType().Name}: {completion.Error.Message}");

        public ValueTask OnFinishedAsync(TaskCompletion completion, CancellationToken cancellationToken)
        {
            OnFinished?.Invoke();
            Next.Fire($"finished {completion.Task.Id} {completion.State}");
            return new(OnFinishedTask);
        }

        public ValueTask OnRevokedAsync(ReceivedTask task, string reason, CancellationToken cancellationToken) => Tell($"revoked {task.Id} {reason}");

        public ValueTask OnUnknownAsync(RefusedMessage message, CancellationToken cancellationToken) => Tell("unknown " + Describe(message));

        public ValueTask OnRejectedAsync(RefusedMessage message, CancellationToken cancellationToken) => Tell("rejected " + Describe(message));

        public ValueTask OnInternalErrorAsync(RefusedMessage message, CancellationToken cancellationToken)
        {
            OnInternalError?.Invoke();
            return Tell("internal error " + Describe(message));
        }

        private static string Describe(RefusedMessage message) => $"{message.Queue} {message.TaskName} {message.TaskId} {message.Error.GetType().Name}";

        private ValueTask Tell(string line)
        {
            Next.Fire(line);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Throwing : ITaskObserver
    {
        public async ValueTask OnReceivedAsync(ReceivedTask task, CancellationToken cancellationToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("received");
        }

        public ValueTask OnStartingAsync(TaskContext task, CancellationToken cancellationToken) => throw new OperationCanceledException("starting");

        public ValueTask OnFinishedAsync(TaskCompletion completion, CancellationToken cancellationToken) => throw new InvalidOperationException("finished");
    }

    private sealed class Nothing : ITaskObserver;
}
