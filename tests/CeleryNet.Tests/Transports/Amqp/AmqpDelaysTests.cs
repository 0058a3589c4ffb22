using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;

namespace CeleryNet.Tests.Transports.Amqp;

/// <summary>Which messages RabbitMQ is asked to keep back, and where those it kept back came from.</summary>
public sealed class AmqpDelaysTests
{
    private static readonly Dictionary<string, object?> _quorum = new() { [QueueArguments.Type] = QueueArguments.Quorum };
    private static readonly ExchangeSpec _topics = new("topics", ExchangeSpec.Topic);
    private static readonly QueueSpec _safe = QueueSpec.Named("safe") with { Arguments = _quorum };
    private static readonly QueueSpec _news = new("news", _topics, "news.#") { Arguments = _quorum };
    private static readonly QueueSpec _italy = new("italy", _topics, "*.italy");

    private readonly TestClock _clock = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1.999, 1)]
    [InlineData(3600.5, 3600)]
    public void A_message_is_kept_for_whole_seconds_and_never_for_too_long(double seconds, long expected)
    {
        var delayed = Find(To(_safe, seconds)).ShouldNotBeNull();

        delayed.Destination.Exchange.ShouldBe("celery_delayed_27");
        delayed.Destination.RoutingKey.ShouldBe(DelayedRoutingKey.Write(expected, "safe.celerynet"));
        delayed.Destination.Declare.ShouldBe(_safe);
        delayed.Queues.ShouldBe([_safe]);
    }

    [Fact]
    public void A_message_for_the_end_of_time_is_kept_for_as_long_as_can_be()
        => Find(To(_safe, 0) with { NotBefore = DateTimeOffset.MaxValue }).ShouldNotBeNull()
            .Destination.RoutingKey.ShouldBe(DelayedRoutingKey.Write(DelayedRoutingKey.MaxSeconds, "safe.celerynet"));

    [Theory]
    [InlineData(0.999)]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_message_that_is_due_within_a_second_is_not_kept(double seconds) => Find(To(_safe, seconds)).ShouldBeNull();

    [Fact]
    public void A_message_without_a_time_is_not_kept() => Find(To(_safe, 0) with { NotBefore = null }).ShouldBeNull();

    [Fact]
    public void Nothing_is_kept_when_it_is_switched_off() => Find(To(_safe, 60), options => options with { DetectQuorumQueues = false }).ShouldBeNull();

    [Fact]
    public void A_message_for_a_classic_queue_is_not_kept() => Find(To(QueueSpec.Named("fast"), 60)).ShouldBeNull();

    [Fact]
    public void A_queue_of_the_application_need_not_be_declared_by_the_message()
        => Find(To(_safe, 60) with { Declare = null }, options => options with { Queues = [_safe] }).ShouldNotBeNull().Queues.ShouldBe([_safe]);

    [Fact]
    public void A_message_for_a_topic_exchange_is_kept_for_all_queues_that_take_it()
    {
        var france = new QueueSpec("france", _topics, "*.france");

        var delayed = Find(Topic("news.italy"), options => options with { Queues = [_news, _italy, france, _safe] }).ShouldNotBeNull();

        delayed.Destination.RoutingKey.ShouldBe(DelayedRoutingKey.Write(60, "news.italy"));
        delayed.Queues.ShouldBe([_news, _italy], ignoreOrder: true);
    }

    [Theory]
    [InlineData("other.italy")]
    [InlineData("nobody.takes.it")]
    [InlineData("")]
    public void A_message_that_no_quorum_queue_takes_is_not_kept(string routingKey)
        => Find(Topic(routingKey), options => options with { Queues = [_news, _italy] }).ShouldBeNull();

    [Fact]
    public void A_message_that_a_queue_takes_which_is_not_ours_to_bind_is_not_kept()
    {
        foreach (var foreign in new[] { _italy with { IsPassive = true }, _italy with { Exclusive = true }, _italy with { IsBroadcast = true } })
        {
            Find(Topic("news.italy"), options => options with { Queues = [_news, foreign] }).ShouldBeNull();
        }
    }

    [Fact]
    public void A_message_for_a_direct_exchange_by_a_key_is_not_kept()
        => Find(new Destination("safe", "safe") { Declare = _safe, NotBefore = _clock.GetUtcNow().AddMinutes(1) }).ShouldBeNull();

    [Theory]
    [InlineData("a.*.b")]
    [InlineData("#")]
    public void A_queue_whose_name_would_be_a_pattern_keeps_none(string name) => Find(To(_safe with { Name = name }, 60)).ShouldBeNull();

    [Theory]
    [InlineData(189, true)]
    [InlineData(190, false)]
    public void A_name_that_leaves_no_room_for_the_digits_keeps_none(int length, bool isKept)
        => (Find(To(_safe with { Name = new string('q', length) }, 60)) is not null).ShouldBe(isKept);

    [Theory]
    [InlineData("", "safe")]
    [InlineData("topics", "news.1.0.x")]
    public void A_message_that_was_not_kept_came_as_it_says(string exchange, string routingKey)
        => AmqpDelays.Origin(_news, exchange, routingKey).ShouldBe((exchange, routingKey));

    [Theory]
    [InlineData("celery_delayed_delivery")]
    [InlineData("celery_delayed_0")]
    [InlineData("celery_delayed_26")]
    public void A_message_that_was_kept_came_by_its_own_way_whatever_level_was_the_last(string exchange)
    {
        AmqpDelays.Origin(_safe, exchange, DelayedRoutingKey.Write(6, "safe.celerynet")).ShouldBe(("", "safe"));
        AmqpDelays.Origin(_news, exchange, DelayedRoutingKey.Write(6, "news.italy")).ShouldBe(("topics", "news.italy"));
        AmqpDelays.Origin(_news, exchange, DelayedRoutingKey.Write(6, "news.celerynet")).ShouldBe(("", "news"));
    }

    [Fact]
    public void A_message_that_was_kept_for_a_key_nobody_here_knows_came_to_the_queue_itself()
        => AmqpDelays.Origin(_safe, "celery_delayed_delivery", DelayedRoutingKey.Write(6, "theirs")).ShouldBe(("", "safe"));

    private DelayedDestination? Find(Destination destination, Func<TransportOptions, TransportOptions>? change = null)
    {
        var options = new TransportOptions([]);
        return new AmqpDelays(change?.Invoke(options) ?? options, _clock, new RecordingLogger()).Find(destination);
    }

    private Destination To(QueueSpec queue, double seconds) => new("", queue.Name) { Declare = queue, NotBefore = _clock.GetUtcNow().AddSeconds(seconds) };

    private Destination Topic(string routingKey) => new("topics", routingKey) { NotBefore = _clock.GetUtcNow().AddMinutes(1) };
}
