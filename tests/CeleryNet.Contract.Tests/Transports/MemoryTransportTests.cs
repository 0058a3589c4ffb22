using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Memory;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Contract.Tests.Transports;

public sealed class MemoryTransportTests : TransportContract
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task Smaller_priorities_come_first_and_none_counts_as_zero()
    {
        var queue = NewQueue();
        foreach (var (body, priority) in new (string, int?)[] { ("nine", 9), ("five", 5), ("none", null), ("zero", 0), ("three", 3), ("five again", 5) })
        {
            await PublishAsync(queue, MessageFactory.Text(body, priority));
        }

        var consumer = await ConsumeAsync(queue, prefetch: 6);
        var order = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            order.Add(BodyOf(await ReadAsync(consumer)));
        }

        order.ShouldBe(["none", "zero", "three", "five", "five again", "nine"]);
    }

    [Fact]
    public async Task Requeued_message_is_the_next_to_come()
    {
        var queue = NewQueue();
        foreach (var body in new[] { "first", "second", "third" })
        {
            await PublishAsync(queue, MessageFactory.Text(body));
        }

        var consumer = await ConsumeAsync(queue);
        await SettleAsync(await ReadAsync(consumer), Settlement.Requeue);

        BodyOf(await ReadAsync(consumer)).ShouldBe("first");
    }

    [Fact]
    public async Task Returned_messages_keep_their_order()
    {
        var queue = NewQueue();
        foreach (var body in new[] { "first", "second", "third", "fourth" })
        {
            await PublishAsync(queue, MessageFactory.Text(body));
        }

        var first = await ConsumeAsync(queue, prefetch: 3);
        await ReadAsync(first);
        await ReadAsync(first);
        await first.DisposeAsync();

        var second = await ConsumeAsync(queue, prefetch: 4);
        var order = new List<(string, bool)>();
        for (var i = 0; i < 4; i++)
        {
            var delivery = await ReadAsync(second);
            order.Add((BodyOf(delivery), delivery.Redelivered));
        }

        order.ShouldBe([("first", true), ("second", true), ("third", false), ("fourth", false)]);
    }

    [Fact]
    public async Task Consumers_take_turns()
    {
        var queue = NewQueue();
        IReadOnlyList<IConsumer> consumers = [await ConsumeAsync(queue, prefetch: 4), await ConsumeAsync(queue, prefetch: 4)];

        for (var i = 0; i < 4; i++)
        {
            await PublishAsync(queue, MessageFactory.Text("message"));
        }

        consumers.Select(consumer => consumer.Deliveries.Count).ShouldBe([2, 2]);
    }

    [Fact]
    public async Task Queues_of_one_consumer_take_turns()
    {
        QueueSpec[] queues = [NewQueue(), NewQueue()];
        foreach (var queue in queues)
        {
            await PublishAsync(queue, MessageFactory.Text("one"));
            await PublishAsync(queue, MessageFactory.Text("two"));
        }

        var consumer = Track(await Transport.ConsumeAsync(new ConsumerRequest(queues, Prefetch: 2), Token));

        IDelivery[] both = [await ReadAsync(consumer), await ReadAsync(consumer)];
        both.Select(delivery => delivery.Queue).ShouldBe(queues.Select(queue => queue.Name));
    }

    [Fact]
    public async Task Topic_exchange_routes_by_pattern()
    {
        var exchange = new ExchangeSpec(Names.Unique("events"), ExchangeSpec.Topic);
        var tasks = await ConsumeAsync(NewQueue(new QueueSpec(Names.Unique(), exchange, "task.*")), prefetch: 9);
        var all = await ConsumeAsync(NewQueue(new QueueSpec(Names.Unique(), exchange, "#")), prefetch: 9);
        var ends = await ConsumeAsync(NewQueue(new QueueSpec(Names.Unique(), exchange, "#.failed")), prefetch: 9);

        foreach (var key in new[] { "task.sent", "task.failed", "worker.online", "task.sent.twice", "failed" })
        {
            await Transport.Publisher.PublishAsync(MessageFactory.Text(key), new Destination(exchange.Name, key), Token);
        }

        Drain(tasks).ShouldBe(["task.sent", "task.failed"]);
        Drain(all).ShouldBe(["task.sent", "task.failed", "worker.online", "task.sent.twice", "failed"]);
        Drain(ends).ShouldBe(["task.failed", "failed"]);
    }

    [Fact]
    public async Task Fanout_exchange_reaches_every_queue_once_and_their_copies_are_their_own()
    {
        var exchange = new ExchangeSpec(Names.Unique("pidbox"), ExchangeSpec.Fanout);
        var one = await ConsumeAsync(NewQueue(new QueueSpec(Names.Unique(), exchange, "")));
        var two = await ConsumeAsync(NewQueue(new QueueSpec(Names.Unique(), exchange, "")));

        await Transport.Publisher.PublishAsync(MessageFactory.Text("ping"), new Destination(exchange.Name, "anything"), Token);

        var first = (await ReadAsync(one)).Envelope.ShouldNotBeNull();
        var second = (await ReadAsync(two)).Envelope.ShouldNotBeNull();
        first.Headers.Set("mine", true);
        second.Headers["mine"].ShouldBeNull();
        MessageFactory.TextOf(second).ShouldBe("ping");
    }

    [Fact]
    public async Task Publisher_may_reuse_its_buffer()
    {
        var queue = NewQueue();
        var buffer = "before"u8.ToArray();
        await PublishAsync(queue, new() { Body = buffer });

        "after!"u8.CopyTo(buffer);

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("before");
    }

    [Fact]
    public async Task Message_that_no_queue_takes_is_refused_unless_it_need_not_arrive()
    {
        var exchange = new ExchangeSpec(Names.Unique("exchange"));
        NewQueue(new QueueSpec(Names.Unique(), exchange, "key"));
        foreach (var destination in new[] { new Destination("", "nobody"), new Destination("no-exchange", "key"), new Destination(exchange.Name, "other") })
        {
            var error = await Should.ThrowAsync<PublishException>(async () =>
                await Transport.Publisher.PublishAsync(MessageFactory.Text("lost"), destination, Token));
            error.Message.ShouldContain("No queue takes the message");

            await Transport.Publisher.PublishAsync(MessageFactory.Text("lost"), destination with { Mandatory = false }, Token);
        }
    }

    [Fact]
    public async Task Exchange_of_another_type_is_refused()
    {
        var exchange = new ExchangeSpec(Names.Unique("exchange"), ExchangeSpec.Topic);
        await ConsumeAsync(NewQueue(new QueueSpec(Names.Unique(), exchange, "a.b")));
        var other = NewQueue(new QueueSpec(Names.Unique(), exchange with { Type = ExchangeSpec.Direct }, "a.b"));

        (await Should.ThrowAsync<BrokerUnavailableException>(async () => await ConsumeAsync(other))).Message.ShouldContain("must be of type 'topic'");
        (await Should.ThrowAsync<PublishException>(async () => await PublishAsync(other, MessageFactory.Text("x")))).Message.ShouldContain("was 'direct'");
    }

    [Fact]
    public async Task Added_queue_of_another_exchange_type_is_refused_and_leaves_nothing_behind()
    {
        var exchange = new ExchangeSpec(Names.Unique("exchange"), ExchangeSpec.Topic);
        var consumer = await ConsumeAsync(NewQueue(new QueueSpec(Names.Unique(), exchange, "a.b")));
        var other = NewQueue(new QueueSpec(Names.Unique(), exchange with { Type = ExchangeSpec.Direct }, "a.b"));

        var error = await Should.ThrowAsync<CeleryConfigurationException>(async () => await consumer.AddQueueAsync(other, Token));

        error.Message.ShouldContain("must be of type 'topic'");
        (await consumer.RemoveQueueAsync(other.Name, Token)).ShouldBeFalse();
        await Should.ThrowAsync<PublishException>(async () =>
            await Transport.Publisher.PublishAsync(MessageFactory.Text("x"), new Destination("", other.Name), Token));
    }

    [Fact]
    public async Task Full_broker_refuses_messages_until_some_are_settled()
    {
        await using var transport = await CreateTransportAsync(options => options with { Urls = [BrokerUrl.Parse("memory://?max_messages=2")] });
        var queue = QueueSpec.Named("small");
        await transport.Publisher.PublishAsync(MessageFactory.Text("one"), To(queue), Token);
        await transport.Publisher.PublishAsync(MessageFactory.Text("two"), To(queue), Token);
        var consumer = await transport.ConsumeAsync(new ConsumerRequest([queue], Prefetch: 1), Token);
        var inHand = await ReadAsync(consumer);

        var error = await Should.ThrowAsync<PublishException>(async () =>
            await transport.Publisher.PublishAsync(MessageFactory.Text("three"), To(queue), Token));
        error.Message.ShouldContain("holds 2 messages of at most 2");

        await SettleAsync(inHand, Settlement.Ack);
        await transport.Publisher.PublishAsync(MessageFactory.Text("three"), To(queue), Token);
    }

    [Fact]
    public async Task Every_way_a_message_ends_makes_room_for_another()
    {
        await using var transport = await CreateTransportAsync(options => options with { Urls = [BrokerUrl.Parse("memory://?max_messages=1")] });
        var queue = QueueSpec.Named("small");
        var consumer = await transport.ConsumeAsync(new ConsumerRequest([queue], Prefetch: 1), Token);
        async Task<IDelivery> NextAsync(string? expiration = null)
        {
            await transport.Publisher.PublishAsync(new() { Body = "x"u8.ToArray(), Expiration = expiration }, To(queue), Token);
            return await ReadAsync(consumer);
        }

        await SettleAsync(await NextAsync(), Settlement.Ack);
        await SettleAsync(await NextAsync(), Settlement.Reject);
        await SettleAsync(await NextAsync(), Settlement.DeadLetter("kept"));
        await transport.DeleteQueueAsync(QueueSpec.Named("small.dead-letters"), Token);
        var orphan = await NextAsync();
        await transport.DeleteQueueAsync(queue, Token);
        await SettleAsync(orphan, Settlement.Requeue);
        await consumer.DisposeAsync();
        await transport.Publisher.PublishAsync(new() { Body = "x"u8.ToArray(), Expiration = "1" }, To(queue), Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        await transport.Publisher.PublishAsync(MessageFactory.Text("purged"), To(queue), Token);
        await transport.DeleteQueueAsync(queue, Token);
        var silent = await transport.ConsumeAsync(new ConsumerRequest([queue], Prefetch: 1) { NoAck = true }, Token);
        await transport.Publisher.PublishAsync(MessageFactory.Text("taken"), To(queue), Token);
        await ReadAsync(silent);

        await transport.Publisher.PublishAsync(MessageFactory.Text("last"), To(queue), Token);
        BodyOf(await ReadAsync(silent)).ShouldBe("last");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("")]
    public async Task Bound_that_is_not_a_positive_number_is_refused(string value)
    {
        var error = await Should.ThrowAsync<CeleryConfigurationException>(async () =>
            await CreateTransportAsync(options => options with { Urls = [BrokerUrl.Parse("memory://?max_messages=" + value)] }));

        error.Message.ShouldContain($"was '{value}'");
    }

    [Fact]
    public async Task Expired_message_is_not_delivered()
    {
        var queue = NewQueue();
        await PublishAsync(queue, new() { Body = "late"u8.ToArray(), Expiration = "60000" });
        await PublishAsync(queue, MessageFactory.Text("next"));

        _time.Advance(TimeSpan.FromMinutes(1));

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Queue_may_limit_the_time_its_messages_wait()
    {
        var queue = NewQueue(QueueSpec.Named(Names.Unique()) with { Arguments = new Dictionary<string, object?> { ["x-message-ttl"] = 5000 } });
        await PublishAsync(queue, MessageFactory.Text("late"));
        _time.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync(queue, MessageFactory.Text("next"));

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task Auto_delete_queue_goes_with_its_last_consumer()
    {
        var queue = NewQueue(QueueSpec.Named(Names.Unique()) with { AutoDelete = true });
        var one = await ConsumeAsync(queue);
        var two = await ConsumeAsync(queue);
        await one.DisposeAsync();
        await Transport.Publisher.PublishAsync(MessageFactory.Text("taken"), new Destination("", queue.Name), Token);
        BodyOf(await ReadAsync(two)).ShouldBe("taken");

        await two.DisposeAsync();

        await Should.ThrowAsync<PublishException>(async () =>
            await Transport.Publisher.PublishAsync(MessageFactory.Text("lost"), new Destination("", queue.Name), Token));
    }

    [Fact]
    public async Task Consumer_goes_on_with_a_queue_that_is_deleted_and_declared_again()
    {
        var queue = NewQueue();
        var consumer = await ConsumeAsync(queue);

        await Transport.DeleteQueueAsync(queue, Token);
        await PublishAsync(queue, MessageFactory.Text("after"));

        BodyOf(await ReadAsync(consumer)).ShouldBe("after");
    }

    [Fact]
    public async Task Dead_letter_says_why_when_and_where_and_is_logged()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("odd", priority: 3));
        await SettleAsync(await ReadAsync(await ConsumeAsync(queue)), Settlement.DeadLetter("not JSON"));

        var name = queue.Name + ".dead-letters";
        var letter = (await ReadAsync(await ConsumeAsync(new QueueSpec(name, ExchangeSpec.Default, name)))).Envelope.ShouldNotBeNull();

        letter.Headers.GetString("x-celerynet-reason").ShouldBe("not JSON");
        letter.Headers.GetString("x-celerynet-queue").ShouldBe(queue.Name);
        DateTimeOffset.Parse(letter.Headers.GetString("x-celerynet-time")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(_time.GetUtcNow());
        letter.Priority.ShouldBe(3);
        _log.Lines.ShouldContain(line => line.EventId.Id == 1007 && line.Message.Contains(name) && line.Message.Contains("not JSON"));
    }

    [Fact]
    public async Task Disposed_transport_refuses_to_publish()
    {
        var transport = await CreateTransportAsync();
        await transport.DisposeAsync();

        await Should.ThrowAsync<ObjectDisposedException>(async () =>
            await transport.Publisher.PublishAsync(MessageFactory.Text("late"), To(QueueSpec.Named("any")), Token));
    }

    private protected override ValueTask<ITransport> CreateTransportAsync(Func<TransportOptions, TransportOptions>? tweak = null)
    {
        var options = new TransportOptions([BrokerUrl.Parse("memory://")]);
        return new(new MemoryTransport(tweak is null ? options : tweak(options), _time, _log));
    }

    private protected override async ValueTask<DeadLetterContent> ReadDeadLetterAsync(string queue, CancellationToken cancellationToken)
    {
        var name = queue + ".dead-letters";
        await using var consumer = await Transport.ConsumeAsync(new ConsumerRequest([new QueueSpec(name, ExchangeSpec.Default, name)], Prefetch: 1), cancellationToken);
        var envelope = (await consumer.Deliveries.ReadAsync(cancellationToken)).Envelope.ShouldNotBeNull();
        return new DeadLetterContent(envelope.Headers.GetString("x-celerynet-reason").ShouldNotBeNull(), envelope.Body);
    }

    // The memory broker delivers within the publish, so all there is to read is there.
    private static List<string> Drain(IConsumer consumer)
    {
        var bodies = new List<string>();
        while (consumer.Deliveries.TryRead(out var delivery))
        {
            bodies.Add(BodyOf(delivery));
        }

        return bodies;
    }
}
