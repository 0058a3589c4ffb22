using System.Numerics;
using CeleryNet.Contract.Tests.Transports;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;
using RabbitMQ.Client;

namespace CeleryNet.Contract.Tests.Amqp;

public sealed class AmqpTransportTests : TransportContract
{
    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task Prefetch_bounds_all_queues_of_a_consumer_together()
    {
        QueueSpec[] queues = [NewQueue(), NewQueue()];
        foreach (var queue in queues)
        {
            for (var i = 0; i < 4; i++)
            {
                await PublishAsync(queue, MessageFactory.Text("message"));
            }
        }

        var consumer = Track(await Transport.ConsumeAsync(new ConsumerRequest(queues, Prefetch: 3), Token));
        var held = new List<IDelivery> { await ReadAsync(consumer), await ReadAsync(consumer), await ReadAsync(consumer) };

        // The other five come to somebody else, so the first has no more than it may.
        var greedy = Track(await Transport.ConsumeAsync(new ConsumerRequest(queues, Prefetch: 20), Token));
        for (var i = 0; i < 5; i++)
        {
            await SettleAsync(await ReadAsync(greedy), Settlement.Ack);
        }

        consumer.Deliveries.TryRead(out _).ShouldBeFalse();
        foreach (var delivery in held)
        {
            await SettleAsync(delivery, Settlement.Ack);
        }
    }

    [Fact]
    public async Task Prefetch_is_split_where_a_quorum_queue_is_consumed()
    {
        var quorum = NewQueue(QueueSpec.Named(Names.Unique("contract")) with { Arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" } });
        QueueSpec[] queues = [NewQueue(), quorum];
        foreach (var queue in queues)
        {
            await PublishAsync(queue, MessageFactory.Text("one"));
            await PublishAsync(queue, MessageFactory.Text("two"));
        }

        var consumer = Track(await Transport.ConsumeAsync(new ConsumerRequest(queues, Prefetch: 2), Token));
        IDelivery[] held = [await ReadAsync(consumer), await ReadAsync(consumer)];

        held.Select(delivery => delivery.Queue).Order().ShouldBe(queues.Select(queue => queue.Name).Order());
        consumer.Deliveries.TryRead(out _).ShouldBeFalse();
        foreach (var delivery in held)
        {
            await SettleAsync(delivery, Settlement.Ack);
        }
    }

    [Fact]
    public Task Runs_of_a_quorum_queues_message_are_counted_and_its_returns_without_a_run_are_not() => CheckCountAsync(NewQueue(Quorum()));

    [Fact]
    public async Task Copy_that_carries_a_count_goes_to_no_other_queue()
    {
        var (queue, other) = (NewQueue(), NewQueue());
        await PublishAsync(other, MessageFactory.Text("first"));
        var consumer = await ConsumeAsync(queue);
        var message = MessageFactory.Text("copied");
        message.Headers.Add("CC", new object?[] { other.Name });
        await PublishAsync(queue, message);
        await SettleAsync(await ReadAsync(consumer), Settlement.Requeue);

        await BeginAsync(consumer);

        await PublishAsync(other, MessageFactory.Text("last"));
        var others = await ConsumeAsync(other, prefetch: 10);
        List<string> bodies = [BodyOf(await ReadAsync(others)), BodyOf(await ReadAsync(others)), BodyOf(await ReadAsync(others))];
        bodies.ShouldBe(["first", "copied", "last"]);
    }

    [Fact]
    public async Task Run_is_not_counted_where_the_broker_takes_no_copy()
    {
        var queue = NewQueue(QueueSpec.Named(Names.Unique("contract")) with
        {
            Arguments = new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" },
        });
        var consumer = await ConsumeAsync(queue);
        await PublishAsync(queue, MessageFactory.Text("held"));
        await SettleAsync(await ReadAsync(consumer), Settlement.Requeue);
        var held = await ReadAsync(consumer);
        await PublishAsync(queue, MessageFactory.Text("filling"));

        await Should.ThrowAsync<PublishException>(async () => await held.CountAsync(Token).WithinBound("the count"));

        await SettleAsync(held, Settlement.Ack);
        BodyOf(await ReadAsync(consumer)).ShouldBe("filling");
    }

    [Fact]
    public async Task Quorum_queue_may_be_added_beside_others_whose_deliveries_stay_in_hand()
    {
        QueueSpec[] classic = [NewQueue(), NewQueue()];
        var consumer = await ConsumeAsync(classic, prefetch: 3);
        await PublishNumbersAsync(classic, 0, 3);
        var held = await ReadAsync(consumer, 3);
        var quorum = NewQueue(Quorum());
        await PublishNumbersAsync([quorum], 3, 1);

        await consumer.AddQueueAsync(quorum, Token).WithinBound("a queue to be added");

        BodyOf(await ReadAsync(consumer)).ShouldBe("3");
        held.ShouldAllBe(delivery => !delivery.Lost.IsCancellationRequested);
        await SettleAllAsync(held);
        await PublishNumbersAsync(classic, 4, 2);
        (await ReadAsync(consumer, 2)).Select(BodyOf).Order().ShouldBe(["4", "5"]);
        _log.Lines.ShouldNotContain(line => line.EventId.Id == 1020);
    }

    [Theory]
    [InlineData("auto-delete")]
    [InlineData("x-expires")]
    public async Task Queue_that_would_be_deleted_for_want_of_a_consumer_keeps_one(string kind)
    {
        var queue = NewQueue(QueueSpec.Named(Names.Unique("contract")) with
        {
            AutoDelete = kind == "auto-delete",
            Arguments = kind == "x-expires" ? new Dictionary<string, object?> { ["x-expires"] = 60_000 } : new Dictionary<string, object?>(),
        });
        var other = NewQueue();
        var consumer = await ConsumeAsync([queue, other], prefetch: 1);

        consumer.SetPrefetch(0);
        await consumer.AddQueueAsync(NewQueue(), Token).WithinBound("a queue to be added");

        (await LookAsync(other)).ConsumerCount.ShouldBe(0u);
        (await LookAsync(queue)).ConsumerCount.ShouldBe(1u);
        await PublishNumbersAsync([queue], 0, 1);
        BodyOf(await ReadAsync(consumer)).ShouldBe("0");
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 3)]
    public async Task Queue_with_a_single_active_consumer_has_its_whole_part_again_after_a_pause(int resumedWith, int settledBefore)
    {
        var quorum = Quorum();
        var queue = NewQueue(quorum with
        {
            Arguments = new Dictionary<string, object?>(quorum.Arguments) { ["x-single-active-consumer"] = true },
        });
        var consumer = await ConsumeAsync(queue, prefetch: 4);
        await PublishNumbersAsync([queue], 0, 4);
        var held = await ReadAsync(consumer, 4);
        consumer.SetPrefetch(0);
        await consumer.AddQueueAsync(NewQueue(), Token).WithinBound("a queue to be added");
        await SettleAllAsync(held[..settledBefore]);

        consumer.SetPrefetch(resumedWith * 2);
        await PublishNumbersAsync([queue], 4, 1);
        await SettleAllAsync(await ReadAsync(consumer, 1));
        await SettleAllAsync(held[settledBefore..]);
        consumer.SetPrefetch(8);

        await PublishNumbersAsync([queue], 5, 4);
        await SettleAllAsync(await ReadAsync(consumer, 4));
    }

    [Fact]
    public async Task Bound_of_a_quorum_queue_that_is_raised_step_by_step_leaves_few_consumers()
    {
        var queue = NewQueue(Quorum());
        var consumer = await ConsumeAsync(queue, prefetch: 1);
        var held = new List<IDelivery>();

        for (var i = 0; i < 40; i++)
        {
            await PublishNumbersAsync([queue], i, 1);
            held.Add(await ReadAsync(consumer));
            consumer.SetPrefetch(i + 2);
        }

        held.Select(BodyOf).ShouldBe(Enumerable.Range(0, 40).Select(i => $"{i}"));
        await SettleAllAsync(held);
        await WhenFewAsync().WithinBound("the consumers to be few");

        // The broker counts those that were cancelled until what they brought is settled.
        async Task WhenFewAsync()
        {
            while ((await LookAsync(queue)).ConsumerCount > 9)
            {
                Token.ThrowIfCancellationRequested();
            }
        }
    }

    [Fact]
    public async Task Added_queue_that_exists_otherwise_is_refused_and_consuming_goes_on()
    {
        var queue = NewQueue();
        var other = NewQueue();
        await PublishNumbersAsync([queue, other], 0, 2);
        var consumer = await ConsumeAsync(queue);
        var held = await ReadAsync(consumer);

        var error = await Should.ThrowAsync<CeleryConfigurationException>(() => consumer
            .AddQueueAsync(other with { Arguments = new Dictionary<string, object?> { ["x-max-priority"] = 10 } }, Token).WithinBound("a refusal"));

        error.Message.ShouldContain("inequivalent arg 'x-max-priority'");
        held.Lost.IsCancellationRequested.ShouldBeFalse();
        (await consumer.RemoveQueueAsync(other.Name, Token)).ShouldBeFalse();
        await SettleAsync(held, Settlement.Ack);
        await PublishNumbersAsync([queue], 2, 1);
        BodyOf(await ReadAsync(consumer)).ShouldBe("2");
    }

    [Fact]
    public async Task Added_queue_that_must_not_be_consumed_is_refused_and_consuming_goes_on()
    {
        var queue = NewQueue();
        var taken = NewQueue();
        await PublishNumbersAsync([taken], 0, 1);
        var consumer = await ConsumeAsync(queue);
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        await channel.BasicConsumeAsync(taken.Name, autoAck: false, "", noLocal: false, exclusive: true, null, new AsyncDefaultBasicConsumer(channel), Token);

        var error = await Should.ThrowAsync<BrokerUnavailableException>(() => consumer.AddQueueAsync(taken, Token).WithinBound("a refusal"));

        error.Message.ShouldContain("exclusive");
        (await consumer.RemoveQueueAsync(taken.Name, Token)).ShouldBeFalse();
        await PublishNumbersAsync([queue], 1, 1);
        BodyOf(await ReadAsync(consumer)).ShouldBe("1");
    }

    [Fact]
    public async Task Listing_a_quorum_queue_of_dead_letters_over_and_over_loses_none()
    {
        var queue = NewQueue();
        var name = queue.Name + ".dead-letters";
        var letters = new QueueSpec(name, ExchangeSpec.Default, name)
        {
            Arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 12 },
        };
        await PublishAsync(letters, MessageFactory.Text("one"));
        await PublishAsync(letters, MessageFactory.Text("two"));
        var ids = new HashSet<string>();

        for (var i = 0; i < 30; i++)
        {
            await EventuallyAsync(queue.Name, 2);
            ids.UnionWith((await ListAsync(queue.Name)).Select(letter => letter.Id));
        }

        await EventuallyAsync(queue.Name, 2);
        ids.Count.ShouldBe(2);
        (await Letters.ReplayAllAsync(queue.Name, cancellationToken: Token)).ShouldBe(2);
        (await ReadAsync(await ConsumeAsync(queue))).Envelope.ShouldNotBeNull().Headers.Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Replay_that_is_refused_leaves_the_dead_letter()
    {
        var queue = NewQueue(QueueSpec.Named(Names.Unique("contract")) with
        {
            Arguments = new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" },
        });
        await BuryAsync(queue, "odd", MessageFactory.Text("one"));
        await PublishAsync(queue, MessageFactory.Text("there is no room for two"));

        await Should.ThrowAsync<PublishException>(() => Letters.ReplayAllAsync(queue.Name, cancellationToken: Token));

        await EventuallyAsync(queue.Name, 1);
    }

    [Fact]
    public async Task Message_of_a_dead_letter_exchange_is_replayed_without_what_the_broker_added()
    {
        var own = Names.Unique("contract");
        var name = own + ".dead-letters";
        var queue = NewQueue(QueueSpec.Named(own) with
        {
            Arguments = new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = name },
        });
        await using (await Transport.ConsumeAsync(new ConsumerRequest([new QueueSpec(name, ExchangeSpec.Default, name)], 1), Token))
        {
            // Declared by this.
        }

        await PublishAsync(queue, MessageFactory.Text("one"));
        var consumer = await ConsumeAsync(queue);
        await SettleAsync(await ReadAsync(consumer), Settlement.Reject);
        await EventuallyAsync(queue.Name, 1);

        var letter = (await ListAsync(queue.Name)).ShouldHaveSingleItem();
        letter.Reason.ShouldBe("rejected");
        letter.Headers.ShouldBeEmpty();
        (await Letters.ReplayAsync(queue.Name, letter.Id, Token)).ShouldBeTrue();

        (await ReadAsync(consumer)).Envelope.ShouldNotBeNull().Headers.Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Absent_priority_and_zero_are_two_things()
    {
        var queue = NewQueue();
        foreach (var priority in new int?[] { null, 0, 9 })
        {
            await PublishAsync(queue, MessageFactory.Text("message", priority));
        }

        var consumer = await ConsumeAsync(queue, prefetch: 3);
        var priorities = new List<int?>();
        for (var i = 0; i < 3; i++)
        {
            priorities.Add((await ReadAsync(consumer)).Envelope!.Priority);
        }

        priorities.ShouldBe([null, 0, 9]);
    }

    [Fact]
    public async Task Larger_priorities_come_first_from_a_priority_queue()
    {
        var queue = NewQueue(QueueSpec.Named(Names.Unique("contract")) with { Arguments = new Dictionary<string, object?> { ["x-max-priority"] = 10 } });
        foreach (var (body, priority) in new (string, int?)[] { ("none", null), ("three", 3), ("nine", 9) })
        {
            await PublishAsync(queue, MessageFactory.Text(body, priority));
        }

        var consumer = await ConsumeAsync(queue, prefetch: 3);

        (BodyOf(await ReadAsync(consumer)), BodyOf(await ReadAsync(consumer)), BodyOf(await ReadAsync(consumer))).ShouldBe(("nine", "three", "none"));
    }

    [Fact]
    public async Task Headers_only_AMQP_has_arrive_too()
    {
        var queue = NewQueue();
        var headers = new MessageHeaders();
        headers.Add("time", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        headers.Add("decimal", 12.34m);
        headers.Add("negative_decimal", -0.5m);
        headers.Add("bytes", new byte[] { 0, 255 });
        await PublishAsync(queue, new Envelope { Body = "{}"u8.ToArray(), Headers = headers });

        var read = (await ReadAsync(await ConsumeAsync(queue))).Envelope!.Headers;

        read["time"].ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        read["decimal"].ShouldBe(12.34m);
        read["negative_decimal"].ShouldBe(-0.5m);
        read["bytes"].ShouldBe(new byte[] { 0, 255 });
    }

    [Fact]
    public async Task Header_that_AMQP_has_no_type_for_is_refused_by_name()
    {
        var headers = new MessageHeaders();
        headers.Add("huge", BigInteger.Pow(2, 70));

        var error = await Should.ThrowAsync<CelerySerializationException>(() => PublishAsync(NewQueue(), new Envelope { Body = "{}"u8.ToArray(), Headers = headers }));

        error.Message.ShouldContain("'huge'");
        error.Message.ShouldContain("64 bits");
    }

    [Fact]
    public async Task Message_that_no_queue_takes_is_refused_unless_it_need_not_arrive()
    {
        var destination = new Destination("", Names.Unique("nobody"));

        var error = await Should.ThrowAsync<PublishException>(async () =>
            await Transport.Publisher.PublishAsync(MessageFactory.Text("lost"), destination, Token));

        error.Message.ShouldContain(destination.RoutingKey);
        error.Message.ShouldContain("NO_ROUTE");
        await Transport.Publisher.PublishAsync(MessageFactory.Text("lost"), destination with { Mandatory = false }, Token);
    }

    [Fact]
    public async Task Returned_message_is_the_only_one_to_fail_among_many()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("first"));
        var nowhere = new Destination("", Names.Unique("nobody"));

        var publishes = Enumerable.Range(0, 60)
            .Select(i => Transport.Publisher.PublishAsync(MessageFactory.Text("same"), i % 10 == 0 ? nowhere : To(queue), Token).AsTask())
            .ToArray();
        await Task.WhenAll(publishes).ContinueWith(_ => { }, TaskScheduler.Default).WithinBound("all publishes");

        publishes.Index().Where(publish => publish.Item.IsFaulted).Select(publish => publish.Index).ShouldBe([0, 10, 20, 30, 40, 50]);
        publishes.Where(publish => publish.IsFaulted).ShouldAllBe(publish => publish.Exception!.InnerException is PublishException);
    }

    [Fact]
    public async Task Missing_exchange_is_named_and_publishing_goes_on()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("first"));

        for (var i = 0; i < 3; i++)
        {
            var error = await Should.ThrowAsync<PublishException>(async () =>
                await Transport.Publisher.PublishAsync(MessageFactory.Text("lost"), new Destination("no-such-exchange", "key"), Token));
            error.Message.ShouldContain("no exchange 'no-such-exchange'");
        }

        await PublishAsync(queue, MessageFactory.Text("second"));
    }

    [Fact]
    public async Task Queue_with_other_arguments_is_refused_with_what_differs()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("first"));
        var other = queue with { Arguments = new Dictionary<string, object?> { ["x-max-priority"] = 10 } };
        await using var transport = await CreateTransportAsync();

        var publishing = await Should.ThrowAsync<PublishException>(async () => await transport.Publisher.PublishAsync(MessageFactory.Text("x"), To(other), Token));
        var consuming = await Should.ThrowAsync<CeleryConfigurationException>(async () =>
            await transport.ConsumeAsync(new ConsumerRequest([other], Prefetch: 1), Token));

        foreach (var message in new[] { publishing.Message, consuming.Message })
        {
            message.ShouldContain("inequivalent arg 'x-max-priority'");
            message.ShouldContain(queue.Name);
            message.ShouldContain("same type, flags and arguments");
        }

        await PublishAsync(queue, MessageFactory.Text("second"));
    }

    [Fact]
    public async Task Wrong_password_is_refused_at_once_without_being_shown()
    {
        await using var transport = await CreateTransportAsync(options => options with { Urls = [With("guest:secret-word", "/")] });

        var publishing = await Should.ThrowAsync<BrokerUnavailableException>(async () =>
            await transport.Publisher.PublishAsync(MessageFactory.Text("x"), new Destination("", "any"), Token));
        var consuming = await Should.ThrowAsync<BrokerUnavailableException>(async () =>
            await transport.ConsumeAsync(new ConsumerRequest([NewQueue()], Prefetch: 1), Token));

        foreach (var message in new[] { publishing.Message, consuming.Message })
        {
            message.ShouldContain("ACCESS_REFUSED");
            message.ShouldContain("amqp://guest:**@");
            message.ShouldNotContain("secret-word");
        }
    }

    [Fact]
    public async Task Unknown_virtual_host_is_refused_at_once()
    {
        await using var transport = await CreateTransportAsync(options => options with { Urls = [With("guest:guest", "/no-such-host")] });

        var error = await Should.ThrowAsync<BrokerUnavailableException>(async () =>
            await transport.Publisher.PublishAsync(MessageFactory.Text("x"), new Destination("", "any"), Token));

        error.Message.ShouldContain("no-such-host");
        error.Message.ShouldContain("530");
    }

    [Fact]
    public async Task Dead_broker_is_named_when_the_token_fires()
    {
        var port = FreePort.Next();
        await using var transport = await CreateTransportAsync(options => options with { Urls = [BrokerUrl.Parse($"amqp://guest:secret-word@127.0.0.1:{port}//")] });
        using var deadline = new CancellationTokenSource();
        var publish = transport.Publisher.PublishAsync(MessageFactory.Text("x"), new Destination("", "any"), deadline.Token).AsTask();
        await _log.WaitForAsync(line => line.Message.Contains("Cannot connect", StringComparison.Ordinal));

        await deadline.CancelAsync();

        var error = await Should.ThrowAsync<BrokerUnavailableException>(() => publish);
        error.Message.ShouldContain($"amqp://guest:**@127.0.0.1:{port}/");
        error.Message.ShouldContain("refused");
    }

    [Fact]
    public async Task Second_url_stands_in_for_a_dead_first()
    {
        var queue = NewQueue();
        var dead = BrokerUrl.Parse($"amqp://guest:guest@127.0.0.1:{FreePort.Next()}//");
        await using var transport = await CreateTransportAsync(options => options with { Urls = [dead, .. options.Urls] });

        await transport.Publisher.PublishAsync(MessageFactory.Text("over there"), To(queue), Token);

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("over there");
    }

    [Fact]
    public async Task Dead_letter_keeps_headers_and_properties_and_says_when_and_whence()
    {
        var queue = NewQueue();
        var task = MessageFactory.Task("proj.unknown", "[1]", priority: 4, replyTo: "somebody");
        await PublishAsync(queue, new Envelope
        {
            Body = task.Body,
            ContentType = task.ContentType,
            ContentEncoding = task.ContentEncoding,
            Headers = task.Headers,
            CorrelationId = task.CorrelationId,
            ReplyTo = task.ReplyTo,
            Priority = task.Priority,
            Expiration = "3600000",
            Persistent = false,
        });
        await SettleAsync(await ReadAsync(await ConsumeAsync(queue)), Settlement.DeadLetter("no such task"));

        var name = queue.Name + ".dead-letters";
        var letter = (await ReadAsync(await ConsumeAsync(new QueueSpec(name, ExchangeSpec.Default, name)))).Envelope!;

        letter.Headers.GetString("x-celerynet-reason").ShouldBe("no such task");
        letter.Headers.GetString("x-celerynet-queue").ShouldBe(queue.Name);
        DateTimeOffset.Parse(letter.Headers.GetString("x-celerynet-time")!, null).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        letter.Headers.GetString("task").ShouldBe("proj.unknown");
        letter.Headers.GetString("x-celerynet-expiration").ShouldBe("3600000");
        letter.Headers.Items.Count.ShouldBe(task.Headers.Items.Count + 4);
        letter.Body.ToArray().ShouldBe(task.Body.ToArray());
        (letter.CorrelationId, letter.ReplyTo, letter.Priority, letter.ContentType).ShouldBe((task.CorrelationId, "somebody", 4, "application/json"));
        letter.Persistent.ShouldBeTrue();
        letter.Expiration.ShouldBeNull();
    }

    [Fact]
    public async Task Requeued_message_is_marked_as_redelivered()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("again"));
        var consumer = await ConsumeAsync(queue);
        var first = await ReadAsync(consumer);
        first.Redelivered.ShouldBeFalse();

        await SettleAsync(first, Settlement.Requeue);

        (await ReadAsync(consumer)).Redelivered.ShouldBeTrue();
    }

    [Fact]
    public async Task Deliveries_settled_in_any_order_and_way_are_settled_each_for_itself()
    {
        const int Messages = 600;
        var queue = NewQueue();
        await Task.WhenAll(Enumerable.Range(0, Messages).Select(i => PublishAsync(queue, MessageFactory.Text($"{i}"))));
        var consumer = await ConsumeAsync(queue, prefetch: Messages);
        var deliveries = new IDelivery[Messages];
        for (var i = 0; i < Messages; i++)
        {
            deliveries[i] = await ReadAsync(consumer);
        }

        new Random(17).Shuffle(deliveries);

        await Task.WhenAll(deliveries.Index().Where(item => item.Index % 10 != 0).Select(item => Task.Run(
            () => SettleAsync(item.Item, (item.Index % 10) switch { 1 => Settlement.Reject, 2 => Settlement.Requeue, _ => Settlement.Ack }),
            Token)));

        await consumer.DisposeAsync().WithinBound("the consumer to be disposed");
        var left = deliveries.Index().Where(item => item.Index % 10 is 0 or 2).Select(item => BodyOf(item.Item)).Order();
        await PublishAsync(queue, MessageFactory.Text("end"));
        var other = await ConsumeAsync(queue, prefetch: Messages);
        var bodies = new List<string>();
        do
        {
            bodies.Add(BodyOf(await ReadAsync(other)));
        }
        while (bodies[^1] != "end");

        bodies.SkipLast(1).Order().ShouldBe(left);
        _log.Lines.ShouldNotContain(line => line.EventId.Id == 1020);
    }

    [Fact]
    public async Task Consumer_goes_on_when_its_queue_was_deleted()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("old"));
        var consumer = await ConsumeAsync(queue);
        var old = await ReadAsync(consumer);
        await using var other = await CreateTransportAsync();

        await other.DeleteQueueAsync(queue, Token);

        await _log.WaitForAsync(line => line.Message.Contains($"'{queue.Name}' was deleted", StringComparison.Ordinal));
        old.Lost.IsCancellationRequested.ShouldBeTrue();
        await SettleAsync(old, Settlement.Ack);
        await PublishAsync(queue, MessageFactory.Text("new"));
        BodyOf(await ReadAsync(consumer)).ShouldBe("new");
    }

    [Theory]
    [InlineData("heartbeat=soon", "'soon'")]
    [InlineData("connect_timeout=0", "above 0")]
    [InlineData("ssl_cert_reqs=none", "'ssl_cert_reqs'")]
    public async Task Wrong_query_of_a_url_is_refused(string query, string text)
    {
        var error = await Should.ThrowAsync<CeleryConfigurationException>(async () =>
            await CreateTransportAsync(options => options with { Urls = [BrokerUrl.Parse("amqp://guest:secret-word@localhost//?" + query)] }));

        error.Message.ShouldContain(text);
        error.Message.ShouldNotContain("secret-word");
    }

    private protected override ValueTask<ITransport> CreateTransportAsync(Func<TransportOptions, TransportOptions>? tweak = null)
    {
        var options = new TransportOptions(BrokerUrl.ParseList(TestBrokers.Amqp));
        return new(new AmqpTransport(tweak is null ? options : tweak(options), TimeProvider.System, _log));
    }

    private protected override async ValueTask<DeadLetterContent> ReadDeadLetterAsync(string queue, CancellationToken cancellationToken)
    {
        var name = queue + ".dead-letters";
        await using var consumer = await Transport.ConsumeAsync(new ConsumerRequest([new QueueSpec(name, ExchangeSpec.Default, name)], Prefetch: 1), cancellationToken);
        var envelope = (await consumer.Deliveries.ReadAsync(cancellationToken)).Envelope.ShouldNotBeNull();
        return new DeadLetterContent(envelope.Headers.GetString("x-celerynet-reason").ShouldNotBeNull(), envelope.Body);
    }

    private static Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = new Uri(TestBrokers.Amqp.TrimEnd('/')) }.CreateConnectionAsync(Token);

    private static async Task<QueueDeclareOk> LookAsync(QueueSpec queue)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        return await channel.QueueDeclarePassiveAsync(queue.Name, Token);
    }

    // The URL of the tests' broker with other credentials and another virtual host.
    private static BrokerUrl With(string credentials, string path)
    {
        var url = BrokerUrl.Parse(TestBrokers.Amqp);
        return BrokerUrl.Parse($"amqp://{credentials}@{url.Host}:{url.Port}{path}");
    }
}
