using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results.Polled;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;

namespace CeleryNet.Tests.Results;

public sealed class PolledResultBackendTests : IAsyncLifetime
{
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(50);

    private readonly TestClock _time = new();
    private readonly RecordingLogger _log = new();
    private readonly ScriptedRecords _records = new();
    private readonly PolledResultBackend _backend;

    public PolledResultBackendTests() => _backend = Create(TimeSpan.FromHours(1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    [Fact]
    public async Task Pauses_between_questions_grow_while_nothing_changes()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var states = _backend.WatchAsync("a", stop.Token).GetAsyncEnumerator(stop.Token);
        var first = states.MoveNextAsync().AsTask();
        var began = _time.GetUtcNow();
        var asked = new List<double>();
        foreach (var next in new double[] { 0, 50, 125, 237.5 })
        {
            await _records.Asked.WaitAsync("a question");
            asked.Add((_time.GetUtcNow() - began).TotalMilliseconds);
            await _time.WaitForTimerAsync(_shortest);
            _time.Advance(_shortest);
            if (asked.Count > 1)
            {
                // What is left of 75, of 112.5 and of 168.75 milliseconds.
                var rest = TimeSpan.FromMilliseconds((50 * Math.Pow(1.5, asked.Count - 1)) - 50);
                await _time.WaitForTimerAsync(rest);
                _time.Advance(rest);
            }
        }

        asked.ShouldBe([0, 50, 125, 237.5]);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
    }

    [Theory]
    [InlineData(50, 75)]
    [InlineData(400, 500)]
    [InlineData(500, 500)]
    public void Pause_is_half_as_long_again_up_to_the_longest(int pause, int next)
        => new PollPace(_shortest, TimeSpan.FromMilliseconds(500), 1).After(TimeSpan.FromMilliseconds(pause)).ShouldBe(TimeSpan.FromMilliseconds(next));

    [Fact]
    public async Task Tasks_that_are_watched_together_are_asked_for_together_in_batches()
    {
        _records.Batch = 30;
        await using var backend = Create(null);
        _records.Held = new TaskCompletionSource();
        var watching = new List<Task<ResultMeta>> { WatchAsync(backend, "first") };
        await _records.Asked.WaitAsync("the first question");
        watching.AddRange(Enumerable.Range(0, 45).Select(number => WatchAsync(backend, $"t{number}")));
        foreach (var id in Enumerable.Range(0, 45).Select(number => $"t{number}").Append("first"))
        {
            _records.Set(Success(id));
        }

        _records.Held.SetResult();
        await _time.WaitForTimerAsync(_shortest);
        _time.Advance(_shortest);

        await Task.WhenAll(watching).WithinBound("all results");
        _records.Questions[0].ShouldBe(1);
        _records.Questions.Skip(1).Sum().ShouldBeInRange(45, 46);
        _records.Questions.Count.ShouldBe(3);
        _records.Questions.Max().ShouldBe(30);
    }

    public static TheoryData<Exception, string> Failures { get; } = new()
    {
        { new IOException("the disk is away"), "The result backend at the shelf failed: the disk is away" },
        { new CelerySerializationException("an id that it does not like"), "an id that it does not like" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Outage_is_told_once_and_the_end_is_found_after_it(Exception failure, string reason)
    {
        _records.Failure = failure;
        var watching = WatchAsync(_backend, "a");
        await _records.Asked.WaitAsync("a question");
        await _time.WaitForTimerAsync(_shortest);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await _records.Asked.WaitAsync("a second question");
        _records.Set(Success("a"));
        _records.Failure = null;
        await _time.WaitForTimerAsync(_shortest);
        _time.Advance(TimeSpan.FromMilliseconds(500));

        (await watching.WithinBound("the result")).State.ShouldBe(TaskState.Success);
        _log.Lines.ShouldHaveSingleItem().Message.ShouldContain($"Results at the shelf cannot be watched: {reason}");
    }

    [Fact]
    public async Task Record_that_is_found_twice_is_taken_once()
    {
        _records.Set(Success("a"));
        _records.Copies = 2;

        (await WatchAsync(_backend, "a").WithinBound("the result")).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Record_that_cannot_be_read_ends_the_watching_of_its_task_alone()
    {
        _records.Set(ResultRecord.Unreadable("broken", "there is a hole in it"));
        _records.Set(Success("whole"));

        (await WatchAsync(_backend, "whole").WithinBound("the result")).State.ShouldBe(TaskState.Success);
        var broken = WatchAsync(_backend, "broken");
        await _time.WaitForTimerAsync(_shortest);
        _time.Advance(_shortest);

        (await Should.ThrowAsync<ResultBackendException>(() => broken.WithinBound("the error"))).Message.ShouldBe("there is a hole in it");
        (await Should.ThrowAsync<ResultBackendException>(async () => await _backend.GetAsync("broken", Token))).Message.ShouldBe("there is a hole in it");
    }

    [Fact]
    public async Task Call_that_never_answers_fails_after_its_time()
    {
        _records.Held = new TaskCompletionSource();
        var getting = _backend.GetAsync("a", Token).AsTask();
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(30));

        (await Should.ThrowAsync<ResultBackendException>(() => getting.WithinBound("the error"))).Message.ShouldBe(
            "The result backend at the shelf did not answer within 00:00:30.");
    }

    [Fact]
    public async Task Whatever_is_thrown_is_an_outage_unless_it_says_that_it_can_never_work()
    {
        _records.Failure = new InvalidOperationException("no");
        (await Should.ThrowAsync<ResultBackendException>(async () => await StoreAsync())).Message.ShouldBe("The result backend at the shelf failed: no");

        _records.Failure = new CelerySerializationException("never");
        await Should.ThrowAsync<CelerySerializationException>(async () => await StoreAsync());

        async Task StoreAsync() => await _backend.StoreAsync(new ResultMeta("a", TaskState.Success), default, Token);
    }

    [Fact]
    public async Task Clean_up_is_of_what_has_expired_and_of_nothing_where_nothing_expires()
    {
        await _backend.CleanUpAsync(Token);
        _records.CleanedBefore.ShouldBe(_time.GetUtcNow().AddHours(-1));

        _records.CleanedBefore = null;
        await using var forEver = Create(null);
        await forEver.CleanUpAsync(Token);
        _records.CleanedBefore.ShouldBeNull();
    }

    [Fact]
    public async Task Watching_ends_when_the_backend_is_disposed()
    {
        var backend = Create(null);
        await using var states = backend.WatchAsync("a", Token).GetAsyncEnumerator(Token);
        var next = states.MoveNextAsync().AsTask();
        await _records.Asked.WaitAsync("a question");

        await backend.DisposeAsync();

        (await next.WithinBound("the end")).ShouldBeFalse();
    }

    [Fact]
    public void Pace_that_makes_no_sense_is_refused()
    {
        _records.Batch = 0;

        Should.Throw<CeleryConfigurationException>(() => Create(null)).Message.ShouldContain("MaxBatch of 1 or more");
    }

    private static ResultRecord Success(string id) => new(id, TaskState.Success);

    private static async Task<ResultMeta> WatchAsync(PolledResultBackend backend, string id)
    {
        ResultMeta? last = null;
        await foreach (var meta in backend.WatchAsync(id, Token))
        {
            last = meta;
        }

        return last.ShouldNotBeNull();
    }

    private PolledResultBackend Create(TimeSpan? expires) => new(_records, "the shelf", expires, _time, _log);

    /// <summary>Records that a test makes appear, fail and wait.</summary>
    private sealed class ScriptedRecords : CeleryResultBackend
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<TaskId, ResultRecord> _records = [];

        public int Batch { get; set; } = 500;

        public override int MaxBatch => Batch;

        public int Copies { get; set; } = 1;

        public Exception? Failure { get; set; }

        public TaskCompletionSource? Held { get; set; }

        public DateTimeOffset? CleanedBefore { get; set; }

        public TestSignal Asked { get; } = new();

        /// <summary>For how many tasks each question was.</summary>
        public List<int> Questions { get; } = [];

        public void Set(ResultRecord record)
        {
            lock (_gate)
            {
                _records[record.TaskId] = record;
            }
        }

        public override ValueTask StoreAsync(ResultRecord record, CancellationToken cancellationToken)
            => Failure is { } failure ? ValueTask.FromException(failure) : ValueTask.CompletedTask;

        public override async ValueTask<IReadOnlyList<ResultRecord>> FindAsync(IReadOnlyList<TaskId> taskIds, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                Questions.Add(taskIds.Count);
            }

            Asked.Fire();
            if (Failure is { } failure)
            {
                throw failure;
            }

            if (Held is { } held)
            {
                await held.Task;
            }

            lock (_gate)
            {
                return [.. taskIds.Where(_records.ContainsKey).SelectMany(id => Enumerable.Repeat(_records[id], Copies))];
            }
        }

        public override ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask SaveGroupAsync(string groupId, ReadOnlyMemory<byte> group, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<ReadOnlyMemory<byte>> FindGroupAsync(string groupId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask ForgetGroupAsync(string groupId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask CleanUpAsync(DateTimeOffset storedBefore, CancellationToken cancellationToken)
        {
            CleanedBefore = storedBefore;
            return ValueTask.CompletedTask;
        }
    }
}
