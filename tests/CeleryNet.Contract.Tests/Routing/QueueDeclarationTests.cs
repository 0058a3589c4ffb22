using CeleryNet.Contract.Tests.Redis;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;
using CeleryNet.Transports.Redis;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Routing;

/// <summary>Queues are declared as Celery declares the same ones: RabbitMQ takes the second declaration only if it is equal to the first.</summary>
public sealed class QueueDeclarationTests(CeleryQueues celery) : IClassFixture<CeleryQueues>
{
    private static readonly string _redis = TestBrokers.RedisDatabase(RedisServer.TransportDatabase);

    public static TheoryData<string> Cases { get; } = [.. QueueCase.All];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_Celery_declared_on_RabbitMQ_is_declared_again(string name)
    {
        var queue = QueueCase.New(name);
        await using var transport = Amqp();

        await celery.DeclareAsync(TestBrokers.Amqp, queue);

        await ShouldCarryMessagesAsync(transport, queue, TestBrokers.Amqp);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_was_declared_on_RabbitMQ_is_declared_again_by_Celery(string name)
    {
        var queue = QueueCase.New(name);
        await using var transport = Amqp();

        await PublishAsync(transport, queue, "first");
        await celery.DeclareAsync(TestBrokers.Amqp, queue);

        await transport.DeleteQueueAsync(Spec(queue), Token);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Bindings_in_Redis_are_those_that_Celery_writes(string name)
    {
        var queue = QueueCase.New(name);
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.TransportDatabase);
        await using var transport = Redis();
        await celery.DeclareAsync(_redis, queue);
        var celerys = await BindingsAsync(database, queue);
        celerys.ShouldNotBeEmpty();
        await transport.DeleteQueueAsync(Spec(queue), Token);
        (await BindingsAsync(database, queue)).ShouldBeEmpty();

        await (await transport.ConsumeAsync(new ConsumerRequest([Spec(queue)], 1), Token)).DisposeAsync();

        (await BindingsAsync(database, queue)).ShouldBe(celerys);
        await transport.DeleteQueueAsync(Spec(queue), Token);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Messages_of_Celery_and_ours_come_through_Redis(string name)
    {
        await using var transport = Redis();

        await ShouldCarryMessagesAsync(transport, QueueCase.New(name), _redis);
    }

    [Fact]
    public async Task Queue_declared_otherwise_by_Celery_is_an_error_that_tells_both_sides()
    {
        var theirs = QueueCase.New("a priority queue");
        await using var transport = Amqp();
        await celery.DeclareAsync(TestBrokers.Amqp, theirs);
        var ours = Spec(theirs) with { Arguments = new Dictionary<string, object?> { ["x-max-priority"] = 5 } };

        var error = await Should.ThrowAsync<CeleryConfigurationException>(async () => await transport.ConsumeAsync(new ConsumerRequest([ours], 1), Token));

        error.Message.ShouldContain(theirs.Queue);
        error.Message.ShouldContain("x-max-priority=5");
        error.Message.ShouldContain("PRECONDITION_FAILED");
        await transport.DeleteQueueAsync(ours, Token);
    }

    [Fact]
    public async Task Queue_that_is_not_to_be_declared_is_used_as_it_is()
    {
        var theirs = QueueCase.New("a queue with arguments");
        await using var transport = Amqp();
        await celery.DeclareAsync(TestBrokers.Amqp, theirs);
        var ours = new QueueCatalog(new CeleryOptions { Queues = [new(theirs.Queue) { NoDeclare = true }] }).Resolve(theirs.Queue);

        await transport.Publisher.PublishAsync(MessageFactory.Text("as it is"), new Destination("", ours.Name) { Declare = ours }, Token);

        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([ours], 1), Token);
        var delivery = await consumer.Deliveries.ReadAsync(Token).WithinBound("the message");
        MessageFactory.TextOf(delivery.Envelope).ShouldBe("as it is");
        await delivery.SettleAsync(Settlement.Ack, Token);
        await transport.DeleteQueueAsync(ours, Token);
    }

    [Fact]
    public async Task Queue_that_is_not_to_be_declared_and_not_there_is_an_error()
    {
        var name = Names.Unique("contract");
        var queue = new QueueCatalog(new CeleryOptions { Queues = [new(name) { NoDeclare = true }] }).Resolve(name);
        await using var transport = Amqp();

        var publishing = await Should.ThrowAsync<PublishException>(
            async () => await transport.Publisher.PublishAsync(MessageFactory.Text("x"), new Destination("", name) { Declare = queue }, Token));
        var consuming = await Should.ThrowAsync<BrokerUnavailableException>(async () => await transport.ConsumeAsync(new ConsumerRequest([queue], 1), Token));

        publishing.Message.ShouldStartWith($"Queue '{name}', which somebody else must declare since NoDeclare is set, cannot be used: NOT_FOUND");
        consuming.Message.ShouldContain(publishing.Message);
    }

    [Fact]
    public async Task Dead_letters_of_a_quorum_queue_are_kept_beside_it()
    {
        var queue = Spec(QueueCase.New("a quorum queue"));
        var letters = new QueueSpec(queue.Name + ".dead-letters", ExchangeSpec.Default, queue.Name + ".dead-letters");
        await using var transport = Amqp();
        await transport.Publisher.PublishAsync(MessageFactory.Text("bad"), new Destination("", queue.Name) { Declare = queue }, Token);

        await using (var consumer = await transport.ConsumeAsync(new ConsumerRequest([queue], 1), Token))
        {
            await (await consumer.Deliveries.ReadAsync(Token).WithinBound("the message")).SettleAsync(Settlement.DeadLetter("it is bad"), Token);
        }

        await using (var consumer = await transport.ConsumeAsync(new ConsumerRequest([letters], 1), Token))
        {
            var letter = await consumer.Deliveries.ReadAsync(Token).WithinBound("the dead letter");
            MessageFactory.TextOf(letter.Envelope).ShouldBe("bad");
            await letter.SettleAsync(Settlement.Ack, Token);
        }

        await transport.DeleteQueueAsync(letters, Token);
        await transport.DeleteQueueAsync(queue, Token);
    }

    private static AmqpTransport Amqp() => new(new TransportOptions(BrokerUrl.ParseList(TestBrokers.Amqp)), TimeProvider.System, new RecordingLogger());

    private static RedisTransport Redis() => new(new TransportOptions([BrokerUrl.Parse(_redis)]), TimeProvider.System, new RecordingLogger());

    private static QueueSpec Spec(QueueCase queue) => new QueueCatalog(queue.Options()).Resolve(queue.Queue);

    // Sent by the routers of both sides, so that the bindings and not only the names are shown to be right.
    private async Task ShouldCarryMessagesAsync(ITransport transport, QueueCase queue, string broker)
    {
        var spec = Spec(queue);
        await using (var consumer = await transport.ConsumeAsync(new ConsumerRequest([spec], 1), Token).WithinBound("a consumer"))
        {
            await PublishAsync(transport, queue, "ours");
            await ShouldReadAsync(consumer, "ours");

            await celery.SendAsync(broker, queue, "theirs");
            await ShouldReadAsync(consumer, "theirs");
        }

        await transport.DeleteQueueAsync(spec, Token);
    }

    private static async Task PublishAsync(ITransport transport, QueueCase queue, string body)
    {
        var destination = new TaskRouter(queue.Options()).Route(new Signature("t", [], options: new SendOptions { Queue = queue.Queue })).Destination;
        await transport.Publisher.PublishAsync(MessageFactory.Text(body), destination, Token).WithinBound("a publish");
    }

    private static async Task ShouldReadAsync(IConsumer consumer, string text)
    {
        var delivery = await consumer.Deliveries.ReadAsync(Token).WithinBound($"the message '{text}'");
        MessageFactory.TextOf(delivery.Envelope).ShouldContain(text, customMessage: delivery.Unreadable);
        await delivery.SettleAsync(Settlement.Ack, Token);
    }

    private static async Task<List<string>> BindingsAsync(IDatabase database, QueueCase queue)
    {
        var found = new List<string>();
        foreach (var exchange in Spec(queue).Bindings.Select(binding => binding.Exchange.Name).Distinct())
        {
            found.AddRange((await database.SetMembersAsync("_kombu.binding." + exchange)).Select(member => $"{exchange}: {member}"));
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
