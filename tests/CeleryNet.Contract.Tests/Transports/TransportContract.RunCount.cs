using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Transports;

/// <content>How many runs of a message were begun.</content>
public abstract partial class TransportContract
{
    [Fact]
    public async Task New_message_has_no_runs()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("new"));

        (await ReadAsync(await ConsumeAsync(queue))).DeliveryCount.ShouldBe(0);
    }

    [Fact]
    public Task Runs_are_counted_and_returns_without_a_run_are_not() => CheckCountAsync(NewQueue());

    [Fact]
    public async Task Counted_message_is_delivered_as_it_was_and_from_where_it_was()
    {
        var name = Names.Unique("contract");
        var queue = NewQueue(new QueueSpec(name, new ExchangeSpec(name + ".exchange"), name + ".key"));
        var message = MessageFactory.Text("counted", priority: 6);
        message.Headers.Add("id", "a");
        message.Headers.Add("list", new object?[] { 1L, "x" });
        await Transport.Publisher
            .PublishAsync(message, new Destination(queue.Exchange.Name, queue.RoutingKey) { Declare = queue }, Token)
            .WithinBound("a publish");
        var consumer = await ConsumeAsync(queue);
        for (var i = 0; i < 2; i++)
        {
            await SettleAsync(await BeginAsync(consumer), Settlement.Requeue);
        }

        var delivery = await BeginAsync(consumer);

        BodyOf(delivery).ShouldBe("counted");
        delivery.Exchange.ShouldBe(queue.Exchange.Name);
        delivery.RoutingKey.ShouldBe(queue.RoutingKey);
        delivery.Queue.ShouldBe(queue.Name);
        var envelope = delivery.Envelope.ShouldNotBeNull();
        envelope.Priority.ShouldBe(6);
        envelope.ContentType.ShouldBe(message.ContentType);
        var headers = new MessageHeaders();
        foreach (var (header, value) in envelope.Headers.Items.Where(item => item.Key != "redelivered"))
        {
            headers.Add(header, value);
        }

        HeaderText.Of(headers).ShouldBe(HeaderText.Of(message.Headers));
    }

    [Fact]
    public async Task Run_of_a_settled_or_lost_delivery_does_not_begin()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("settled"));
        await PublishAsync(queue, MessageFactory.Text("lost"));
        var consumer = await ConsumeAsync(queue, prefetch: 2);
        var (settled, lost) = (await ReadAsync(consumer), await ReadAsync(consumer));
        await SettleAsync(settled, Settlement.Ack);
        await consumer.DisposeAsync().WithinBound("the consumer to be disposed");

        (await settled.CountAsync(Token).WithinBound("the count")).ShouldBeFalse();
        (await lost.CountAsync(Token).WithinBound("the count")).ShouldBeFalse();

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("lost");
    }

    [Fact]
    public async Task Replayed_dead_letter_has_no_runs()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Text("poison"));
        var consumer = await ConsumeAsync(queue);
        for (var i = 0; i < 2; i++)
        {
            await SettleAsync(await BeginAsync(consumer), Settlement.Requeue);
        }

        await SettleAsync(await ReadAsync(consumer), Settlement.DeadLetter("too often"));

        (await Letters.ReplayAllAsync(queue.Name, cancellationToken: Token).WithinBound("the replay")).ShouldBe(1);

        (await ReadAsync(consumer)).DeliveryCount.ShouldBe(0);
    }

    /// <summary>Reads a delivery and begins its run; the next one, where a copy comes in its place.</summary>
    private protected static async Task<IDelivery> BeginAsync(IConsumer consumer)
    {
        while (true)
        {
            var delivery = await ReadAsync(consumer);
            if (await delivery.CountAsync(Token).WithinBound("the count"))
            {
                return delivery;
            }
        }
    }

    private protected async Task CheckCountAsync(QueueSpec queue)
    {
        await PublishAsync(queue, MessageFactory.Text("often"));
        var consumer = await ConsumeAsync(queue);

        // Requeued after a run.
        for (var i = 0; i < 3; i++)
        {
            var begun = await BeginAsync(consumer);
            BodyOf(begun).ShouldBe("often");
            await SettleAsync(begun, Settlement.Requeue);
        }

        // Lost in a run.
        await BeginAsync(consumer);
        await consumer.DisposeAsync().WithinBound("the consumer to be disposed");
        consumer = await ConsumeAsync(queue);

        // Given back without one.
        for (var i = 0; i < 5; i++)
        {
            var delivery = await ReadAsync(consumer);
            delivery.DeliveryCount.ShouldBe(4);
            delivery.Redelivered.ShouldBeTrue();
            await SettleAsync(delivery, Settlement.Requeue);
        }

        var last = await ReadAsync(consumer);
        last.DeliveryCount.ShouldBe(4);
        await SettleAsync(last, Settlement.Ack);
        await PublishAsync(queue, MessageFactory.Text("next"));
        BodyOf(await ReadAsync(consumer)).ShouldBe("next");
    }
}
