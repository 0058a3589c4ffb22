using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Contract.Tests.Results;

public sealed class MemoryResultBackendTests : ResultBackendContract
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public async Task Result_is_gone_when_it_has_expired()
    {
        var id = TaskId.New();
        await StoreAsync(Success(id));

        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        (await GetAsync(id)).ShouldNotBeNull();

        _time.Advance(TimeSpan.FromTicks(1));
        (await GetAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task Each_state_starts_the_time_anew()
    {
        var id = TaskId.New();
        await StoreAsync(new ResultMeta(id, TaskState.Started));
        _time.Advance(TimeSpan.FromHours(20));
        await StoreAsync(Success(id));
        _time.Advance(TimeSpan.FromHours(20));

        (await GetAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Expired_success_may_be_stored_again()
    {
        var id = TaskId.New();
        await StoreAsync(Success(id, "1"));
        _time.Advance(TimeSpan.FromHours(24));

        await StoreAsync(Success(id, "2"));

        ShouldBeSameJson((await GetAsync(id)).ShouldNotBeNull().Result, "2");
    }

    [Fact]
    public async Task Results_without_an_expiry_stay()
    {
        await using var backend = new MemoryResultBackend(resultExpires: null, _time);
        var id = TaskId.New();
        await backend.StoreAsync(Success(id), default, Token);

        _time.Advance(TimeSpan.FromDays(1000));

        (await backend.GetAsync(id, Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Oldest_results_make_room_for_new_ones()
    {
        await using var backend = new MemoryResultBackend(TimeSpan.FromDays(1), _time) { MaxResults = 2 };
        TaskId[] ids = [TaskId.New(), TaskId.New(), TaskId.New()];
        foreach (var id in ids)
        {
            await backend.StoreAsync(Success(id), default, Token);
        }

        (await backend.GetAsync(ids[0], Token)).ShouldBeNull();
        (await backend.GetAsync(ids[1], Token)).ShouldNotBeNull();
        (await backend.GetAsync(ids[2], Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Stored_pieces_are_the_backends_own()
    {
        var buffer = "[1]"u8.ToArray();
        var id = TaskId.New();
        await StoreAsync(Success(id) with
        {
            Result = buffer,
            Children = buffer,
            Extension = new ResultExtension("t", buffer, buffer, "w", 0, null),
        });

        buffer.AsSpan().Fill((byte)'x');

        var stored = (await GetAsync(id)).ShouldNotBeNull();
        ShouldBeSameJson(stored.Result, "[1]");
        ShouldBeSameJson(stored.Children, "[1]");
        ShouldBeSameJson(stored.Extension!.Args, "[1]");
        ShouldBeSameJson(stored.Extension.Kwargs, "[1]");
    }

    [Fact]
    public async Task Slow_watcher_skips_states_but_not_the_final_one()
    {
        var id = TaskId.New();
        await using var states = Reading.WatchAsync(id, Token).GetAsyncEnumerator(Token);
        var first = states.MoveNextAsync();
        await StoreAsync(new ResultMeta(id, "PROGRESS") { Result = Json("0") });
        (await first.WithinBound("the first state")).ShouldBeTrue();

        for (var i = 1; i < 100; i++)
        {
            await StoreAsync(new ResultMeta(id, "PROGRESS") { Result = Json("1") });
        }

        await StoreAsync(Success(id));

        (await states.MoveNextAsync().WithinBound("the final state")).ShouldBeTrue();
        states.Current.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Slow_watcher_gets_the_final_state_though_the_task_was_run_again()
    {
        var id = TaskId.New();
        await using var states = Reading.WatchAsync(id, Token).GetAsyncEnumerator(Token);
        var first = states.MoveNextAsync();
        await StoreAsync(new ResultMeta(id, TaskState.Started));
        (await first.WithinBound("the first state")).ShouldBeTrue();

        await StoreAsync(Failure(id));
        await StoreAsync(new ResultMeta(id, TaskState.Started));

        (await states.MoveNextAsync().WithinBound("the final state")).ShouldBeTrue();
        states.Current.State.ShouldBe(TaskState.Failure);
    }

    [Fact]
    public async Task Disposing_ends_the_watching()
    {
        var backend = new MemoryResultBackend(TimeSpan.FromDays(1), _time);
        await using var states = backend.WatchAsync(TaskId.New(), Token).GetAsyncEnumerator(Token);
        var next = states.MoveNextAsync();

        await backend.DisposeAsync();

        (await next.WithinBound("the end")).ShouldBeFalse();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await backend.StoreAsync(Success(TaskId.New()), default, Token));
    }

    [Fact]
    public async Task Saved_group_is_gone_when_it_has_expired()
    {
        var id = TaskId.New();
        await Storing.SaveGroupAsync(new ResultNode(id.Value, null, [new("a")]), Token);

        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        (await Reading.GetGroupAsync(id, Token)).ShouldNotBeNull();

        _time.Advance(TimeSpan.FromTicks(1));
        (await Reading.GetGroupAsync(id, Token)).ShouldBeNull();
    }

    private protected override ValueTask<(IResultBackend Storing, IResultBackend Reading)> CreateAsync()
    {
        var backend = new MemoryResultBackend(TimeSpan.FromDays(1), _time);
        return new((backend, backend));
    }
}
