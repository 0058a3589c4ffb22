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
