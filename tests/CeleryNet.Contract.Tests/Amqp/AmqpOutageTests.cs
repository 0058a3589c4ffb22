using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;

namespace CeleryNet.Contract.Tests.Amqp;

/// <summary>What happens when connections break under a transport.</summary>
public sealed class AmqpOutageTests : IAsyncLifetime
{
    private readonly RecordingLogger _log = new();
    private readonly QueueSpec _queue = QueueSpec.Named(Names.Unique("outage"));
    private readonly TcpFaultProxy _proxy;
    private readonly AmqpTransport _transport;
    private readonly AmqpTransport _direct;

    public AmqpOutageTests()
    {
        var url = BrokerUrl.Parse(TestBrokers.Amqp);
        _proxy = new TcpFaultProxy(url.Port ?? 5672);
        _direct = Create(TestBrokers.Amqp);
        _transport = Create($"amqp://{url.User}:{url.Password}@127.0.0.1:{_proxy.Port}//");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync().WithinBound("the transport to be disposed");
        await _direct.DeleteQueueAsync(_queue, Token).WithinBound("the queue to be deleted");
        await _direct.DisposeAsync().WithinBound("the other transport to be disposed");
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Lost_connection_fires_lost_and_consuming_goes_on()
    {
        await PublishAsync(_direct, "message");
        await using var consumer = await ConsumeAsync(prefetch: 1);
        var first = await ReadAsync(consumer);
        var lost = new TestSignal();
        await using var registration = first.Lost.Register(lost.Fire);
        var next = consumer.Deliveries.ReadAsync(Token).AsTask();

        _proxy.CutConnections();

        await lost.WaitAsync("the delivery to be lost");
        var again = await next.WithinBound("the message to come again");
        again.Redelivered.ShouldBeTrue();
        again.Lost.IsCancellationRequested.ShouldBeFalse();
        await first.SettleAsync(Settlement.Ack, Token);
        await first.SettleAsync(Settlement.Requeue, Token);
        await again.SettleAsync(Settlement.Ack, Token);
        await PublishAsync(_direct, "next");
        MessageFactory.TextOf((await ReadAsync(consumer)).Envelope).ShouldBe("next");
        _log.Lines.ShouldContain(line => line.EventId.Id == 1002);
    }

    [Fact]
    public async Task Deliveries_lost_before_they_were_read_are_not_handed_out()
    {
        await using var consumer = await ConsumeAsync(prefetch: 10);
        for (var i = 0; i < 5; i++)
        {
            await PublishAsync(_direct, $"message {i}");
        }

        var first = await ReadAsync(consumer);
        _proxy.CutConnections();
        var lost = new TestSignal();
        await using var registration = first.Lost.Register(lost.Fire);
        await lost.WaitAsync("the delivery to be lost");

        var bodies = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var delivery = await ReadAsync(consumer);
            delivery.Lost.IsCancellationRequested.ShouldBeFalse();
            bodies.Add(MessageFactory.TextOf(delivery.Envelope));
            await delivery.SettleAsync(Settlement.Ack, Token);
        }

        bodies.Order().ShouldBe(["message 0", "message 1", "message 2", "message 3", "message 4"]);
    }

    [Fact]
    public async Task Publishing_goes_on_after_a_loss()
    {
        await PublishAsync(_transport, "before");

        _proxy.CutConnections();

        await _log.WaitForAsync(line => line.EventId.Id == 1002);
        await PublishAsync(_transport, "after");
        await using var consumer = await ConsumeAsync(prefetch: 2);
        MessageFactory.TextOf((await ReadAsync(consumer)).Envelope).ShouldBe("before");
        MessageFactory.TextOf((await ReadAsync(consumer)).Envelope).ShouldBe("after");
    }

    [Fact]
    public async Task Publish_whose_confirm_was_lost_says_that_the_message_may_be_there()
    {
        await PublishAsync(_transport, "before");
        _proxy.Freeze();
        var publish = PublishAsync(_transport, "in between");

        _proxy.Cut();

        (await Should.ThrowAsync<BrokerUnavailableException>(() => publish)).Message.ShouldContain("may or may not be there");
        _proxy.Resume();
        await PublishAsync(_transport, "after");
    }

    [Fact]
    public async Task Publish_without_a_confirm_ends_with_its_token()
    {
        await PublishAsync(_transport, "before");
        _proxy.Freeze();
        using var deadline = new CancellationTokenSource();
        var publish = _transport.Publisher.PublishAsync(MessageFactory.Text("in between"), new Destination("", _queue.Name), deadline.Token).AsTask();

        await deadline.CancelAsync();

        (await Should.ThrowAsync<BrokerUnavailableException>(() => publish)).Message.ShouldContain("did not confirm");
        _proxy.Resume();
        await PublishAsync(_transport, "after");
        await using var consumer = await ConsumeAsync(prefetch: 5);
        var bodies = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            bodies.Add(MessageFactory.TextOf((await ReadAsync(consumer)).Envelope));
        }

        bodies.ShouldBe(["before", "in between", "after"]);
    }

    [Fact]
    public async Task Dead_letter_that_cannot_be_kept_leaves_the_delivery_unsettled()
    {
        // No queue can have such a name.
        await using var transport = new AmqpTransport(
            new TransportOptions(BrokerUrl.ParseList(TestBrokers.Amqp)) { DeadLetterSuffix = new string('x', 250) }, TimeProvider.System, _log);
        await PublishAsync(_direct, "message");
        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([_queue], Prefetch: 1), Token);
        var delivery = await ReadAsync(consumer);

        await Should.ThrowAsync<BrokerUnavailableException>(async () => await delivery.SettleAsync(Settlement.DeadLetter("why"), Token));

        await delivery.SettleAsync(Settlement.Requeue, Token);
        (await ReadAsync(consumer)).Redelivered.ShouldBeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("quorum")]
    public async Task Prefetch_count_and_queues_of_the_moment_are_kept_over_a_lost_connection(string? type)
    {
        var added = Other(type);
        var removed = Other(type);
        await using var consumer = await _transport.ConsumeAsync(new ConsumerRequest([_queue, removed], Prefetch: 1), Token).WithinBound("a consumer");
        await consumer.AddQueueAsync(added, Token).WithinBound("a queue to be added");
        (await consumer.RemoveQueueAsync(removed.Name, Token).WithinBound("a queue to be removed")).ShouldBeTrue();
        consumer.SetPrefetch(8);

        _proxy.CutConnections();
        await _log.WaitForAsync(line => line.EventId.Id == 1020);

        foreach (var queue in new[] { removed, _queue, added })
        {
            for (var i = 0; i < 4; i++)
            {
                await PublishAsync(_direct, queue.Name, queue);
            }
        }

        var held = new List<IDelivery>();
        while (held.Count < 8)
        {
            var delivery = await ReadAsync(consumer);
            if (!delivery.Lost.IsCancellationRequested)
            {
                held.Add(delivery);
            }
        }

        held.CountBy(delivery => delivery.Queue).ShouldBe(new Dictionary<string, int> { [_queue.Name] = 4, [added.Name] = 4 }, ignoreOrder: true);
        await consumer.DisposeAsync();
        await DeleteAsync(added, removed);
    }

    [Fact]
    public async Task Changes_during_an_outage_are_in_force_after_it()
    {
        var removed = Other(null);
        await using var consumer = await _transport.ConsumeAsync(new ConsumerRequest([_queue, removed], Prefetch: 1), Token).WithinBound("a consumer");
        _proxy.Cut();
        await _log.WaitForAsync(line => line.EventId.Id == 1020);

        consumer.SetPrefetch(3);
        (await consumer.RemoveQueueAsync(removed.Name, Token).WithinBound("a queue to be removed")).ShouldBeTrue();
        using var deadline = new CancellationTokenSource();
        var adding = consumer.AddQueueAsync(Other(null), deadline.Token).AsTask();
        await deadline.CancelAsync();
        await Should.ThrowAsync<BrokerUnavailableException>(() => adding.WithinBound("a refusal"));
        _proxy.Resume();

        await PublishAsync(_direct, "not for us", removed);
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync(_direct, $"{i}");
        }

        for (var i = 0; i < 3; i++)
        {
            MessageFactory.TextOf((await ReadAsync(consumer)).Envelope).ShouldBe($"{i}");
        }

        await consumer.DisposeAsync();
        await DeleteAsync(removed);
    }

    [Fact]
    public async Task Stopping_during_an_outage_completes()
    {
        var consumer = await ConsumeAsync(prefetch: 1);
        _proxy.Cut();
        await _log.WaitForAsync(line => line.EventId.Id == 1020);

        await consumer.StopAsync(Token).WithinBound("the consumer to stop");

        await consumer.Deliveries.Completion.WithinBound("the deliveries to complete");
        await consumer.DisposeAsync().WithinBound("the consumer to be disposed");
    }

    private static async Task<IDelivery> ReadAsync(IConsumer consumer) => await consumer.Deliveries.ReadAsync(Token).WithinBound("a delivery");

    private AmqpTransport Create(string url) => new(new TransportOptions(BrokerUrl.ParseList(url)), TimeProvider.System, _log);

    private Task<IConsumer> ConsumeAsync(int prefetch) => _transport.ConsumeAsync(new ConsumerRequest([_queue], prefetch), Token).WithinBound("a consumer");

    private static QueueSpec Other(string? type) => QueueSpec.Named(Names.Unique("outage")) with
    {
        Arguments = type is null ? new Dictionary<string, object?>() : new Dictionary<string, object?> { ["x-queue-type"] = type },
    };

    private async Task DeleteAsync(params QueueSpec[] queues)
    {
        foreach (var queue in queues)
        {
            await _direct.DeleteQueueAsync(queue, Token).WithinBound("a queue to be deleted");
        }
    }

    private Task PublishAsync(AmqpTransport transport, string body, QueueSpec? queue = null)
        => transport.Publisher
            .PublishAsync(MessageFactory.Text(body), new Destination("", (queue ?? _queue).Name) { Declare = queue ?? _queue }, Token)
            .WithinBound("a publish");
}
