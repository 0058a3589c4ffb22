using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;

namespace CeleryNet.Contract.Tests.Amqp;

/// <summary>Messages for quorum queues that RabbitMQ keeps until their time has come.</summary>
public sealed class AmqpDelayTests(RabbitMqNode node, KombuDelays kombu) : IClassFixture<RabbitMqNode>, IClassFixture<KombuDelays>, IAsyncDisposable
{
    private readonly RecordingLogger _log = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly QueueSpec _queue = Quorum(Names.Unique("q"));
    private readonly ExchangeSpec _topics = new(Names.Unique("topics"), ExchangeSpec.Topic);
    private string? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Host => _host ?? "/";

    private string Url => FormattableString.Invariant($"amqp://guest:guest@127.0.0.1:{node.Url.Port}/{Host}");

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        if (_host is not null)
        {
            await node.ControlAsync("delete_vhost", _host);
        }
    }

    [Theory]
    [InlineData("quorum")]
    [InlineData("classic")]
    public async Task What_kombu_declared_is_used_and_what_is_declared_here_is_what_kombu_declares(string type)
    {
        await LeaveOthersAsync();
        await kombu.DeclareAsync(Url, type);
        var theirs = await TopologyAsync();
        var queueType = Enum.Parse<QueueType>(type, ignoreCase: true);
        var transport = Create(options => options with { DelayQueueType = queueType });

        await PublishAsync(transport, "one", TimeSpan.FromSeconds(1.5));

        (await TopologyAsync()).ShouldBe(theirs);
        (await TakeAsync(transport, _queue)).ShouldBe("one");
    }

    [Theory]
    [InlineData("quorum")]
    [InlineData("classic")]
    public async Task What_was_declared_here_is_declared_again_by_kombu_without_adding_to_it(string type)
    {
        await LeaveOthersAsync();
        var queueType = Enum.Parse<QueueType>(type, ignoreCase: true);
        var transport = Create(options => options with { DelayQueueType = queueType });
        var consumer = await ConsumeAsync(transport, _queue);
        var ours = await TopologyAsync();

        await kombu.DeclareAsync(Url, type);

        (await TopologyAsync()).ShouldBe(ours);
        await PublishAsync(transport, "one", TimeSpan.FromSeconds(1.5));
        (await ReadAsync(consumer)).ShouldBe("one");
    }

    [Fact]
    public async Task What_is_declared_is_what_a_worker_of_Celery_5_6_declared()
    {
        await LeaveOthersAsync();
        await ConsumeAsync(Create(), _queue);

        (await TopologyAsync()).ShouldBe(CapturedTopology());
    }

    [Fact]
    public async Task Messages_come_when_their_times_have_come_however_they_were_sent()
    {
        var transport = Create();
        var consumer = await ConsumeAsync(transport, _queue);
        var sent = DateTimeOffset.UtcNow;

        await PublishAsync(transport, "3", TimeSpan.FromSeconds(3.5), sent);
        await PublishAsync(transport, "1", TimeSpan.FromSeconds(1.5), sent);
        await PublishAsync(transport, "2", TimeSpan.FromSeconds(2.5), sent);
        await PublishAsync(transport, "0", TimeSpan.Zero, sent);

        for (var second = 0; second <= 3; second++)
        {
            (await ReadAsync(consumer)).ShouldBe($"{second}");
            (DateTimeOffset.UtcNow - sent).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(second));
        }
    }

    [Fact]
    public async Task Messages_come_with_the_queue_as_their_way_and_all_that_they_were_sent_with()
    {
        var transport = Create();
        var message = MessageFactory.Task("t", "[1]", priority: 3, replyTo: "somebody");
        await transport.Publisher.PublishAsync(message, To(_queue, TimeSpan.FromSeconds(1.5)), Token);

        var delivery = await (await ConsumeAsync(transport, _queue)).Deliveries.ReadAsync(Token).WithinBound("the message");

        (delivery.Queue, delivery.Exchange, delivery.RoutingKey, delivery.Redelivered).ShouldBe((_queue.Name, "", _queue.Name, false));
        var envelope = delivery.Envelope.ShouldNotBeNull();
        (envelope.CorrelationId, envelope.ReplyTo, envelope.Priority, envelope.Persistent).ShouldBe((message.CorrelationId, "somebody", 3, true));
        envelope.Headers.GetString("task").ShouldBe("t");
        envelope.Body.ToArray().ShouldBe(message.Body.ToArray());
    }

    [Fact]
    public async Task A_message_that_comes_back_after_each_time_is_not_taken_for_one_that_goes_round_in_circles()
    {
        // Two levels: only a queue that another one's message comes to looks whether the message has been there.
        var delay = TimeSpan.FromSeconds(3.5);
        var transport = Create();
        var consumer = await ConsumeAsync(transport, _queue);
        await PublishAsync(transport, "again", delay);
        var delivery = await consumer.Deliveries.ReadAsync(Token).WithinBound("the message");
        var envelope = delivery.Envelope.ShouldNotBeNull();
        envelope.Headers.TryGet("x-death", out _).ShouldBeTrue();
        await delivery.SettleAsync(Settlement.Ack, Token);

        await transport.Publisher.PublishAsync(envelope, To(_queue, delay), Token);

        (await ReadAsync(consumer)).ShouldBe("again");
    }

    [Theory]
    [InlineData("60000")]
    [InlineData("1000")]
    [InlineData("0")]
    public async Task A_message_that_may_expire_is_not_dropped_on_its_way(string expiration)
    {
        var transport = Create();
        var consumer = await ConsumeAsync(transport, _queue);
        var text = MessageFactory.Text("expiring");
        var message = new Envelope { Body = text.Body, Headers = text.Headers, ContentType = text.ContentType, ContentEncoding = text.ContentEncoding, Expiration = expiration };

        await transport.Publisher.PublishAsync(message, To(_queue, TimeSpan.FromSeconds(3.5)), Token).WithinBound("a publish");

        (await ReadAsync(consumer)).ShouldBe("expiring");
    }

    [Fact]
    public async Task A_message_for_a_topic_exchange_comes_to_all_queues_that_take_it()
    {
        await LeaveOthersAsync();
        var quorum = Quorum("news") with { Exchange = _topics, RoutingKey = "news.#" };
        var classic = new QueueSpec("italy", _topics, "news.italy");
        var other = new QueueSpec("other", _topics, "news.france");
        var transport = Create(options => options with { Queues = [quorum, classic, other] });
        await PublishAsync(transport, other, "theirs", TimeSpan.Zero);
        (await TakeAsync(transport, other)).ShouldBe("theirs");

        await transport.Publisher.PublishAsync(
            MessageFactory.Text("ours"), new Destination(_topics.Name, "news.italy") { Declare = quorum, NotBefore = DateTimeOffset.UtcNow.AddSeconds(1.5) }, Token);

        foreach (var queue in new[] { quorum, classic })
        {
            var delivery = await (await ConsumeAsync(transport, queue)).Deliveries.ReadAsync(Token).WithinBound($"the message in {queue.Name}");
            MessageFactory.TextOf(delivery.Envelope).ShouldBe("ours");
            (delivery.Exchange, delivery.RoutingKey).ShouldBe((_topics.Name, "news.italy"));
        }

        await ShouldBeEmptyAsync(transport, other);
    }

    [Fact]
    public async Task A_message_for_a_topic_exchange_whose_queue_is_not_named_is_kept_back_for_the_queues_that_are_known()
    {
        await LeaveOthersAsync();
        var quorum = Quorum("news") with { Exchange = _topics, RoutingKey = "news.#" };
        var sender = Create(options => options with { Queues = [quorum] });
        var sent = DateTimeOffset.UtcNow;

        await sender.Publisher.PublishAsync(
            MessageFactory.Text("ours"), new Destination(_topics.Name, "news.italy") { DeclareExchange = _topics, NotBefore = sent.AddSeconds(1.5) }, Token);

        (await TakeAsync(Create(), quorum)).ShouldBe("ours");
        (DateTimeOffset.UtcNow - sent).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_consumer_declares_all_that_producers_in_Python_need()
    {
        await LeaveOthersAsync();
        var queue = Quorum("news") with { Exchange = _topics, RoutingKey = "news.italy" };
        var consumer = await ConsumeAsync(Create(), queue);

        await kombu.PublishAsync(Url, "theirs", 1, "news.italy");

        var delivery = await consumer.Deliveries.ReadAsync(Token).WithinBound("the message");
        MessageFactory.TextOf(delivery.Envelope).ShouldBe("theirs");
        (delivery.Exchange, delivery.RoutingKey).ShouldBe((_topics.Name, "news.italy"));
    }

    [Fact]
    public async Task A_consumer_declares_it_for_a_queue_that_is_added_to_it_too()
    {
        await LeaveOthersAsync();
        var queue = Quorum("news") with { Exchange = _topics, RoutingKey = "news.italy" };
        var consumer = await ConsumeAsync(Create(), QueueSpec.Named("classic"));
        await consumer.AddQueueAsync(queue, Token);

        await kombu.PublishAsync(Url, "theirs", 1, "news.italy");

        (await ReadAsync(consumer)).ShouldBe("theirs");
    }

    [Fact]
    public async Task A_message_from_here_comes_to_a_queue_that_Python_bound()
    {
        await LeaveOthersAsync();
        await kombu.DeclareAsync(Url);
        await kombu.BindAsync(Url, "news", _topics.Name, "news.italy");
        var queue = Quorum("news") with { Exchange = _topics, RoutingKey = "news.italy" };
        var transport = Create();

        await transport.Publisher.PublishAsync(
            MessageFactory.Text("ours"), new Destination(_topics.Name, "news.italy") { Declare = queue, NotBefore = DateTimeOffset.UtcNow.AddSeconds(1.5) }, Token);

        (await TakeAsync(Create(options => options with { DetectQuorumQueues = false }), queue)).ShouldBe("ours");
    }

    [Fact]
    public async Task A_message_for_a_queue_comes_to_no_other_whose_name_or_key_is_a_part_of_its_own()
    {
        await LeaveOthersAsync();
        QueueSpec[] others = [Quorum("italy"), Quorum("news"), new("theirs", _topics, "news.italy"), new("any", new ExchangeSpec("all", ExchangeSpec.Topic), "*.#.italy")];
        await kombu.DeclareAsync(Url);
        await kombu.BindAsync(Url, "python", "snakes", "news.italy");
        var transport = Create();
        foreach (var other in others)
        {
            await PublishAsync(transport, other, "other", TimeSpan.FromSeconds(1.5));
        }

        await PublishAsync(transport, Quorum("news.italy"), "ours", TimeSpan.FromSeconds(1.5));

        (await TakeAsync(transport, Quorum("news.italy"))).ShouldBe("ours");
        foreach (var other in others)
        {
            (await TakeAsync(transport, other)).ShouldBe("other");
            await ShouldBeEmptyAsync(transport, other);
        }

        await ShouldBeEmptyAsync(transport, Quorum("python") with { Exchange = new ExchangeSpec("snakes", ExchangeSpec.Topic), RoutingKey = "news.italy" });
    }

    [Fact]
    public async Task A_message_to_which_Python_has_put_digits_before_the_digits_comes_nevertheless()
    {
        var transport = Create();
        var consumer = await ConsumeAsync(transport, _queue);
        var key = DelayedRoutingKey.Write(5, _queue.Name + AmqpDelayTopology.ByName);

        await kombu.PublishAsync(Url, "theirs", 1, key);

        var delivery = await consumer.Deliveries.ReadAsync(Token).WithinBound("the message");
        (delivery.Exchange, delivery.RoutingKey).ShouldBe(("", _queue.Name));
    }

    [Theory]
    [InlineData("a classic queue")]
    [InlineData("a name that is a pattern")]
    [InlineData("a long name")]
    [InlineData("less than a second")]
    [InlineData("switched off")]
    [InlineData("a queue that is not to be declared")]
    public async Task A_message_that_the_broker_cannot_or_need_not_keep_comes_at_once(string what)
    {
        var (queue, delay) = what switch
        {
            "a classic queue" => (QueueSpec.Named("classic"), TimeSpan.FromDays(1)),
            "a name that is a pattern" => (Quorum("a.#.b"), TimeSpan.FromDays(1)),
            "a long name" => (Quorum(new string('q', 190)), TimeSpan.FromDays(1)),
            "less than a second" => (_queue, TimeSpan.FromSeconds(0.9)),
            _ => (_queue, TimeSpan.FromDays(1)),
        };
        var transport = Create(options => options with { DetectQuorumQueues = what != "switched off" });
        if (what == "a queue that is not to be declared")
        {
            await PublishAsync(transport, queue, "first", TimeSpan.Zero);
            (await TakeAsync(transport, queue)).ShouldBe("first");
            queue = queue with { IsPassive = true };
        }

        await PublishAsync(transport, queue, "at once", delay);

        (await TakeAsync(Create(options => options with { DetectQuorumQueues = false }), queue)).ShouldBe("at once");
    }

    [Fact]
    public async Task A_message_for_the_far_future_is_kept_for_as_long_as_the_digits_allow()
    {
        var transport = Create();

        await PublishAsync(transport, _queue, "later", TimeSpan.FromDays(365 * 1000));

        (await TakeAsync(transport, QueueSpec.Named("celery_delayed_27") with { IsPassive = true })).ShouldBe("later");
    }

    [Fact]
    public async Task Levels_of_another_type_are_an_error_that_says_which_option_to_change()
    {
        await LeaveOthersAsync();
        await kombu.DeclareAsync(Url, "classic");
        var transport = Create();

        var error = await Should.ThrowAsync<PublishException>(() => PublishAsync(transport, "never", TimeSpan.FromSeconds(5)));

        error.Message.ShouldContain("inequivalent arg 'x-queue-type'");
        error.Message.ShouldContain("NativeDelayedDeliveryQueueType (broker_native_delayed_delivery_queue_type) is Quorum");
        error.Message.ShouldContain("DetectQuorumQueues off");
        await PublishAsync(transport, "at once", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_consumer_goes_without_levels_of_another_type_and_warns()
    {
        await LeaveOthersAsync();
        await kombu.DeclareAsync(Url, "classic");
        var transport = Create();

        var consumer = await ConsumeAsync(transport, _queue);
        await PublishAsync(transport, "at once", TimeSpan.Zero);

        (await ReadAsync(consumer)).ShouldBe("at once");
        var warning = await _log.WaitForAsync(line => line.EventId.Id == 1030, "the warning");
        warning.Message.ShouldContain($"Consuming {_queue.Name} without native delayed delivery");
        warning.Message.ShouldContain("NativeDelayedDeliveryQueueType");
    }

    [Fact]
    public async Task What_was_deleted_since_is_declared_again()
    {
        await LeaveOthersAsync();
        var transport = Create();
        await PublishAsync(transport, "one", TimeSpan.FromSeconds(1.5));
        (await TakeAsync(Create(), _queue)).ShouldBe("one");
        await kombu.DeleteAsync(Url, AmqpDelayTopology.First);
        await node.ControlAsync("delete_queue", "-p", Host, "celery_delayed_0");

        await PublishAsync(transport, "two", TimeSpan.FromSeconds(1.5));

        (await TakeAsync(Create(), _queue)).ShouldBe("two");
    }

    [Fact]
    public async Task A_queue_that_was_deleted_under_its_consumer_is_bound_again()
    {
        var transport = Create();
        var consumer = await ConsumeAsync(transport, _queue);
        await node.ControlAsync("delete_queue", "-p", Host, _queue.Name);
        await _log.WaitForAsync(line => line.Message.Contains("was deleted or moved", StringComparison.Ordinal), "the consumer to notice");
        await PublishAsync(transport, "at once", TimeSpan.Zero);
        (await ReadAsync(consumer)).ShouldBe("at once");

        // Knows of nothing to be declared.
        await kombu.PublishAsync(Url, "kept back", 1, _queue.Name + AmqpDelayTopology.ByName);

        (await ReadAsync(consumer)).ShouldBe("kept back");
    }

    [Fact]
    public async Task A_publish_that_is_given_up_while_it_declares_harms_no_other()
    {
        await LeaveOthersAsync();
        var transport = Create();
        using var giveUp = new CancellationTokenSource();
        var publish = transport.Publisher.PublishAsync(MessageFactory.Text("never"), To(_queue, TimeSpan.FromSeconds(1.5)), giveUp.Token).AsTask();
        await _log.WaitForAsync(line => line.Message.StartsWith("Connected to", StringComparison.Ordinal), "the connection");

        await giveUp.CancelAsync();

        await Should.ThrowAsync<BrokerUnavailableException>(() => publish).WithinBound("the publish to end");
        await PublishAsync(transport, "one", TimeSpan.FromSeconds(1.5));
        (await TakeAsync(transport, _queue)).ShouldBe("one");
        await ShouldBeEmptyAsync(transport, _queue);
    }

    /// <summary>Goes to a virtual host of the test's own, where nothing is declared yet.</summary>
    private async Task LeaveOthersAsync()
    {
        var host = Names.Unique("delays");
        await node.ControlAsync("add_vhost", host);
        await node.ControlAsync("set_permissions", "-p", host, "guest", ".*", ".*", ".*");
        _host = host;
    }

    private static QueueSpec Quorum(string name)
        => QueueSpec.Named(name) with { Arguments = new Dictionary<string, object?> { [QueueArguments.Type] = QueueArguments.Quorum } };

    private static Destination To(QueueSpec queue, TimeSpan delay, DateTimeOffset? from = null)
        => (queue.Exchange.Type == ExchangeSpec.Direct ? new Destination("", queue.Name) : new Destination(queue.Exchange.Name, queue.RoutingKey)) with
        {
            Declare = queue,
            NotBefore = (from ?? DateTimeOffset.UtcNow) + delay,
        };

    private AmqpTransport Create(Func<TransportOptions, TransportOptions>? change = null)
    {
        var options = new TransportOptions([BrokerUrl.Parse(Url)]);
        var transport = new AmqpTransport(change?.Invoke(options) ?? options, TimeProvider.System, _log);
        _parts.Add(transport);
        return transport;
    }

    private Task PublishAsync(AmqpTransport transport, string body, TimeSpan delay, DateTimeOffset? from = null)
        => transport.Publisher.PublishAsync(MessageFactory.Text(body), To(_queue, delay, from), Token).WithinBound("a publish");

    private static Task PublishAsync(AmqpTransport transport, QueueSpec queue, string body, TimeSpan delay)
        => transport.Publisher.PublishAsync(MessageFactory.Text(body), To(queue, delay), Token).WithinBound("a publish");

    private async Task<IConsumer> ConsumeAsync(AmqpTransport transport, QueueSpec queue)
    {
        var consumer = await transport.ConsumeAsync(new ConsumerRequest([queue], 10), Token).WithinBound("a consumer");
        _parts.Add(consumer);
        return consumer;
    }

    private static async Task<string> ReadAsync(IConsumer consumer)
    {
        var delivery = await consumer.Deliveries.ReadAsync(Token).WithinBound("a message");
        await delivery.SettleAsync(Settlement.Ack, Token);
        return MessageFactory.TextOf(delivery.Envelope);
    }

    private static async Task<string> TakeAsync(AmqpTransport transport, QueueSpec queue)
    {
        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([queue], 10), Token).WithinBound("a consumer");
        return await ReadAsync(consumer);
    }

    // What comes next is what is sent now, so that there was nothing before it.
    private static async Task ShouldBeEmptyAsync(AmqpTransport transport, QueueSpec queue)
    {
        await transport.Publisher.PublishAsync(MessageFactory.Text("the end"), new Destination("", queue.Name), Token);
        (await TakeAsync(transport, queue)).ShouldBe("the end");
    }

    private async Task<IReadOnlyList<JsonElement>> ListAsync(string what, params string[] columns)
        => [.. JsonElement.Parse(await node.ControlAsync([what, "-p", Host, "--formatter", "json", .. columns])).EnumerateArray()];

    // The levels in words, without what is bound to the last exchange.
    private async Task<IReadOnlyList<string>> TopologyAsync() => Describe(
        await ListAsync("list_exchanges", "name", "type", "durable", "auto_delete", "internal", "arguments"),
        await ListAsync("list_queues", "name", "type", "durable", "auto_delete", "arguments"),
        await ListAsync("list_bindings", "source_name", "destination_name", "destination_kind", "routing_key", "arguments"));

    private static IReadOnlyList<string> CapturedTopology()
    {
        var captured = JsonElement.Parse(File.ReadAllText(Repository.PathOf("tests", "vectors", "celery-5.6", "amqp", "quorum", "native-delayed-topology.json")));
        return Describe([.. captured.GetProperty("exchanges").EnumerateArray()], [.. captured.GetProperty("queues").EnumerateArray()], [.. captured.GetProperty("bindings").EnumerateArray()]);
    }

    private static IReadOnlyList<string> Describe(IReadOnlyList<JsonElement> exchanges, IReadOnlyList<JsonElement> queues, IReadOnlyList<JsonElement> bindings)
    {
        string[] words =
        [
            .. exchanges.Where(each => IsDelay(each, "name")).Select(each => $"exchange {Values(each, "name", "type", "durable", "auto_delete", "internal", "arguments")}"),
            .. queues.Where(each => IsDelay(each, "name")).Select(each => $"queue {Values(each, "name", "type", "durable", "auto_delete", "arguments")}"),
            .. bindings.Where(each => IsDelay(each, "source_name") && IsDelay(each, "destination_name"))
                .Select(each => $"binding {Values(each, "source_name", "destination_name", "destination_kind", "routing_key", "arguments")}"),
        ];
        words.Length.ShouldBeGreaterThan(100);
        return [.. words.Order(StringComparer.Ordinal)];
    }

    private static bool IsDelay(JsonElement each, string name) => each.GetProperty(name).GetString()!.StartsWith("celery_delayed_", StringComparison.Ordinal);

    private static string Values(JsonElement each, params string[] names) => string.Join(' ', names.Select(name => name == "arguments"
        ? string.Join(' ', each.GetProperty(name).EnumerateArray().Select(argument => argument.ToString().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        : each.GetProperty(name).ToString()));
}
