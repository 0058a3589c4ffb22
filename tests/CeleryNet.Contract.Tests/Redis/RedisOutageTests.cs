using System.Globalization;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Redis;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>Servers that die, freeze and come back, and replies that never arrive.</summary>
public sealed class RedisOutageTests : IAsyncLifetime
{
    private readonly RecordingLogger _log = new();
    private RedisServerProcess _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Consumer_goes_on_after_a_restart_of_the_server()
    {
        await using var transport = Transport(_server.Url);
        await using var consumer = await ConsumeAsync(transport, prefetch: 2);
        await PublishAsync(transport, "before");
        var before = await RedisSpace.ReadAsync(consumer);

        await _server.KillAsync();
        await _server.StartAsync();

        await PublishUntilTakenAsync(transport, "after");
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe("after");
        before.Lost.IsCancellationRequested.ShouldBeFalse();
        await before.SettleAsync(Settlement.Ack, Token);
        await using var client = await _server.ConnectAsync();
        (await client.GetDatabase().HashLengthAsync("unacked")).ShouldBe(1);
        _log.Lines.ShouldContain(line => line.EventId.Id == 1002);
        _log.Lines.Count(line => line.EventId.Id == 1001).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Prefetch_count_and_queues_of_the_moment_are_kept_over_a_lost_connection()
    {
        await using var proxy = new TcpFaultProxy(_server.Port);
        await using var transport = Transport($"redis://127.0.0.1:{Number(proxy.Port)}/0");
        await using var direct = Transport(_server.Url);
        var exchange = new ExchangeSpec("news", ExchangeSpec.Fanout);
        var request = new ConsumerRequest([QueueSpec.Named("q"), QueueSpec.Named("removed")], Prefetch: 1);
        await using var consumer = await transport.ConsumeAsync(request, Token).WithinBound("a consumer");
        await consumer.AddQueueAsync(QueueSpec.Named("added"), Token).WithinBound("a queue to be added");
        await consumer.AddQueueAsync(new QueueSpec("heard", exchange, ""), Token).WithinBound("a queue to be added");
        (await consumer.RemoveQueueAsync("removed", Token).WithinBound("a queue to be removed")).ShouldBeTrue();

        proxy.Cut();
        await _log.WaitForAsync(line => line.EventId.Id == 1002);
        consumer.SetPrefetch(2);
        proxy.Resume();

        await direct.Publisher.PublishAsync(MessageFactory.Text("not for us"), new Destination("", "removed"), Token).WithinBound("a publish");
        await direct.Publisher.PublishAsync(MessageFactory.Text("added"), new Destination("", "added"), Token).WithinBound("a publish");
        await PublishAsync(direct, "first");
        IDelivery[] both = [await RedisSpace.ReadAsync(consumer), await RedisSpace.ReadAsync(consumer)];
        both.Select(delivery => delivery.Queue).Order().ShouldBe(["added", "q"]);

        // The subscription comes back with the connection, at some time after it.
        await using var client = await _server.ConnectAsync();
        while (await client.GetSubscriber().PublishAsync(StackExchange.Redis.RedisChannel.Literal("/0.news"), RedisSpace.Envelope("b", "to all")) == 0)
        {
            await Task.Yield();
        }

        RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe("to all");
    }

    [Fact]
    public async Task Binding_is_written_again_after_the_server_has_forgotten_it()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "no");
        await using var transport = Transport(server.Url);
        var queue = new QueueSpec("bound", new ExchangeSpec("proj"), "key");
        await transport.Publisher.PublishAsync(MessageFactory.Text("first"), new Destination("proj", "key") { Declare = queue }, Token);
        await server.KillAsync();
        await server.StartAsync();
        await _log.WaitForAsync(line => line.EventId.Id == 1001 && _log.Lines.Count(l => l.EventId.Id == 1001) > 1, "the reconnect");

        await transport.Publisher.PublishAsync(MessageFactory.Text("second"), new Destination("proj", "key") { Declare = queue }, Token);

        await using var client = await server.ConnectAsync();
        (await client.GetDatabase().ListLengthAsync("bound")).ShouldBe(1);
    }

    [Theory]
    [InlineData("Ack")]
    [InlineData("DeadLetter")]
    public async Task Settlement_that_failed_is_carried_out_when_the_server_is_back(string kind)
    {
        await using var transport = Transport(_server.Url);
        await using var consumer = await ConsumeAsync(transport);
        await PublishAsync(transport, "done");
        var done = await RedisSpace.ReadAsync(consumer);
        await _server.KillAsync();

        var settlement = kind == "Ack" ? Settlement.Ack : Settlement.DeadLetter("not for us");
        await Should.ThrowAsync<BrokerUnavailableException>(async () => await done.SettleAsync(settlement, Token).WithinBound("a refusal"));

        await _server.StartAsync();
        await PublishUntilTakenAsync(transport, "next");

        // The one place of this consumer is free only when the first message is settled.
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe("next");
        await using var client = await _server.ConnectAsync();
        (await client.GetDatabase().HashLengthAsync("unacked")).ShouldBe(1);
        (await client.GetDatabase().ListLengthAsync("q.dead-letters")).ShouldBe(kind == "Ack" ? 0 : 1);
        done.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Claim_whose_reply_was_lost_is_found_again()
    {
        await using var proxy = new LossyProxy(_server.Port);
        await using var transport = Transport($"redis://127.0.0.1:{Number(proxy.Port)}/0");
        var request = new ConsumerRequest([QueueSpec.Named("other"), QueueSpec.Named("q")], Prefetch: 3);
        await using var consumer = await transport.ConsumeAsync(request, Token).WithinBound("a consumer");
        await WaitForIdleAsync(proxy);

        proxy.LoseReplyTo("EVALSHA");
        await using var other = Transport(_server.Url);
        await PublishAsync(other, "claimed in the dark");

        await proxy.Cut.WaitAsync("the reply to be lost");
        var delivery = await RedisSpace.ReadAsync(consumer);
        RedisSpace.BodyOf(delivery).ShouldBe("claimed in the dark");
        delivery.Queue.ShouldBe("q");
        await using var client = await _server.ConnectAsync();
        (await client.GetDatabase().HashLengthAsync("unacked")).ShouldBe(1);
        (await client.GetDatabase().ListLengthAsync("q")).ShouldBe(0);
    }

    [Fact]
    public async Task Publish_whose_reply_was_lost_is_an_error()
    {
        await using var proxy = new LossyProxy(_server.Port);
        await using var transport = Transport($"redis://127.0.0.1:{Number(proxy.Port)}/0");
        await PublishAsync(transport, "first");
        proxy.LoseReplyTo("LPUSH");

        await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport, "in the dark"));
    }

    [Fact]
    public async Task Publish_to_a_frozen_server_is_an_error_in_time()
    {
        await using var transport = Transport(_server.Url);
        await PublishAsync(transport, "first");
        _server.Freeze();

        var error = await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport, "into the cold"));

        error.Message.ShouldContain("no answer in time");
        _server.Thaw();
    }

    [Fact]
    public async Task Disposing_a_consumer_of_a_dead_server_ends()
    {
        var transport = Transport(_server.Url);
        var consumer = await ConsumeAsync(transport);
        await PublishAsync(transport, "held");
        var held = await RedisSpace.ReadAsync(consumer);
        await _server.KillAsync();

        await consumer.DisposeAsync().WithinBound("the consumer to be disposed");
        await transport.DisposeAsync().WithinBound("the transport to be disposed");

        held.Lost.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task Result_is_seen_though_the_server_was_restarted_meanwhile()
    {
        await using var backend = Backend(_server.Url);
        var id = TaskId.New();
        await backend.StoreAsync(new ResultMeta(id, TaskState.Started), default, Token);
        await using var states = backend.WatchAsync(id, Token).GetAsyncEnumerator(Token);
        (await states.MoveNextAsync().WithinBound("the first state")).ShouldBeTrue();
        var next = states.MoveNextAsync();

        await _server.KillAsync();
        await _server.StartAsync();
        await using var worker = Backend(_server.Url);
        await worker.StoreAsync(new ResultMeta(id, TaskState.Success), default, Token);

        (await next.WithinBound("the final state")).ShouldBeTrue();
        states.Current.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Members_of_a_large_group_end_though_the_server_was_restarted_between_them()
    {
        await using var backend = Backend(_server.Url);
        var access = new ResultAccess(backend, CeleryJson.Complete(null), TimeSpan.FromDays(1), TimeProvider.System);
        var ids = Enumerable.Range(0, 2_000).Select(_ => TaskId.New()).ToArray();
        var group = GroupResult<int>.Create("g", [.. ids.Select(id => new AsyncResult<int>(id, access))], null, access);
        await using var ended = group.AsCompletedAsync(Bound.Long, Token).GetAsyncEnumerator(Token);
        var seen = new HashSet<TaskId>();

        await StoreAsync(ids[..1_000]);
        await ReadAsync(1_000).WithinBound("the first half");
        var next = ReadAsync(1_000);
        await _server.KillAsync();
        await _server.StartAsync();
        await StoreAsync(ids[1_000..]);

        await next.WithinBound("the second half", Bound.Long);
        seen.SetEquals(ids).ShouldBeTrue();

        async Task StoreAsync(TaskId[] some)
        {
            await using var worker = Backend(_server.Url);
            await Task.WhenAll(some.Select(id => worker.StoreAsync(new ResultMeta(id, TaskState.Success) { Result = "7"u8.ToArray() }, default, Token).AsTask()));
        }

        async Task ReadAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                (await ended.MoveNextAsync()).ShouldBeTrue();
                ended.Current.GetValue().ShouldBe(7);
                seen.Add(ended.Current.Result.Id);
            }
        }
    }

    [Fact]
    public async Task Watching_may_begin_before_the_server_is_there()
    {
        await _server.KillAsync();
        await using var backend = Backend(_server.Url);
        var id = TaskId.New();
        await using var states = backend.WatchAsync(id, Token).GetAsyncEnumerator(Token);
        var first = states.MoveNextAsync();
        await _log.WaitForAsync(line => line.EventId.Id == 1013, "the outage to be told");

        await _server.StartAsync();
        await using var worker = Backend(_server.Url);
        await worker.StoreAsync(new ResultMeta(id, TaskState.Success), default, Token);

        (await first.WithinBound("the final state")).ShouldBeTrue();
        states.Current.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Storing_without_a_server_is_an_error_that_says_so()
    {
        await _server.KillAsync();
        await using var backend = Backend(_server.Url);

        var error = await Should.ThrowAsync<ResultBackendException>(async () =>
            await backend.StoreAsync(new ResultMeta(TaskId.New(), TaskState.Success), default, Token).WithinBound("a refusal"));

        error.Message.ShouldContain(_server.Url);
        error.Message.ShouldContain("refused");
    }

    [Fact]
    public async Task Consumer_of_many_queues_asks_for_all_of_them_in_one_command_while_there_is_nothing()
    {
        await using var proxy = new LossyProxy(_server.Port);
        await using var transport = Transport($"redis://127.0.0.1:{Number(proxy.Port)}/0");
        var request = new ConsumerRequest([.. Enumerable.Range(0, 64).Select(number => QueueSpec.Named($"q{Number(number)}"))], Prefetch: 1);
        await using var consumer = await transport.ConsumeAsync(request, Token).WithinBound("a consumer");

        // Four steps of priority each, and the name of the command.
        (await WaitForIdleAsync(proxy)).ShouldStartWith("*257\r\n$6\r\nEXISTS\r\n");
        await using var direct = Transport(_server.Url);
        await direct.Publisher.PublishAsync(MessageFactory.Text("woken"), new Destination("", "q63"), Token).WithinBound("a publish");
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe("woken");
    }

    // The consumer asks whether there are lists of its own only when there was nothing to take.
    private static async Task<string> WaitForIdleAsync(LossyProxy proxy)
    {
        while (true)
        {
            // What it sends before is of no interest.
            var sent = await proxy.Requests.WaitAsync("the consumer to be idle");
            if (sent.Contains("\nEXISTS\r", StringComparison.Ordinal))
            {
                return sent;
            }
        }
    }

    private RedisTransport Transport(string url) => new(new TransportOptions([BrokerUrl.Parse(url)]), TimeProvider.System, _log);

    private RedisResultBackend Backend(string url) => new(new TransportOptions([BrokerUrl.Parse(url)]), TimeSpan.FromHours(1), ResultCodec.CreateJson(), TimeProvider.System, _log);

    private static Task<IConsumer> ConsumeAsync(RedisTransport transport, int prefetch = 1)
        => transport.ConsumeAsync(new ConsumerRequest([QueueSpec.Named("q")], prefetch), Token).WithinBound("a consumer");

    private static Task PublishAsync(RedisTransport transport, string body)
        => transport.Publisher.PublishAsync(MessageFactory.Text(body), new Destination("", "q"), Token).WithinBound("a publish");

    private static async Task PublishUntilTakenAsync(RedisTransport transport, string body)
    {
        while (true)
        {
            try
            {
                await PublishAsync(transport, body);
                return;
            }
            catch (BrokerUnavailableException)
            {
                // Each try waits for a connection by itself.
            }
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
