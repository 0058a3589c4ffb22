using System.Globalization;
using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Results;

/// <summary>
/// What every result backend keeps to. A class derived for a backend makes the side that stores, as a worker does, and the side that reads, as a
/// client does; for most backends these may be one object.
/// </summary>
/// <remarks>
/// What was stored may be on its way to the reader for a while, so facts wait for a state by watching and then ask for it. That something does not
/// come is shown by what comes after it (<see cref="FenceAsync"/>), never by waiting for a while.
/// </remarks>
public abstract class ResultBackendContract : IAsyncLifetime
{
    private IResultBackend? _storing;
    private IResultBackend? _reading;

    private protected IResultBackend Storing => _storing ?? throw new InvalidOperationException("The backends are made before each test.");

    private protected IResultBackend Reading => _reading ?? throw new InvalidOperationException("The backends are made before each test.");

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How many tasks are watched at once; fewer where it takes long to store that many.</summary>
    private protected virtual int WatchedAtOnce => 10_000;

    /// <summary>Whether the backend has room for children, group and parent.</summary>
    private protected virtual bool KeepsRelations => true;

    /// <summary>Makes the side of the worker and the side of the client. Both are disposed after the test.</summary>
    private protected abstract ValueTask<(IResultBackend Storing, IResultBackend Reading)> CreateAsync();

    public async ValueTask InitializeAsync()
    {
        (_storing, _reading) = await CreateAsync();
        await Reading.PrepareAsync(Token).WithinBound("the backend to be prepared");
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_reading is not null && !ReferenceEquals(_reading, _storing))
        {
            await _reading.DisposeAsync().WithinBound("the reading side to be disposed");
        }

        if (_storing is not null)
        {
            await _storing.DisposeAsync().WithinBound("the storing side to be disposed");
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Unknown_task_has_nothing_stored()
        => (await Reading.GetAsync(TaskId.New(), Token).WithinBound("the answer")).ShouldBeNull();

    [Theory]
    [InlineData("STARTED", """{"pid": 4711, "hostname": "celery@host"}""", null)]
    [InlineData("RETRY", """{"exc_type": "TimeoutError", "exc_message": ["slow"], "exc_module": "builtins"}""", "Traceback (most recent call last):\n  …")]
    [InlineData("SUCCESS", """{"total": [1, 2.5, null, true, "x"]}""", null)]
    [InlineData("SUCCESS", "5", null)]
    [InlineData("SUCCESS", "\"text\"", null)]
    [InlineData("FAILURE", """{"exc_type": "ValueError", "exc_message": ["bad", "12"], "exc_module": "builtins"}""", "Traceback (most recent call last):\n  File \"x.py\"")]
    [InlineData("REVOKED", """{"exc_type": "TaskRevokedError", "exc_message": ["terminated"], "exc_module": "celery.exceptions"}""", null)]
    [InlineData("PROGRESS", """{"done": 3, "total": 10}""", null)]
    public async Task State_is_read_as_it_was_stored(string state, string result, string? traceback)
    {
        var meta = new ResultMeta(TaskId.New(), state)
        {
            Result = Json(result),
            Traceback = traceback,
            DateDone = new TaskState(state).IsReady ? new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).AddMicroseconds(123456) : null,
        };

        var stored = await StoreAndReadAsync(meta);

        stored.TaskId.ShouldBe(meta.TaskId);
        stored.State.ShouldBe(meta.State);
        ShouldBeSameJson(stored.Result, result);
        stored.Traceback.ShouldBe(traceback);
        stored.DateDone.ShouldBe(meta.DateDone);
        stored.GroupId.ShouldBeNull();
        stored.ParentId.ShouldBeNull();
        stored.Extension.ShouldBeNull();
    }

    [Fact]
    public async Task Absent_result_is_read_as_null()
    {
        var stored = await StoreAndReadAsync(Success(TaskId.New()) with { Result = default });

        (stored.Result.IsEmpty || Encoding.UTF8.GetString(stored.Result.Span) == "null").ShouldBeTrue(Encoding.UTF8.GetString(stored.Result.Span));
    }

    [Fact]
    public async Task Children_group_and_parent_are_kept()
    {
        var child = TaskId.New();
        var meta = Success(TaskId.New()) with
        {
            Children = Json($"""[[["{child}", null], null]]"""),
            GroupId = "7d1e9f2c-group",
            ParentId = TaskId.New(),
        };

        var stored = await StoreAndReadAsync(meta);

        if (!KeepsRelations)
        {
            (stored.Children.Length, stored.GroupId, stored.ParentId).ShouldBe((0, null, null));
            return;
        }

        ShouldBeSameJson(stored.Children, $"""[[["{child}", null], null]]""");
        stored.GroupId.ShouldBe(meta.GroupId);
        stored.ParentId.ShouldBe(meta.ParentId);
    }

    [Fact]
    public async Task Extension_is_kept()
    {
        var extension = new ResultExtension("proj.tasks.add", Json("[2, 3]"), Json("""{"z": 1}"""), "celery@host", 2, "math");

        var stored = await StoreAndReadAsync(Success(TaskId.New()) with { Extension = extension });

        var kept = stored.Extension.ShouldNotBeNull();
        kept.Name.ShouldBe("proj.tasks.add");
        ShouldBeSameJson(kept.Args, "[2, 3]");
        ShouldBeSameJson(kept.Kwargs, """{"z": 1}""");
        kept.Worker.ShouldBe("celery@host");
        kept.Retries.ShouldBe(2);
        kept.Queue.ShouldBe("math");
    }

    [Fact]
    public async Task Result_may_hold_any_text()
    {
        const string Text = "žluťoučký 🐎 日本語 \" \\ \n\t\u0001 </script> end";
        var stored = await StoreAndReadAsync(Success(TaskId.New()) with { Result = Json(JsonSerializer.Serialize(Text)), Traceback = Text });

        stored.ReadResult().GetString().ShouldBe(Text);
        stored.Traceback.ShouldBe(Text);
    }

    [Fact]
    public async Task Result_may_be_large()
    {
        var text = string.Concat(Enumerable.Repeat("0123456789abcdef", 65_536));

        var stored = await StoreAndReadAsync(Success(TaskId.New()) with { Result = Json($"\"{text}\"") });

        stored.ReadResult().GetString().ShouldBe(text);
    }

    [Fact]
    public async Task Integer_beyond_64_bits_is_kept()
    {
        var stored = await StoreAndReadAsync(Success(TaskId.New()) with { Result = Json("123456789012345678901234567890") });

        stored.ReadResult().GetRawText().ShouldBe("123456789012345678901234567890");
    }

    [Fact]
    public async Task Later_state_replaces_the_earlier_one()
    {
        var id = TaskId.New();
        await StoreAndReadAsync(new ResultMeta(id, TaskState.Started) { Result = Json("""{"pid": 1}""") });
        await StoreAndReadAsync(new ResultMeta(id, "PROGRESS") { Result = Json("1") });

        await StoreAsync(new ResultMeta(id, "PROGRESS") { Result = Json("2") });
        await FenceAsync();

        ShouldBeSameJson((await GetAsync(id)).ShouldNotBeNull().Result, "2");
    }

    [Fact]
    public async Task Success_is_not_overwritten()
    {
        var id = TaskId.New();
        await StoreAndReadAsync(Success(id, "1"));

        await StoreAsync(new ResultMeta(id, TaskState.Started));
        await StoreAsync(Failure(id));
        await StoreAsync(Success(id, "2"));
        await FenceAsync();

        var stored = (await GetAsync(id)).ShouldNotBeNull();
        stored.State.ShouldBe(TaskState.Success);
        ShouldBeSameJson(stored.Result, "1");
    }

    [Fact]
    public async Task Failure_may_be_overwritten_by_a_later_success()
    {
        var id = TaskId.New();
        await StoreAndReadAsync(Failure(id));

        await StoreAsync(Success(id, "7"));
        await FenceAsync();

        var stored = (await GetAsync(id)).ShouldNotBeNull();
        stored.State.ShouldBe(TaskState.Success);
        ShouldBeSameJson(stored.Result, "7");
    }

    [Fact]
    public async Task Watching_yields_the_stored_state_at_once()
    {
        var id = TaskId.New();
        await StoreAndReadAsync(Success(id, "3"));

        var seen = await WatchToEndAsync(id);

        ShouldBeSameJson(seen.ShouldHaveSingleItem().Result, "3");
    }

    [Fact]
    public async Task Watching_that_began_before_the_store_gets_it()
    {
        var id = TaskId.New();
        var watching = WatchToEndAsync(id);

        await StoreAsync(Success(id, "4"));

        ShouldBeSameJson((await watching)[^1].Result, "4");
    }

    [Fact]
    public async Task Watching_gets_progress_and_ends_with_the_final_state()
    {
        var id = TaskId.New();
        await using var states = Reading.WatchAsync(id, Token).GetAsyncEnumerator(Token);
        await StoreAsync(new ResultMeta(id, "PROGRESS") { Result = Json("1") });
        (await states.MoveNextAsync().WithinBound("the first state")).ShouldBeTrue();
        states.Current.State.Name.ShouldBe("PROGRESS");

        await StoreAsync(Failure(id));

        (await states.MoveNextAsync().WithinBound("the final state")).ShouldBeTrue();
        states.Current.State.ShouldBe(TaskState.Failure);
        (await states.MoveNextAsync().WithinBound("the end")).ShouldBeFalse();
    }

    [Fact]
    public async Task Several_may_watch_one_task()
    {
        var id = TaskId.New();
        var watching = Enumerable.Range(0, 5).Select(_ => WatchToEndAsync(id)).ToArray();

        await StoreAsync(Success(id, "5"));

        foreach (var seen in await Task.WhenAll(watching))
        {
            ShouldBeSameJson(seen[^1].Result, "5");
        }
    }

    [Fact]
    public async Task Watching_stops_when_its_token_fires()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var watching = Task.Run(
            async () =>
            {
                await foreach (var _ in Reading.WatchAsync(TaskId.New(), stop.Token))
                {
                }
            },
            Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => watching.WithinBound("the watching to stop"));
    }

    [Fact]
    public async Task Thousands_of_tasks_may_be_watched_at_once()
    {
        var ids = Enumerable.Range(0, WatchedAtOnce).Select(_ => TaskId.New()).ToArray();
        var watching = ids.Select(WatchToEndAsync).ToArray();

        await Task.WhenAll(ids.Select((id, i) => StoreAsync(Success(id, i.ToString(CultureInfo.InvariantCulture)))));

        var seen = await Task.WhenAll(watching);
        seen.Select(states => states[^1].ReadResult().GetInt32()).ShouldBe(Enumerable.Range(0, WatchedAtOnce));
        seen.Select(states => states[^1].TaskId).ShouldBe(ids);
    }

    [Fact]
    public async Task Forgotten_result_is_gone()
    {
        var id = TaskId.New();
        await StoreAndReadAsync(Success(id));

        await Reading.ForgetAsync(id, Token).WithinBound("the result to be forgotten");

        (await GetAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task Forgetting_an_unknown_task_does_nothing()
        => await Reading.ForgetAsync(TaskId.New(), Token).WithinBound("the result to be forgotten");

    [Fact]
    public async Task Many_are_asked_for_in_their_order_known_or_not()
    {
        var ids = Enumerable.Range(0, 450).Select(_ => TaskId.New()).ToArray();
        for (var i = 0; i < ids.Length; i += 3)
        {
            await StoreAsync(Success(ids[i], i.ToString(CultureInfo.InvariantCulture)));
        }

        await FenceAsync();

        var read = await Reading.GetManyAsync(ids, Token).ToListAsync(Token).WithinBound("the answers");
        read.Select(meta => meta?.TaskId).ShouldBe(ids.Select((id, i) => i % 3 == 0 ? id : default(TaskId?)));
        read.Select(meta => meta?.ReadResult().GetInt32()).ShouldBe(ids.Select((_, i) => i % 3 == 0 ? i : default(int?)));
        (await Reading.GetManyAsync([], Token).ToListAsync(Token)).ShouldBeEmpty();
    }

    /// <summary>Whether groups are kept; a backend that does not says so.</summary>
    private protected virtual bool KeepsGroups => true;

    [Fact]
    public async Task Saved_group_is_read_by_its_id_with_parents_and_groups_within()
    {
        var id = TaskId.New();
        var group = new ResultNode(
            id.Value,
            new ResultNode("parent", new ResultNode("header", null, [new("h1"), new("h2")])),
            [new("a"), new("inner", null, [new("b"), new("c", new("before c"))]), new("none", null, [])]);
        if (!KeepsGroups)
        {
            (await Should.ThrowAsync<CeleryConfigurationException>(async () => await Storing.SaveGroupAsync(group, Token))).Message.ShouldContain("ResultBackend");
            await Should.ThrowAsync<CeleryConfigurationException>(async () => await Reading.GetGroupAsync(id, Token));
            await Should.ThrowAsync<CeleryConfigurationException>(async () => await Reading.DeleteGroupAsync(id, Token));
            return;
        }

        await Storing.SaveGroupAsync(group, Token).WithinBound("the group to be saved");

        var read = (await Reading.GetGroupAsync(id, Token).WithinBound("the group")).ShouldNotBeNull();
        Text(read).ShouldBe(Text(group));

        static string Text(ResultNode node) => Encoding.UTF8.GetString(ResultCodec.CreateJson().EncodeGroup(node).Span);
    }

    [Fact]
    public async Task Group_may_be_saved_anew_and_deleted()
    {
        if (!KeepsGroups)
        {
            return;
        }

        var id = TaskId.New();
        (await Reading.GetGroupAsync(id, Token)).ShouldBeNull();
        await Storing.SaveGroupAsync(new ResultNode(id.Value, null, [new("a")]), Token);
        await Storing.SaveGroupAsync(new ResultNode(id.Value, null, [new("a"), new("b")]), Token);
        (await Reading.GetGroupAsync(id, Token)).ShouldNotBeNull().Members.ShouldNotBeNull().Count.ShouldBe(2);

        await Reading.DeleteGroupAsync(id, Token);

        (await Reading.GetGroupAsync(id, Token)).ShouldBeNull();
        await Reading.DeleteGroupAsync(id, Token);
    }

    [Fact]
    public async Task Storing_with_a_cancelled_token_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await Storing.StoreAsync(Success(TaskId.New()), ReplyTo(TaskId.New()), cancelled.Token));
    }

    [Fact]
    public void Reply_queue_has_a_name_of_its_own() => Reading.ReplyTo.ShouldNotBeNullOrWhiteSpace();

    private protected static ResultMeta Success(TaskId id, string result = "null")
        => new(id, TaskState.Success) { Result = Json(result), DateDone = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero) };

    private protected static ResultMeta Failure(TaskId id) => new(id, TaskState.Failure)
    {
        Result = Json("""{"exc_type": "ValueError", "exc_message": ["bad"], "exc_module": "builtins"}"""),
        Traceback = "Traceback (most recent call last):",
        DateDone = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
    };

    private protected static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text);

    private protected static void ShouldBeSameJson(ReadOnlyMemory<byte> actual, string expected)
    {
        using var left = JsonDocument.Parse(actual);
        using var right = JsonDocument.Parse(expected);
        JsonElement.DeepEquals(left.RootElement, right.RootElement).ShouldBeTrue($"was {Encoding.UTF8.GetString(actual.Span)}, must equal {expected}");
    }

    /// <summary>What a message that the reading side sent would carry.</summary>
    private protected ReplyAddress ReplyTo(TaskId id) => new(Reading.ReplyTo, id.Value);

    private protected Task StoreAsync(ResultMeta meta) => Storing.StoreAsync(meta, ReplyTo(meta.TaskId), Token).WithinBound("a state to be stored");

    private protected Task<ResultMeta?> GetAsync(TaskId id) => Reading.GetAsync(id, Token).WithinBound("the answer");

    /// <summary>Stores a state, waits until the reading side has it, and asks for it.</summary>
    private protected async Task<ResultMeta> StoreAndReadAsync(ResultMeta meta)
    {
        await StoreAsync(meta);
        await WaitForStateAsync(meta).WithinBound($"state {meta.State} to arrive");
        return (await GetAsync(meta.TaskId)).ShouldNotBeNull();
    }

    /// <summary>When this returns, the reading side has everything that was stored before.</summary>
    private protected Task FenceAsync() => StoreAndReadAsync(Success(TaskId.New()));

    private protected async Task<List<ResultMeta>> WatchToEndAsync(TaskId id)
    {
        var seen = new List<ResultMeta>();
        await ReadAsync().WithinBound($"the final state of {id}");
        return seen;

        async Task ReadAsync()
        {
            await foreach (var meta in Reading.WatchAsync(id, Token))
            {
                seen.Add(meta);
            }
        }
    }

    private async Task WaitForStateAsync(ResultMeta expected)
    {
        await foreach (var meta in Reading.WatchAsync(expected.TaskId, Token))
        {
            if (meta.State == expected.State)
            {
                return;
            }
        }
    }
}
