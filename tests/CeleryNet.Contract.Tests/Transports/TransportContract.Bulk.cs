using CeleryNet.Client;
using CeleryNet.Control;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Transports;

public abstract partial class TransportContract
{
    [Fact]
    public async Task Ten_thousand_calls_are_sent_and_all_of_them_arrive_once()
    {
        const int count = 10_000;
        var queue = NewQueue();
        var client = CreateClient(queue.Name);

        var results = (await client.SendManyAsync(Enumerable.Range(0, count).Select(i => Call(i)), Token).WithinBound("the outcomes", Bound.Long)).GetResults();

        results.Count.ShouldBe(count);
        var consumer = Track(await Transport.ConsumeAsync(new ConsumerRequest([queue], Prefetch: 200), Token));
        var arrived = new HashSet<string>();
        for (var i = 0; i < count; i++)
        {
            var delivery = await ReadAsync(consumer);
            arrived.Add(delivery.Envelope.ShouldNotBeNull().CorrelationId.ShouldNotBeNull()).ShouldBeTrue();
            await delivery.SettleAsync(Settlement.Ack, Token);
        }

        arrived.ShouldBe(results.Select(result => result.Id.Value), ignoreOrder: true);
    }

    [Fact]
    public async Task Calls_that_cannot_be_sent_fail_alone_among_many()
    {
        const int count = 600;
        var queue = NewQueue();
        var client = CreateClient(queue.Name);
        var bad = new Dictionary<int, Signature<int>>
        {
            [100] = new("tasks.add", [TaskValue.Of(new string('x', 20_000))]),
            [200] = Call(200).With(new SendOptions { Exchange = Names.Unique("nowhere"), RoutingKey = "nobody" }),
            [300] = new("tasks.add", [], null, new SendOptions { TimeLimit = TimeSpan.FromSeconds(-1) }),
            [400] = Call(400).With(new SendOptions { Exchange = Names.Unique("nowhere"), RoutingKey = "nobody" }),
        };

        var outcomes = new List<SendOutcome<int>>();
        await foreach (var outcome in client.SendManyAsync(Enumerable.Range(0, count).Select(i => bad.GetValueOrDefault(i) ?? Call(i)).ToAsyncEnumerable(), Token))
        {
            outcomes.Add(outcome);
        }

        outcomes.Count.ShouldBe(count);
        outcomes.Index().Where(pair => !pair.Item.IsSent).Select(pair => (pair.Index, pair.Item.Error!.GetType())).ShouldBe(
            [(100, typeof(CelerySerializationException)), (200, typeof(PublishException)), (300, typeof(ArgumentException)), (400, typeof(PublishException))]);
        var consumer = Track(await Transport.ConsumeAsync(new ConsumerRequest([queue], Prefetch: 200), Token));
        var arrived = new HashSet<string>();
        for (var i = 0; i < count - bad.Count; i++)
        {
            var delivery = await ReadAsync(consumer);
            arrived.Add(delivery.Envelope.ShouldNotBeNull().CorrelationId.ShouldNotBeNull());
            await delivery.SettleAsync(Settlement.Ack, Token);
        }

        arrived.ShouldBe(outcomes.Where(outcome => outcome.IsSent).Select(outcome => outcome.Id.Value), ignoreOrder: true);
    }

    private static Signature<int> Call(int index) => new("tasks.add", [TaskValue.Of(index), TaskValue.Of(1)]);

    private CeleryClient CreateClient(string queue)
    {
        var json = CeleryJson.Complete(null);
        var publisher = new TaskPublisher(Transport, TimeSpan.FromSeconds(10), TimeProvider.System);
        return new CeleryClient(
            publisher,
            Content.Writer(json, maxSize: 10_000),
            new TaskRouter(queue),
            new RevokeSender(publisher, new ControlCodec(ContentCodec.CreateJson(), new JsonCelerySerializer(typeTags: false), new LamportClock()), new Mailbox("celery")),
            new ResultAccess(new MemoryResultBackend(null, TimeProvider.System), json, TimeSpan.FromDays(1), TimeProvider.System),
            TimeProvider.System,
            new ClientOptions());
    }
}
