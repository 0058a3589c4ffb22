using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Transports;

/// <summary>
/// What every transport keeps to. A class derived for a transport says how one is made and how its dead letters are read; it adds facts of its own
/// where the transport promises more.
/// </summary>
/// <remarks>
/// That something does not come is never shown by waiting for a while: a message that must come later is sent, and is the next to come.
/// </remarks>
public abstract partial class TransportContract : IAsyncLifetime
{
    private readonly List<QueueSpec> _queues = [];
    private readonly List<IConsumer> _consumers = [];
    private ITransport? _transport;

    private protected ITransport Transport => _transport ?? throw new InvalidOperationException("The transport is made before each test.");

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Makes a transport to the server of the tests.</summary>
    /// <param name="tweak">Changes the options before it is made.</param>
    private protected abstract ValueTask<ITransport> CreateTransportAsync(Func<TransportOptions, TransportOptions>? tweak = null);

    /// <summary>Reads the oldest dead letter of a queue; the base class bounds the wait.</summary>
    private protected abstract ValueTask<DeadLetterContent> ReadDeadLetterAsync(string queue, CancellationToken cancellationToken);

    public async ValueTask InitializeAsync() => _transport = await CreateTransportAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var consumer in _consumers)
        {
            await consumer.DisposeAsync().WithinBound("a consumer to be disposed");
        }

        if (_transport is not null)
        {
            foreach (var queue in _queues)
            {
                await _transport.DeleteQueueAsync(queue, CancellationToken.None).WithinBound("a queue to be deleted");
            }

            await _transport.DisposeAsync().WithinBound("the transport to be disposed");
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Published_message_arrives_with_body_content_type_and_encoding()
    {
        var queue = NewQueue();
        await PublishAsync(queue, new Envelope { Body = "[[2, 3], {}, {}]"u8.ToArray(), ContentType = "application/json", ContentEncoding = "utf-8" });

        var delivery = await ReadAsync(await ConsumeAsync(queue));

        var envelope = delivery.Envelope.ShouldNotBeNull(delivery.Unreadable);
        MessageFactory.TextOf(envelope).ShouldBe("[[2, 3], {}, {}]");
        envelope.ContentType.ShouldBe("application/json");
        envelope.ContentEncoding.ShouldBe("utf-8");
        delivery.Unreadable.ShouldBeNull();
        delivery.Queue.ShouldBe(queue.Name);
        delivery.Redelivered.ShouldBeFalse();
        delivery.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Published_message_arrives_with_every_kind_of_header()
    {
        var queue = NewQueue();
        var headers = new MessageHeaders();
        headers.Add("nothing", null);
        headers.Add("text", "add");
        headers.Add("empty_text", "");
        headers.Add("yes", true);
        headers.Add("no", false);
        headers.Add("zero", 0L);
        headers.Add("negative", -7L);
        headers.Add("beyond_32_bits", 5_000_000_000L);
        headers.Add("smallest", long.MinValue);
        headers.Add("largest", long.MaxValue);
        headers.Add("fraction", 2.5);
        headers.Add("whole_float", 2.0);
        headers.Add("empty_list", Array.Empty<object?>());
        headers.Add("list", new object?[] { null, 300L, "x", new object?[] { true } });
        headers.Add("empty_table", new Dictionary<string, object?>());
        headers.Add("table", new Dictionary<string, object?> { ["a"] = 1L, ["b"] = new Dictionary<string, object?> { ["c"] = null }, ["d"] = new object?[] { 1.5 } });
        await PublishAsync(queue, new Envelope { Body = "{}"u8.ToArray(), ContentType = "application/json", ContentEncoding = "utf-8", Headers = headers });

        var delivery = await ReadAsync(await ConsumeAsync(queue));

        HeaderText.Of(delivery.Envelope.ShouldNotBeNull(delivery.Unreadable).Headers).ShouldBe(HeaderText.Of(headers));
    }

    [Fact]
    public async Task Published_message_arrives_with_its_properties()
    {
        var queue = NewQueue();
        await PublishAsync(queue, new Envelope
        {
            Body = "{}"u8.ToArray(),
            ContentType = "application/x-other",
            ContentEncoding = "binary",
            CorrelationId = "3f8a5d4e-6f0a-4e58-9d8e-0f3c1f0c7a11",
            ReplyTo = "c2f5b1d0-reply",
            Expiration = "3600000",
            Persistent = false,
        });

        var envelope = (await ReadAsync(await ConsumeAsync(queue))).Envelope.ShouldNotBeNull();

        envelope.ContentType.ShouldBe("application/x-other");
        envelope.ContentEncoding.ShouldBe("binary");
        envelope.CorrelationId.ShouldBe("3f8a5d4e-6f0a-4e58-9d8e-0f3c1f0c7a11");
        envelope.ReplyTo.ShouldBe("c2f5b1d0-reply");
        envelope.Expiration.ShouldBe("3600000");
        envelope.Persistent.ShouldBeFalse();
    }

    [Fact]
    public async Task Headers_and_properties_may_hold_any_text()
    {
        const string Text = "žluťoučký 🐎 日本語 \" \\ \n\t\u0001 end";
        var queue = NewQueue();
        var headers = new MessageHeaders();
        headers.Add("task", Text);
        headers.Add("ключ", "значение");
        await PublishAsync(queue, new Envelope { Body = Encoding.UTF8.GetBytes(Text), ContentType = "text/plain", ContentEncoding = "utf-8", Headers = headers, CorrelationId = "id-é-🐎" });

        var envelope = (await ReadAsync(await ConsumeAsync(queue))).Envelope.ShouldNotBeNull();

        envelope.Headers.GetString("task").ShouldBe(Text);
        envelope.Headers.GetString("ключ").ShouldBe("значение");
        envelope.CorrelationId.ShouldBe("id-é-🐎");
        MessageFactory.TextOf(envelope).ShouldBe(Text);
    }

    [Fact]
    public async Task Body_may_be_any_bytes()
    {
        var queue = NewQueue();
        var body = Enumerable.Range(0, 1024).Select(value => (byte)value).ToArray();
        await PublishAsync(queue, new Envelope { Body = body, ContentType = "application/data", ContentEncoding = "binary" });

        var envelope = (await ReadAsync(await ConsumeAsync(queue))).Envelope.ShouldNotBeNull();

        envelope.Body.ToArray().ShouldBe(body);
    }

    [Fact]
    public async Task Body_may_be_empty()
    {
        var queue = NewQueue();
        await PublishAsync(queue, new Envelope { Body = ReadOnlyMemory<byte>.Empty, ContentType = "application/data", ContentEncoding = "binary" });

        (await ReadAsync(await ConsumeAsync(queue))).Envelope.ShouldNotBeNull().Body.Length.ShouldBe(0);
    }

    [Fact]
    public async Task Body_of_five_megabytes_arrives_whole()
    {
        var queue = NewQueue();
        var body = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);
        await PublishAsync(queue, new Envelope { Body = body, ContentType = "application/data", ContentEncoding = "binary" });

        var envelope = (await ReadAsync(await ConsumeAsync(queue))).Envelope.ShouldNotBeNull();

        envelope.Body.Span.SequenceEqual(body).ShouldBeTrue();
    }

    [Fact]
    public async Task Message_without_a_priority_has_none_or_the_lowest_and_one_with_a_priority_keeps_it()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("none"));
        await PublishAsync(queue, MessageFactory.Text("six", priority: 6));

        var consumer = await ConsumeAsync(queue, prefetch: 2);
        IDelivery[] both = [await ReadAsync(consumer), await ReadAsync(consumer)];

        // kombu's virtual transports write priority 0 where none was given.
        both.Single(delivery => BodyOf(delivery) == "none").Envelope!.Priority.ShouldBeOneOf(null, 0);
        both.Single(delivery => BodyOf(delivery) == "six").Envelope!.Priority.ShouldBe(6);
    }

    [Fact]
    public async Task Messages_of_one_publisher_keep_their_order()
    {
        var queue = NewQueue();
        for (var i = 0; i < 50; i++)
        {
            await PublishAsync(queue, MessageFactory.Text(Number(i)));
        }

        var consumer = await ConsumeAsync(queue, prefetch: 4);

        for (var i = 0; i < 50; i++)
        {
            var delivery = await ReadAsync(consumer);
            BodyOf(delivery).ShouldBe(Number(i));
            await SettleAsync(delivery, Settlement.Ack);
        }
    }

    [Fact]
    public async Task Waiting_consumer_gets_what_is_published_later()
    {
        var queue = NewQueue();
        var consumer = await ConsumeAsync(queue);
        var waiting = consumer.Deliveries.ReadAsync(Token).WithinBound("a message published later");

        await PublishAsync(queue, MessageFactory.Text("later"));

        BodyOf(await waiting).ShouldBe("later");
    }

    [Fact]
    public async Task Acknowledged_message_is_gone_after_a_restart_of_the_consumer()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("done"));
        var first = await ConsumeAsync(queue);
        await SettleAsync(await ReadAsync(first), Settlement.Ack);
        await first.DisposeAsync();

        await PublishAsync(queue, MessageFactory.Text("next"));

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Unsettled_message_comes_back_as_redelivered_when_its_consumer_is_disposed()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("held"));
        var first = await ConsumeAsync(queue);
        var held = await ReadAsync(first);

        await first.DisposeAsync().WithinBound("the consumer to be disposed");

        var again = await ReadAsync(await ConsumeAsync(queue));
        BodyOf(again).ShouldBe("held");
        again.Redelivered.ShouldBeTrue();
        held.Lost.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task Settling_a_lost_delivery_does_nothing()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("held"));
        var first = await ConsumeAsync(queue);
        var held = await ReadAsync(first);
        await first.DisposeAsync().WithinBound("the consumer to be disposed");

        await SettleAsync(held, Settlement.Ack);

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("held");
    }

    [Fact]
    public async Task Requeued_message_comes_again_as_redelivered()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("again"));
        var consumer = await ConsumeAsync(queue);

        await SettleAsync(await ReadAsync(consumer), Settlement.Requeue);

        var delivery = await ReadAsync(consumer);
        BodyOf(delivery).ShouldBe("again");
        delivery.Redelivered.ShouldBeTrue();
    }

    [Fact]
    public async Task Rejected_message_does_not_come_again()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("refused"));
        var first = await ConsumeAsync(queue);
        await SettleAsync(await ReadAsync(first), Settlement.Reject);
        await first.DisposeAsync();

        await PublishAsync(queue, MessageFactory.Text("next"));

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Dead_lettered_message_leaves_its_queue_and_is_kept_with_the_reason()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("not for us"));
        var first = await ConsumeAsync(queue);
        await SettleAsync(await ReadAsync(first), Settlement.DeadLetter("Task 'proj.unknown' is not registered here."));
        await first.DisposeAsync();

        var letter = await ReadDeadLetterAsync(queue.Name, Token).WithinBound("the dead letter");
        letter.Reason.ShouldBe("Task 'proj.unknown' is not registered here.");
        Encoding.UTF8.GetString(letter.Body.Span).ShouldBe("not for us");

        await PublishAsync(queue, MessageFactory.Text("next"));
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Settling_twice_does_nothing()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("once"));
        var first = await ConsumeAsync(queue);
        var delivery = await ReadAsync(first);
        await SettleAsync(delivery, Settlement.Ack);

        await SettleAsync(delivery, Settlement.Requeue);
        await SettleAsync(delivery, Settlement.DeadLetter("must not be kept"));
        await SettleAsync(delivery, Settlement.Ack);

        await first.DisposeAsync();
        await PublishAsync(queue, MessageFactory.Text("next"));
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Concurrent_settlements_settle_once()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("once"));
        var first = await ConsumeAsync(queue);
        var delivery = await ReadAsync(first);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SettleAsync(delivery, Settlement.Requeue)));

        BodyOf(await ReadAsync(first)).ShouldBe("once");
        await PublishAsync(queue, MessageFactory.Text("next"));
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Unsettled_deliveries_never_exceed_the_prefetch_count()
    {
        var queue = NewQueue();
        for (var i = 0; i < 10; i++)
        {
            await PublishAsync(queue, MessageFactory.Text(Number(i)));
        }

        var limited = await ConsumeAsync(queue, prefetch: 3);
        var held = new List<IDelivery>();
        for (var i = 0; i < 3; i++)
        {
            held.Add(await ReadAsync(limited));
        }

        // The other seven come to somebody else, so the first has no more than it may.
        var greedy = await ConsumeAsync(queue, prefetch: 20);
        var others = new HashSet<string>();
        for (var i = 0; i < 7; i++)
        {
            var delivery = await ReadAsync(greedy);
            others.Add(BodyOf(delivery));
            await SettleAsync(delivery, Settlement.Ack);
        }

        others.Count.ShouldBe(7);
        limited.Deliveries.TryRead(out _).ShouldBeFalse();

        await greedy.DisposeAsync();
        await PublishAsync(queue, MessageFactory.Text("more"));
        await SettleAsync(held[0], Settlement.Ack);
        BodyOf(await ReadAsync(limited)).ShouldBe("more");
    }

    [Fact]
    public async Task Two_consumers_share_a_queue_without_duplicates()
    {
        const int Messages = 500;
        var queue = NewQueue();
        var seen = new ConcurrentBag<string>();
        var all = new TestSignal();
        var consumers = new[] { await ConsumeAsync(queue, prefetch: 10), await ConsumeAsync(queue, prefetch: 10) };
        var loops = consumers.Select(consumer => Task.Run(
            async () =>
            {
                await foreach (var delivery in consumer.Deliveries.ReadAllAsync(Token))
                {
                    var body = BodyOf(delivery);
                    await SettleAsync(delivery, Settlement.Ack);
                    if (body == "end")
                    {
                        all.Fire();
                        continue;
                    }

                    seen.Add(body);
                    if (seen.Count == Messages)
                    {
                        all.Fire();
                    }
                }
            },
            Token)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, Messages).Select(i => PublishAsync(queue, MessageFactory.Text(Number(i)))));
        await all.WaitAsync("all messages");
        await PublishAsync(queue, MessageFactory.Text("end"));
        await all.WaitAsync("the message after them");

        foreach (var consumer in consumers)
        {
            await consumer.StopAsync(Token).WithinBound("a consumer to stop");
        }

        await Task.WhenAll(loops).WithinBound("the deliveries to complete");
        seen.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, Messages).Select(Number).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_consumer_takes_from_several_queues()
    {
        QueueSpec[] queues = [NewQueue(), NewQueue(), NewQueue()];
        var consumer = Track(await Transport.ConsumeAsync(new ConsumerRequest(queues, Prefetch: 10), Token).WithinBound("a consumer"));
        foreach (var queue in queues)
        {
            await PublishAsync(queue, MessageFactory.Text("for " + queue.Name));
        }

        var seen = new Dictionary<string, string>();
        for (var i = 0; i < queues.Length; i++)
        {
            var delivery = await ReadAsync(consumer);
            seen.Add(delivery.Queue, BodyOf(delivery));
            await SettleAsync(delivery, Settlement.Ack);
        }

        seen.ShouldBe(queues.ToDictionary(queue => queue.Name, queue => "for " + queue.Name), ignoreOrder: true);
    }

    [Fact]
    public async Task Stopping_completes_the_deliveries_and_returns_those_not_read()
    {
        var queue = NewQueue();
        for (var i = 0; i < 5; i++)
        {
            await PublishAsync(queue, MessageFactory.Text(Number(i)));
        }

        var first = await ConsumeAsync(queue, prefetch: 5);
        var inHand = await ReadAsync(first);

        await first.StopAsync(Token).WithinBound("the consumer to stop");

        first.Deliveries.TryRead(out _).ShouldBeFalse();
        await first.Deliveries.Completion.WithinBound("the deliveries to complete");
        var second = await ConsumeAsync(queue, prefetch: 5);
        var rest = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            rest.Add(BodyOf(await ReadAsync(second)));
        }

        rest.Order(StringComparer.Ordinal).ShouldBe(["1", "2", "3", "4"]);
        await SettleAsync(inHand, Settlement.Ack);
    }

    [Fact]
    public async Task Deliveries_in_hand_can_be_settled_after_stopping()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("first"));
        await PublishAsync(queue, MessageFactory.Text("second"));
        var consumer = await ConsumeAsync(queue, prefetch: 2);
        var first = await ReadAsync(consumer);
        var second = await ReadAsync(consumer);
        await consumer.StopAsync(Token).WithinBound("the consumer to stop");

        await SettleAsync(first, Settlement.Ack);
        await SettleAsync(second, Settlement.Requeue);

        await consumer.DisposeAsync().WithinBound("the consumer to be disposed");
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("second");
    }

    [Fact]
    public async Task Stopping_and_disposing_may_be_repeated()
    {
        var consumer = await ConsumeAsync(NewQueue());

        await consumer.StopAsync(Token).WithinBound("the first stop");
        await consumer.StopAsync(Token).WithinBound("the second stop");
        await consumer.DisposeAsync().WithinBound("the first disposal");
        await consumer.DisposeAsync().WithinBound("the second disposal");

        await consumer.Deliveries.Completion.WithinBound("the deliveries to complete");
    }

    [Fact]
    public async Task Consumer_without_acknowledgement_takes_messages_for_good()
    {
        var queue = NewQueue();
        var consumer = Track(await Transport.ConsumeAsync(new ConsumerRequest([queue], Prefetch: 2) { NoAck = true }, Token).WithinBound("a consumer"));
        for (var i = 0; i < 5; i++)
        {
            await PublishAsync(queue, MessageFactory.Text(Number(i)));
        }

        for (var i = 0; i < 5; i++)
        {
            var delivery = await ReadAsync(consumer);
            BodyOf(delivery).ShouldBe(Number(i));
            await SettleAsync(delivery, Settlement.Requeue);
        }

        await consumer.DisposeAsync().WithinBound("the consumer to be disposed");
        await PublishAsync(queue, MessageFactory.Text("next"));
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Concurrent_publishes_lose_nothing()
    {
        const int Messages = 1_000;
        var queue = NewQueue();

        await Task.WhenAll(Enumerable.Range(0, Messages).Select(i => PublishAsync(queue, MessageFactory.Text(Number(i))))).WithinBound("all publishes");

        var consumer = await ConsumeAsync(queue, prefetch: 100);
        var seen = new HashSet<string>();
        for (var i = 0; i < Messages; i++)
        {
            var delivery = await ReadAsync(consumer);
            seen.Add(BodyOf(delivery)).ShouldBeTrue($"'{BodyOf(delivery)}' came twice");
            await SettleAsync(delivery, Settlement.Ack);
        }
    }

    [Fact]
    public async Task Publishing_declares_the_queue_that_nobody_has_declared()
    {
        var queue = NewQueue();

        await Transport.Publisher.PublishAsync(MessageFactory.Text("early"), new Destination("", queue.Name) { Declare = queue }, Token).WithinBound("a publish");

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("early");
    }

    [Fact]
    public async Task Message_published_to_an_exchange_reaches_the_queue_bound_to_it()
    {
        var name = Names.Unique("contract");
        var queue = NewQueue(new QueueSpec(name, new ExchangeSpec(name + ".exchange"), name + ".key"));

        await Transport.Publisher.PublishAsync(
            MessageFactory.Text("routed"),
            new Destination(queue.Exchange.Name, queue.RoutingKey) { Declare = queue },
            Token).WithinBound("a publish");

        var delivery = await ReadAsync(await ConsumeAsync(queue));
        BodyOf(delivery).ShouldBe("routed");
        delivery.Exchange.ShouldBe(queue.Exchange.Name);
        delivery.RoutingKey.ShouldBe(queue.RoutingKey);
    }

    [Fact]
    public async Task Publishing_with_a_cancelled_token_is_cancelled_and_publishes_nothing()
    {
        var queue = NewQueue();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await Transport.Publisher.PublishAsync(MessageFactory.Text("never"), To(queue), cancelled.Token));

        await PublishAsync(queue, MessageFactory.Text("next"));
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Consuming_with_a_cancelled_token_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await Transport.ConsumeAsync(new ConsumerRequest([NewQueue()], Prefetch: 1), cancelled.Token));
    }

    [Fact]
    public async Task Queue_gets_what_each_of_its_bindings_lets_through()
    {
        var name = Names.Unique("contract");
        var topic = new ExchangeSpec(name + "-topic", ExchangeSpec.Topic);
        var direct = new ExchangeSpec(name + "-direct");
        var queue = NewQueue(new QueueSpec(name, topic, "news.*") { MoreBindings = [new(topic, "weather.#"), new(direct, "letter")] });
        var consumer = await ConsumeAsync(queue, prefetch: 10);

        foreach (var (exchange, key) in new[] { (topic, "news.sport"), (topic, "sport.news"), (topic, "weather.rain.today"), (direct, "letter"), (direct, "news.sport") })
        {
            await Transport.Publisher
                .PublishAsync(MessageFactory.Text($"{exchange.Type} {key}"), new Destination(exchange.Name, key) { Mandatory = false }, Token)
                .WithinBound("a publish");
        }

        await PublishAsync(queue, MessageFactory.Text("end"));
        var bodies = new List<string>();
        while (bodies.LastOrDefault() != "end")
        {
            var delivery = await ReadAsync(consumer);
            bodies.Add(BodyOf(delivery));
            await SettleAsync(delivery, Settlement.Ack);
        }

        bodies.ShouldBe(["topic news.sport", "topic weather.rain.today", "direct letter", "end"]);
    }

    [Fact]
    public async Task Broadcasts_come_to_every_consumer_beside_what_lies_in_its_queues()
    {
        var exchange = new ExchangeSpec(Names.Unique("contract"), ExchangeSpec.Fanout);
        var consumers = new List<(IConsumer Consumer, QueueSpec Own)>();
        foreach (var part in new[] { "a", "b" })
        {
            var broadcast = NewQueue(new QueueSpec($"{exchange.Name}-{part}", exchange, "k") { AutoDelete = true, IsBroadcast = true });
            var own = NewQueue();
            consumers.Add((Track(await Transport.ConsumeAsync(new ConsumerRequest([own, broadcast], 4), Token).WithinBound("a consumer")), own));
        }

        await Transport.Publisher
            .PublishAsync(MessageFactory.Text("to all"), new Destination(exchange.Name, "k") { DeclareExchange = exchange, Mandatory = false }, Token)
            .WithinBound("a broadcast");
        foreach (var (consumer, own) in consumers)
        {
            await PublishAsync(own, MessageFactory.Text("to one"));
            var deliveries = new[] { await ReadAsync(consumer), await ReadAsync(consumer) };

            deliveries.Select(BodyOf).ShouldBe(["to all", "to one"], ignoreOrder: true);
            foreach (var delivery in deliveries)
            {
                await SettleAsync(delivery, Settlement.Ack);
            }
        }
    }

    [Fact]
    public async Task Broadcast_that_nobody_hears_is_no_error()
    {
        var exchange = new ExchangeSpec(Names.Unique("contract"), ExchangeSpec.Fanout);

        await Transport.Publisher
            .PublishAsync(MessageFactory.Text("to nobody"), new Destination(exchange.Name, "k") { DeclareExchange = exchange, Mandatory = false }, Token)
            .WithinBound("a broadcast");
    }

    [Fact]
    public async Task Consumer_of_lists_and_broadcasts_ends_and_gives_back_what_was_not_read()
    {
        var exchange = new ExchangeSpec(Names.Unique("contract"), ExchangeSpec.Fanout);
        var own = NewQueue();
        var consumer = await Transport.ConsumeAsync(new ConsumerRequest([own, new QueueSpec(exchange.Name, exchange, "k") { AutoDelete = true }], 4), Token);
        await PublishAsync(own, MessageFactory.Text("read"));
        await SettleAsync(await ReadAsync(consumer), Settlement.Ack);
        await PublishAsync(own, MessageFactory.Text("unread"));

        await consumer.StopAsync(Token).WithinBound("the consumer to stop");

        await consumer.Deliveries.Completion.WithinBound("the deliveries to complete");
        (await consumer.Deliveries.WaitToReadAsync(Token)).ShouldBeFalse();
        await consumer.DisposeAsync();
        BodyOf(await ReadAsync(await ConsumeAsync(own))).ShouldBe("unread");
    }

    [Fact]
    public async Task Deleted_queue_is_gone_with_its_messages()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("old"));

        await Transport.DeleteQueueAsync(queue, Token).WithinBound("the queue to be deleted");

        await PublishAsync(queue, MessageFactory.Text("new"));
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("new");
    }

    [Fact]
    public async Task Deleting_a_queue_that_does_not_exist_does_nothing()
        => await Transport.DeleteQueueAsync(QueueSpec.Named(Names.Unique("contract")), Token).WithinBound("the deletion");

    [Fact]
    public async Task Disposing_the_transport_completes_its_consumers()
    {
        var transport = await CreateTransportAsync();
        var consumer = await transport.ConsumeAsync(new ConsumerRequest([NewQueue()], Prefetch: 1), Token).WithinBound("a consumer");

        await transport.DisposeAsync().WithinBound("the transport to be disposed");

        await consumer.Deliveries.Completion.WithinBound("the deliveries to complete");
        await consumer.DisposeAsync().WithinBound("the consumer to be disposed");
    }

    private protected static string BodyOf(IDelivery delivery) => delivery.Unreadable ?? MessageFactory.TextOf(delivery.Envelope);

    private protected static async Task<IDelivery> ReadAsync(IConsumer consumer) => await consumer.Deliveries.ReadAsync(Token).WithinBound("a delivery");

    private protected static Task SettleAsync(IDelivery delivery, Settlement settlement)
        => delivery.SettleAsync(settlement, Token).WithinBound($"a settlement ({settlement.Kind})");

    private protected static Destination To(QueueSpec queue) => new("", queue.Name) { Declare = queue };

    /// <summary>A queue of this test's own, deleted after it together with its dead letters.</summary>
    private protected QueueSpec NewQueue(QueueSpec? spec = null)
    {
        var queue = spec ?? QueueSpec.Named(Names.Unique("contract"));
        var deadLetters = queue.Name + new TransportOptions([]).DeadLetterSuffix;
        _queues.Add(queue);
        _queues.Add(new QueueSpec(deadLetters, ExchangeSpec.Default, deadLetters));
        return queue;
    }

    private protected Task PublishAsync(QueueSpec queue, Envelope envelope)
        => Transport.Publisher.PublishAsync(envelope, To(queue), Token).WithinBound("a publish");

    private protected async Task<IConsumer> ConsumeAsync(QueueSpec queue, int prefetch = 1)
        => Track(await Transport.ConsumeAsync(new ConsumerRequest([queue], prefetch), Token).WithinBound("a consumer"));

    private protected IConsumer Track(IConsumer consumer)
    {
        _consumers.Add(consumer);
        return consumer;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
