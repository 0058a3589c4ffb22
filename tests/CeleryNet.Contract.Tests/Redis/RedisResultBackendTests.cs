using CeleryNet.Contract.Tests.Results;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Redis;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Redis;

public sealed class RedisResultBackendTests : ResultBackendContract
{
    [Fact]
    public async Task Document_has_the_keys_and_the_look_of_celerys()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.ResultDatabase);
        var id = TaskId.New();

        await StoreAsync(Success(id, "[1, NaN]") with { GroupId = "g", ParentId = "p" });

        (await database.StringGetAsync("celery-task-meta-" + id)).ToString().ShouldBe(
            "{\"status\": \"SUCCESS\", \"result\": [1, NaN], \"traceback\": null, \"children\": [], "
            + "\"date_done\": \"2026-03-04T05:06:07.000000+00:00\", \"group_id\": \"g\", \"parent_id\": \"p\", \"task_id\": \"" + id + "\"}");
        var ttl = (await database.KeyTimeToLiveAsync("celery-task-meta-" + id)).ShouldNotBeNull();
        ttl.ShouldBeInRange(TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Group_has_the_key_and_the_look_of_celerys()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.ResultDatabase);
        var id = TaskId.New();

        await Storing.SaveGroupAsync(new ResultNode(id.Value, new("p"), [new("a"), new("inner", null, [new("b")])]), Token);

        (await database.StringGetAsync("celery-taskset-meta-" + id)).ToString().ShouldBe(
            "{\"result\":[[\"" + id + "\",[[\"p\",null],null]],[[[\"a\",null],null],[[\"inner\",null],[[[\"b\",null],null]]]]]}");
        (await database.KeyTimeToLiveAsync("celery-taskset-meta-" + id)).ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
    }

    [Theory]
    [InlineData("no document")]
    [InlineData("""{"result": [["g", null], null]}""")]
    [InlineData("""{"other": 1}""")]
    public async Task Group_that_cannot_be_read_is_an_error_that_names_it(string stored)
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var id = TaskId.New();
        await client.GetDatabase(RedisServer.ResultDatabase).StringSetAsync("celery-taskset-meta-" + id, stored, TimeSpan.FromMinutes(1));

        (await Should.ThrowAsync<ResultBackendException>(async () => await Reading.GetGroupAsync(id, Token)))
            .Message.ShouldStartWith($"What is stored of group {id} cannot be read: ");
    }

    [Fact]
    public async Task Document_without_an_expiry_stays()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var id = TaskId.New();
        await using var backend = Create(expires: TimeSpan.Zero);

        await backend.StoreAsync(Success(id), default, Token);

        (await client.GetDatabase(RedisServer.ResultDatabase).KeyTimeToLiveAsync("celery-task-meta-" + id)).ShouldBeNull();
        await backend.ForgetAsync(id, Token);
    }

    [Theory]
    [InlineData("""{"status": "SUCCESS", "result": 1}""", true)]
    [InlineData("""{"status":"SUCCESS","result":1}""", true)]
    [InlineData("""{"status": "FAILURE", "result": {"status": "SUCCESS"}}""", false)]
    public async Task Success_of_any_writer_is_not_overwritten(string stored, bool stays)
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.ResultDatabase);
        var id = TaskId.New();
        await database.StringSetAsync("celery-task-meta-" + id, stored, TimeSpan.FromMinutes(1));

        await StoreAsync(Failure(id));

        ((await database.StringGetAsync("celery-task-meta-" + id)) == stored).ShouldBe(stays);
    }

    [Theory]
    [InlineData("team", "team_")]
    [InlineData("team:", "team:")]
    public async Task Global_prefix_stands_before_key_and_channel(string prefix, string written)
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var id = TaskId.New();
        var told = new TestSignal();
        await client.GetSubscriber().SubscribeAsync(RedisChannel.Literal($"{written}celery-task-meta-{id}"), (_, _) => told.Fire());
        await using var backend = Create(options => options with { GlobalKeyPrefix = prefix });

        await backend.StoreAsync(Success(id), default, Token);

        await told.WaitAsync("the state to be told");
        (await client.GetDatabase(RedisServer.ResultDatabase).KeyExistsAsync($"{written}celery-task-meta-{id}")).ShouldBeTrue();
        (await backend.GetAsync(id, Token)).ShouldNotBeNull();
        await backend.ForgetAsync(id, Token);
    }

    [Fact]
    public async Task Document_that_cannot_be_read_is_an_error_and_ends_the_watching()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var id = TaskId.New();
        await client.GetDatabase(RedisServer.ResultDatabase).StringSetAsync("celery-task-meta-" + id, "no document", TimeSpan.FromMinutes(1));

        (await Should.ThrowAsync<ResultBackendException>(() => GetAsync(id))).Message.ShouldContain(id.Value);
        (await Should.ThrowAsync<ResultBackendException>(() => WatchToEndAsync(id))).Message.ShouldContain(id.Value);
    }

    [Fact]
    public async Task Task_that_is_watched_again_at_once_is_still_watched()
    {
        for (var i = 0; i < 50; i++)
        {
            var id = TaskId.New();
            await StoreAsync(new ResultMeta(id, TaskState.Started));
            await foreach (var meta in Reading.WatchAsync(id, Token))
            {
                meta.State.ShouldBe(TaskState.Started);
                break;
            }

            await using var again = Reading.WatchAsync(id, Token).GetAsyncEnumerator(Token);
            (await again.MoveNextAsync().WithinBound("the state that is stored")).ShouldBeTrue();
            var next = again.MoveNextAsync();
            await StoreAsync(Success(id));

            // Shorter than the time after which all watched documents are read again anyway.
            (await next.WithinBound("the final state", TimeSpan.FromSeconds(10))).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Channel_is_left_when_nobody_watches_any_more()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var channel = RedisChannel.Literal("celery-task-meta-" + Names.Unique());
        var id = new TaskId(channel.ToString()["celery-task-meta-".Length..]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var states = Reading.WatchAsync(id, stop.Token).GetAsyncEnumerator(stop.Token);
        await StoreAsync(new ResultMeta(id, TaskState.Started));
        (await states.MoveNextAsync().WithinBound("the first state")).ShouldBeTrue();
        (await client.GetServers()[0].SubscriptionSubscriberCountAsync(channel)).ShouldBe(1);

        var next = states.MoveNextAsync();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => next.WithinBound("the watching to end"));
        await states.DisposeAsync();

        await LeftAsync().WithinBound("the channel to be left");

        async Task LeftAsync()
        {
            while (await client.GetServers()[0].SubscriptionSubscriberCountAsync(channel) > 0)
            {
                // Asked again until the server has seen it.
            }
        }
    }

    [Fact]
    public async Task Watching_ends_when_the_backend_is_disposed()
    {
        var backend = Create();
        await using var states = backend.WatchAsync(TaskId.New(), Token).GetAsyncEnumerator(Token);
        var next = states.MoveNextAsync();

        await backend.DisposeAsync();

        (await next.WithinBound("the end")).ShouldBeFalse();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await backend.StoreAsync(Success(TaskId.New()), default, Token));
    }

    [Fact]
    public async Task Whatever_is_watched_goes_over_one_subscribed_connection()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await server.ConnectAsync(options => options.AllowAdmin = true);
        var options = new TransportOptions([BrokerUrl.Parse(server.Url)]);
        await using var backend = new RedisResultBackend(options, null, ResultCodec.CreateJson(), TimeProvider.System, new RecordingLogger());
        var ids = Enumerable.Range(0, 2_000).Select(_ => TaskId.New()).ToArray();
        await Task.WhenAll(ids.Select(id => backend.StoreAsync(new ResultMeta(id, TaskState.Started), default, Token).AsTask()));
        var others = (await client.GetServers()[0].ClientListAsync()).Length;
        var started = 0;
        var all = new TestSignal();

        var watching = ids.Select(WatchAsync).ToArray();
        await all.WaitAsync("each task's state");

        var clients = await client.GetServers()[0].ClientListAsync();
        (clients.Length - others).ShouldBeInRange(0, 1);
        clients.Where(each => each.SubscriptionCount > 1).ShouldHaveSingleItem().SubscriptionCount.ShouldBeInRange(ids.Length, ids.Length + 2);
        await Task.WhenAll(ids.Select(id => backend.StoreAsync(Success(id), default, Token).AsTask()));
        await Task.WhenAll(watching).WithinBound("all ends");
        await LeftAsync().WithinBound("all channels to be left");

        async Task LeftAsync()
        {
            while ((await client.GetServers()[0].SubscriptionChannelsAsync(RedisChannel.Pattern("celery-task-meta-*"))).Length > 0)
            {
                // Asked again until the server has seen it.
            }
        }

        async Task WatchAsync(TaskId id)
        {
            await foreach (var meta in backend.WatchAsync(id, Token))
            {
                if (meta.State == TaskState.Started && Interlocked.Increment(ref started) == ids.Length)
                {
                    all.Fire();
                }
            }
        }
    }

    [Fact]
    public async Task Backend_that_refuses_us_ends_the_watching()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "s3cret");
        var options = new TransportOptions([BrokerUrl.Parse(server.Url)]);
        await using var backend = new RedisResultBackend(options, null, ResultCodec.CreateJson(), TimeProvider.System, new RecordingLogger());
        await using var states = backend.WatchAsync(TaskId.New(), Token).GetAsyncEnumerator(Token);

        var error = await Should.ThrowAsync<ResultBackendException>(() => states.MoveNextAsync().WithinBound("a refusal"));

        error.Message.ShouldContain("NOAUTH");
    }

    private protected override ValueTask<(IResultBackend Storing, IResultBackend Reading)> CreateAsync() => new((Create(), Create()));

    private static RedisResultBackend Create(Func<TransportOptions, TransportOptions>? tweak = null, TimeSpan? expires = null)
    {
        var options = new TransportOptions([BrokerUrl.Parse(TestBrokers.RedisDatabase(RedisServer.ResultDatabase))]);
        return new RedisResultBackend(tweak is null ? options : tweak(options), expires ?? TimeSpan.FromMinutes(10), ResultCodec.CreateJson(), TimeProvider.System, new RecordingLogger());
    }
}
