using CeleryNet.Contract.Tests.Results;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Rpc;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Rpc;

/// <summary>What the rpc backend promises over every transport.</summary>
public abstract class RpcBackendContract : ResultBackendContract
{
    private readonly RecordingLogger _log = new();
    private ITransport? _workers;
    private ITransport? _clients;

    private protected ITransport Workers => _workers!;

    private protected RecordingLogger Log => _log;

    private protected override bool KeepsGroups => false;

    [Fact]
    public async Task Reply_of_Celery_5_2_is_read()
    {
        var id = TaskId.New();
        var watching = WatchToEndAsync(id);

        await SendAsync(id, $$"""{"task_id": "{{id}}", "status": "STARTED", "result": {"pid": 18791, "hostname": "w1@wirehost"}, "traceback": null, "children": []}""");
        await SendAsync(id, $$"""{"task_id": "{{id}}", "status": "SUCCESS", "result": NaN, "traceback": null, "children": []}""");

        var last = (await watching)[^1];
        last.TaskId.ShouldBe(id);
        last.State.ShouldBe(TaskState.Success);
        CeleryNet.Extensibility.WireJson.ToObject(last.Result.Span).ShouldBe(double.NaN);
    }

    [Fact]
    public async Task Unreadable_reply_fails_who_waits_for_it()
    {
        var id = TaskId.New();
        var watching = WatchToEndAsync(id);

        await SendAsync(id, "not JSON");

        (await Should.ThrowAsync<ResultBackendException>(() => watching)).Message.ShouldContain(id.Value);
        await Should.ThrowAsync<ResultBackendException>(() => GetAsync(id));
        await Log.WaitForAsync(line => line.EventId.Id == 1008 && line.Message.Contains(id.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reply_of_another_serializer_says_so()
    {
        var id = TaskId.New();
        var watching = WatchToEndAsync(id);

        await SendAsync(id, "\u0080\u0004", "application/x-python-serialize");

        (await Should.ThrowAsync<ResultBackendException>(() => watching)).Message.ShouldContain("'application/x-python-serialize'");
    }

    [Fact]
    public async Task Reply_that_names_no_task_is_passed_over()
    {
        await SendAsync(null, "{}");
        await FenceAsync();

        Log.Lines.ShouldContain(line => line.EventId.Id == 1008);
    }

    [Fact]
    public async Task Nobody_to_reply_to_is_nothing_to_do()
    {
        await Storing.StoreAsync(Success(TaskId.New()), default, Token);
        await Storing.StoreAsync(Success(TaskId.New()), new ReplyAddress("", "x"), Token);
        await Storing.StoreAsync(Success(TaskId.New()), new ReplyAddress(Names.Unique("gone"), null), Token);
    }

    [Fact]
    public async Task Oldest_replies_make_room_for_new_ones_and_that_is_logged()
    {
        await using var small = new RpcResultBackend(_clients!, TimeSpan.FromHours(1), false, ResultCodec.CreateJson(), TimeProvider.System, Log, capacity: 2);
        await small.PrepareAsync(Token);
        TaskId[] ids = [TaskId.New(), TaskId.New(), TaskId.New()];
        foreach (var id in ids)
        {
            await Storing.StoreAsync(Success(id), new ReplyAddress(small.ReplyTo, null), Token);
        }

        (await Log.WaitForAsync(line => line.EventId.Id == 1009)).Message.ShouldStartWith("1 results");
        await foreach (var _ in small.WatchAsync(ids[2], Token))
        {
        }

        (await small.GetAsync(ids[0], Token)).ShouldBeNull();
        (await small.GetAsync(ids[1], Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Disposing_ends_the_watching_and_deletes_the_queue()
    {
        var backend = new RpcResultBackend(_clients!, TimeSpan.FromHours(1), false, ResultCodec.CreateJson(), TimeProvider.System, Log);
        await using var states = backend.WatchAsync(TaskId.New(), Token).GetAsyncEnumerator(Token);
        var next = states.MoveNextAsync();
        await backend.PrepareAsync(Token);

        await backend.DisposeAsync().WithinBound("the backend to be disposed");

        (await next.WithinBound("the end")).ShouldBeFalse();
        await QueueShouldBeGoneAsync(backend.ReplyTo);
    }

    private protected abstract (ITransport Workers, ITransport Clients) CreateTransports();

    private protected virtual async Task QueueShouldBeGoneAsync(string queue)
        => await Should.ThrowAsync<PublishException>(async () => await Workers.Publisher.PublishAsync(MessageFactory.Text("x"), new Destination("", queue), Token));

    private protected override ValueTask<(IResultBackend Storing, IResultBackend Reading)> CreateAsync()
    {
        (_workers, _clients) = CreateTransports();
        return new((
            new Owning(_workers, new RpcResultBackend(_workers, TimeSpan.FromHours(1), false, ResultCodec.CreateJson(), TimeProvider.System, _log)),
            new Owning(_clients, new RpcResultBackend(_clients, TimeSpan.FromHours(1), false, ResultCodec.CreateJson(), TimeProvider.System, _log))));
    }

    private Task SendAsync(TaskId? id, string body, string contentType = "application/json")
        => Workers.Publisher.PublishAsync(
            new Envelope { Body = System.Text.Encoding.Latin1.GetBytes(body), ContentType = contentType, ContentEncoding = "utf-8", CorrelationId = id?.Value, Priority = 0 },
            new Destination("", Reading.ReplyTo),
            Token).WithinBound("a reply to be sent");

    /// <summary>Disposes the transport together with the backend on it.</summary>
    private sealed class Owning(ITransport transport, IResultBackend inner) : IResultBackend
    {
        public string ReplyTo => inner.ReplyTo;

        public ValueTask PrepareAsync(CancellationToken cancellationToken) => inner.PrepareAsync(cancellationToken);

        public ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken) => inner.StoreAsync(meta, reply, cancellationToken);

        public ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken) => inner.GetAsync(taskId, cancellationToken);

        public IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, CancellationToken cancellationToken) => inner.WatchAsync(taskId, cancellationToken);

        public ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken) => inner.ForgetAsync(taskId, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await transport.DisposeAsync();
        }
    }
}
