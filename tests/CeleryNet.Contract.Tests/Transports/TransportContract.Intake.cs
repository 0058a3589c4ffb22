using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Transports;

/// <summary>What is taken may be changed while it is being taken.</summary>
public abstract partial class TransportContract
{
    /// <summary>The kinds of queues that are consumed in ways of their own.</summary>
    public static TheoryData<string> QueueKinds { get; } = ["classic", "quorum", "auto-delete", "several"];

    [Theory]
    [MemberData(nameof(QueueKinds))]
    public async Task Raised_prefetch_count_lets_more_in(string kind)
    {
        var queues = NewQueues(kind);
        var consumer = await ConsumeAsync(queues, prefetch: queues.Length);
        await PublishNumbersAsync(queues, 0, 24);
        var held = await ReadAsync(consumer, queues.Length);

        foreach (var count in new[] { 6, 8, 10, 20, 24 })
        {
            consumer.SetPrefetch(count);
            held.AddRange(await ReadAsync(consumer, count - held.Count));
        }

        held.Select(BodyOf).Order().ShouldBe(Enumerable.Range(0, 24).Select(Number).Order());
        await SettleAllAsync(held);
    }

    [Theory]
    [MemberData(nameof(QueueKinds))]
    public async Task Lowered_prefetch_count_takes_nothing_back_and_holds_back_what_is_above_it(string kind)
    {
        var queues = NewQueues(kind);
        var consumer = await ConsumeAsync(queues, prefetch: 6);
        await PublishNumbersAsync(queues, 0, 6);
        var held = await ReadAsync(consumer, 6);

        consumer.SetPrefetch(2);
        await WhenKnownAsync(consumer);

        held.ShouldAllBe(delivery => !delivery.Lost.IsCancellationRequested);
        await SettleAllAsync(held[..4]);
        await PublishNumbersAsync(queues, 6, 6);
        await ShouldAllGoElsewhereAsync(consumer, queues, 6);
        await SettleAllAsync(held[4..]);
        await PublishNumbersAsync(queues, 12, 2);
        await SettleAllAsync(await ReadAsync(consumer, 2));
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    [InlineData("several")]
    public async Task Prefetch_count_of_zero_takes_nothing_until_it_is_raised(string kind)
    {
        var queues = NewQueues(kind);
        var consumer = await ConsumeAsync(queues, prefetch: 4);
        await PublishNumbersAsync(queues, 0, 4);
        var held = await ReadAsync(consumer, 4);

        consumer.SetPrefetch(0);
        await WhenKnownAsync(consumer);

        await SettleAllAsync(held);
        await PublishNumbersAsync(queues, 4, 4);
        await ShouldAllGoElsewhereAsync(consumer, queues, 4);
        consumer.SetPrefetch(2);
        await PublishNumbersAsync(queues, 8, 2);
        await SettleAllAsync(await ReadAsync(consumer, 2));
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    public async Task Many_rapid_changes_of_the_prefetch_count_end_at_the_last(string kind)
    {
        var queues = NewQueues(kind);
        var consumer = await ConsumeAsync(queues, prefetch: 1);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(
            () =>
            {
                var random = new Random(seed);
                for (var i = 0; i < 5_000; i++)
                {
                    consumer.SetPrefetch(random.Next(0, 50));
                }
            },
            Token))).WithinBound("the changes");

        consumer.SetPrefetch(3);
        await WhenKnownAsync(consumer);

        await PublishNumbersAsync(queues, 0, 10);
        var held = await ReadAsync(consumer, 3);
        await ShouldAllGoElsewhereAsync(consumer, queues, 7);
        await SettleAllAsync(held);
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    public async Task Prefetch_count_that_moves_while_messages_flow_loses_none(string kind)
    {
        const int Messages = 400;
        var queues = NewQueues(kind);
        var consumer = await ConsumeAsync(queues, prefetch: 4);
        var publishing = Task.WhenAll(Enumerable.Range(0, Messages).Select(i => PublishAsync(queues[0], MessageFactory.Text(Number(i)))));

        var seen = new List<string>();
        while (seen.Count < Messages)
        {
            var delivery = await ReadAsync(consumer);
            seen.Add(BodyOf(delivery));
            consumer.SetPrefetch(1 + (seen.Count * 7 % 23));
            await SettleAsync(delivery, Settlement.Ack);
        }

        await publishing.WithinBound("the publishes");
        seen.Order().ShouldBe(Enumerable.Range(0, Messages).Select(Number).Order());
    }

    [Theory]
    [MemberData(nameof(QueueKinds))]
    public async Task Added_queue_is_consumed_beside_the_others(string kind)
    {
        var first = NewQueue();
        var added = NewQueues(kind);
        var consumer = await ConsumeAsync([first], prefetch: 10);
        await PublishNumbersAsync(added, 0, 2);

        foreach (var queue in added)
        {
            await consumer.AddQueueAsync(queue, Token).WithinBound("a queue to be added");
        }

        (await ReadAsync(consumer, 2)).Select(BodyOf).Order().ShouldBe(["0", "1"]);
        await PublishNumbersAsync(added, 2, 1);
        var later = await ReadAsync(consumer);
        BodyOf(later).ShouldBe("2");
        later.Queue.ShouldBe(added[2 % added.Length].Name);
        await PublishNumbersAsync([first], 3, 1);
        (await ReadAsync(consumer)).Queue.ShouldBe(first.Name);
    }

    [Fact]
    public async Task Adding_and_removing_a_queue_twice_changes_nothing_the_second_time()
    {
        var queue = NewQueue();
        var consumer = await ConsumeAsync([NewQueue(), queue], prefetch: 10);

        await consumer.AddQueueAsync(queue, Token).WithinBound("a queue to be added");
        await consumer.AddQueueAsync(queue, Token).WithinBound("a queue to be added");
        await PublishNumbersAsync([queue], 0, 1);
        BodyOf(await ReadAsync(consumer)).ShouldBe("0");

        (await consumer.RemoveQueueAsync(queue.Name, Token).WithinBound("a queue to be removed")).ShouldBeTrue();
        (await consumer.RemoveQueueAsync(queue.Name, Token).WithinBound("a queue to be removed")).ShouldBeFalse();
        (await consumer.RemoveQueueAsync("contract-unknown", Token).WithinBound("a queue to be removed")).ShouldBeFalse();
        await PublishNumbersAsync([queue], 1, 3);
        await ShouldAllGoElsewhereAsync(consumer, [queue], 3);
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    [InlineData("several")]
    public async Task Delivery_of_a_removed_queue_can_be_settled(string kind)
    {
        var queues = NewQueues(kind);
        var consumer = await ConsumeAsync([NewQueue(), .. queues], prefetch: 10);
        await PublishNumbersAsync(queues, 0, 3);
        var held = await ReadAsync(consumer, 3);

        foreach (var queue in queues)
        {
            (await consumer.RemoveQueueAsync(queue.Name, Token).WithinBound("a queue to be removed")).ShouldBeTrue();
        }

        held.ShouldAllBe(delivery => !delivery.Lost.IsCancellationRequested);
        await SettleAsync(held[0], Settlement.Ack);
        await SettleAsync(held[1], Settlement.Requeue);
        await SettleAsync(held[2], Settlement.Reject);
        var other = await ConsumeAsync(queues, prefetch: 10);
        BodyOf(await ReadAsync(other)).ShouldBe(BodyOf(held[1]));
        await PublishNumbersAsync(queues, 3, 1);
        BodyOf(await ReadAsync(other)).ShouldBe("3");
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    public async Task Consumer_without_queues_waits_until_one_is_added(string kind)
    {
        var queue = NewQueues(kind)[0];
        var consumer = await ConsumeAsync([queue], prefetch: 2);
        (await consumer.RemoveQueueAsync(queue.Name, Token).WithinBound("a queue to be removed")).ShouldBeTrue();
        await PublishNumbersAsync([queue], 0, 1);
        var next = consumer.Deliveries.ReadAsync(Token).AsTask();
        consumer.SetPrefetch(1);
        consumer.Deliveries.Completion.IsCompleted.ShouldBeFalse();

        await consumer.AddQueueAsync(queue, Token).WithinBound("a queue to be added");

        BodyOf(await next.WithinBound("the message")).ShouldBe("0");
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    public async Task Queues_that_come_and_go_while_messages_flow_lose_none(string kind)
    {
        const int Messages = 300;
        QueueSpec[] queues = [NewQueue(), .. NewQueues(kind)];
        var consumer = await ConsumeAsync(queues, prefetch: 10);
        var publishing = Task.WhenAll(Enumerable.Range(0, Messages).Select(i => PublishNumbersAsync(queues, i, 1)));
        var changing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 10; i++)
                {
                    foreach (var queue in queues)
                    {
                        (await consumer.RemoveQueueAsync(queue.Name, Token)).ShouldBeTrue();
                        await consumer.AddQueueAsync(queue, Token);
                    }
                }
            },
            Token);

        var seen = new List<string>();
        while (seen.Count < Messages)
        {
            var delivery = await ReadAsync(consumer);
            seen.Add(BodyOf(delivery));
            await SettleAsync(delivery, Settlement.Ack);
        }

        await changing.WithinBound("the changes");
        await publishing.WithinBound("the publishes");
        seen.Order().ShouldBe(Enumerable.Range(0, Messages).Select(Number).Order());
    }

    [Fact]
    public async Task Queue_of_broadcasts_comes_and_goes_beside_the_others()
    {
        var exchange = new ExchangeSpec(Names.Unique("contract"), ExchangeSpec.Fanout);
        var own = NewQueue();
        var broadcast = NewQueue(new QueueSpec(exchange.Name + "-a", exchange, "k") { AutoDelete = true, IsBroadcast = true });
        var consumer = await ConsumeAsync([own], prefetch: 4);

        await consumer.AddQueueAsync(broadcast, Token).WithinBound("a queue to be added");
        await BroadcastAsync(exchange, "to all");
        BodyOf(await ReadAsync(consumer)).ShouldBe("to all");

        (await consumer.RemoveQueueAsync(broadcast.Name, Token).WithinBound("a queue to be removed")).ShouldBeTrue();
        await BroadcastAsync(exchange, "to others");
        await PublishNumbersAsync([own], 0, 1);
        BodyOf(await ReadAsync(consumer)).ShouldBe("0");
    }

    [Fact]
    public async Task Queue_is_added_beside_one_of_broadcasts()
    {
        var exchange = new ExchangeSpec(Names.Unique("contract"), ExchangeSpec.Fanout);
        var broadcast = NewQueue(new QueueSpec(exchange.Name + "-a", exchange, "k") { AutoDelete = true, IsBroadcast = true });
        var consumer = await ConsumeAsync([broadcast], prefetch: 4);
        var own = NewQueue();

        await consumer.AddQueueAsync(own, Token).WithinBound("a queue to be added");

        await PublishNumbersAsync([own], 0, 1);
        BodyOf(await ReadAsync(consumer)).ShouldBe("0");
        await BroadcastAsync(exchange, "to all");
        BodyOf(await ReadAsync(consumer)).ShouldBe("to all");
    }

    [Fact]
    public async Task Stopped_consumer_says_so_to_who_adds_or_removes_a_queue()
    {
        var queue = NewQueue();
        var consumer = await ConsumeAsync(queue);
        await consumer.StopAsync(Token).WithinBound("the consumer to stop");

        (await Should.ThrowAsync<BrokerUnavailableException>(async () => await consumer.AddQueueAsync(NewQueue(), Token))).Message.ShouldContain("stopped");
        (await Should.ThrowAsync<BrokerUnavailableException>(async () => await consumer.RemoveQueueAsync(queue.Name, Token))).Message.ShouldContain("stopped");
        consumer.SetPrefetch(5);
        await consumer.Deliveries.Completion.WithinBound("the deliveries to complete");
    }

    [Fact]
    public async Task Adding_a_queue_with_a_cancelled_token_is_cancelled()
    {
        var consumer = await ConsumeAsync(NewQueue());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await consumer.AddQueueAsync(NewQueue(), cancelled.Token));
        await Should.ThrowAsync<OperationCanceledException>(async () => await consumer.RemoveQueueAsync("any", cancelled.Token));
    }

    [Fact]
    public async Task Raised_prefetch_count_lets_more_wait_for_who_does_not_settle()
    {
        var queue = NewQueue();
        var consumer = Track(await Transport.ConsumeAsync(new ConsumerRequest([queue], Prefetch: 1) { NoAck = true }, Token).WithinBound("a consumer"));
        await PublishNumbersAsync([queue], 0, 20);

        consumer.SetPrefetch(20);

        (await ReadAsync(consumer, 20)).Select(BodyOf).ShouldBe(Enumerable.Range(0, 20).Select(Number));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65_536)]
    public async Task Prefetch_count_that_no_broker_knows_is_refused(int count)
    {
        var consumer = await ConsumeAsync(NewQueue());

        Should.Throw<ArgumentOutOfRangeException>(() => consumer.SetPrefetch(count));
    }

    private protected QueueSpec[] NewQueues(string kind) => kind switch
    {
        "quorum" => [NewQueue(Quorum())],
        "auto-delete" => [NewQueue(QueueSpec.Named(Names.Unique("contract")) with { AutoDelete = true })],
        "several" => [NewQueue(), NewQueue()],
        _ => [NewQueue()],
    };

    private protected static QueueSpec Quorum()
        => QueueSpec.Named(Names.Unique("contract")) with { Arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" } };

    private protected async Task<IConsumer> ConsumeAsync(QueueSpec[] queues, int prefetch)
        => Track(await Transport.ConsumeAsync(new ConsumerRequest(queues, prefetch), Token).WithinBound("a consumer"));

    // A change of queues is answered, and what was set before it is in force then.
    private async Task WhenKnownAsync(IConsumer consumer)
    {
        var other = NewQueue();
        await consumer.AddQueueAsync(other, Token).WithinBound("a queue to be added");
        (await consumer.RemoveQueueAsync(other.Name, Token).WithinBound("a queue to be removed")).ShouldBeTrue();
    }

    // What one consumer leaves comes to another that takes all.
    private async Task ShouldAllGoElsewhereAsync(IConsumer consumer, QueueSpec[] queues, int count)
    {
        await WhenKnownAsync(consumer);
        var greedy = await ConsumeAsync(queues, prefetch: 40);
        await SettleAllAsync(await ReadAsync(greedy, count));
        consumer.Deliveries.TryRead(out _).ShouldBeFalse();
        await greedy.DisposeAsync().WithinBound("the other consumer to be disposed");
    }

    private Task BroadcastAsync(ExchangeSpec exchange, string body)
        => Transport.Publisher
            .PublishAsync(MessageFactory.Text(body), new Destination(exchange.Name, "k") { DeclareExchange = exchange, Mandatory = false }, Token)
            .WithinBound("a broadcast");

    private protected async Task PublishNumbersAsync(QueueSpec[] queues, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            await PublishAsync(queues[i % queues.Length], MessageFactory.Text(Number(i)));
        }
    }

    private protected static async Task<List<IDelivery>> ReadAsync(IConsumer consumer, int count)
    {
        var deliveries = new List<IDelivery>();
        while (deliveries.Count < count)
        {
            deliveries.Add(await ReadAsync(consumer));
        }

        return deliveries;
    }

    private protected static async Task SettleAllAsync(IEnumerable<IDelivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            await SettleAsync(delivery, Settlement.Ack);
        }
    }
}
