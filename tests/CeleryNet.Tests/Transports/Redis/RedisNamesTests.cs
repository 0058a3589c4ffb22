using System.Text;
using CeleryNet.Routing;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

/// <summary>Keys, bindings, channels and records: the texts that all clients of one Redis must agree on.</summary>
public sealed class RedisNamesTests
{
    private const string Separator = "\u0006\u0016";

    private readonly RedisKeys _keys = new(new TransportOptions([]), 0);

    [Theory]
    [InlineData(null, "q")]
    [InlineData(-1, "q")]
    [InlineData(0, "q")]
    [InlineData(2, "q")]
    [InlineData(3, "q" + Separator + "3")]
    [InlineData(5, "q" + Separator + "3")]
    [InlineData(8, "q" + Separator + "6")]
    [InlineData(9, "q" + Separator + "9")]
    [InlineData(200, "q" + Separator + "9")]
    public void List_is_the_one_of_the_largest_step_not_above_the_priority(int? priority, string list) => _keys.ListFor("q", priority).ShouldBe(list);

    [Fact]
    public void Prefix_stands_before_every_name()
    {
        var keys = new RedisKeys(new TransportOptions([]) { GlobalKeyPrefix = "p:", PrioritySteps = [0, 5] }, 4);

        keys.Unacked.ShouldBe("p:unacked");
        keys.UnackedIndex.ShouldBe("p:unacked_index");
        keys.UnackedMutex.ShouldBe("p:unacked_mutex");
        keys.List("q", 5).ShouldBe("p:q" + Separator + "5");
        keys.Bindings("x").ShouldBe("p:_kombu.binding.x");
        keys.FanoutChannel("celeryev", "task.sent").ShouldBe("p:/4.celeryev/task.sent");
        keys.FanoutChannel("celery.pidbox", "").ShouldBe("p:/4.celery.pidbox");
    }

    [Fact]
    public void Separator_stands_between_a_queue_and_its_priority_and_between_the_parts_of_a_binding()
    {
        var keys = new RedisKeys(new TransportOptions([]) { Separator = "::" }, 0);

        keys.ListFor("q", 9).ShouldBe("q::9");
        var member = RedisBindings.Member(new BindingSpec(new ExchangeSpec("x"), "k"), "q", keys.Separator);
        member.ShouldBe("k::::q");
        new RedisBindings().Match([member], "k", keys.Separator).ShouldBe(["q"]);
        new RedisBindings().Match(["k" + Separator + Separator + "q"], "k", keys.Separator).ShouldBeEmpty();
    }

    // kombu 5.2: Channel(fanout_prefix, fanout_patterns)._get_publish_topic
    [Theory]
    [InlineData("/{db}.", true, "/4.celeryev/task.sent")]
    [InlineData("/{db}.", false, "/4.celeryev")]
    [InlineData("", true, "celeryev/task.sent")]
    [InlineData("", false, "celeryev")]
    [InlineData("/shop{db}.", true, "/shop4.celeryev/task.sent")]
    [InlineData("/shop.", false, "/shop.celeryev")]
    public void Channel_is_named_by_the_prefix_and_the_key_if_that_is_wanted(string prefix, bool patterns, string channel)
        => new RedisKeys(new TransportOptions([]) { FanoutPrefix = prefix, FanoutPatterns = patterns }, 4).FanoutChannel("celeryev", "task.sent").ShouldBe(channel);

    [Theory]
    [InlineData]
    [InlineData(1, 3)]
    [InlineData(0, 3, 3)]
    public void Steps_that_do_not_ascend_from_zero_are_a_configuration_error(params int[] steps)
        => Should.Throw<CeleryConfigurationException>(() => new RedisKeys(new TransportOptions([]) { PrioritySteps = steps }, 0)).Message.ShouldContain("0, 3, 6, 9");

    [Theory]
    [InlineData("direct", "proj.key", "proj.key" + Separator + Separator + "q")]
    [InlineData("fanout", "", Separator + Separator + "q")]
    [InlineData("topic", "a.*.b_c.#", "a.*.b_c.#" + Separator + @"^a\..*?[^\.]\.b\_c\..*?$" + Separator + "q")]
    public void Binding_is_written_as_kombu_writes_it(string type, string key, string member)
        => RedisBindings.Member(new BindingSpec(new ExchangeSpec("x", type), key), "q", Separator).ShouldBe(member);

    [Theory]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.b", "a.bc", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "b.a", false)]
    [InlineData("a.*", "a.", false)]
    [InlineData("a.*", "a.b.c", true)]
    [InlineData("a.#", "a.b.c", true)]
    [InlineData("a.#", "a", false)]
    [InlineData("#", "anything.at.all", true)]
    [InlineData("task_x.*", "task_x.1", true)]
    [InlineData("task-x+(1).*", "task-x+(1).2", true)]
    public void Topic_matches_as_kombus_expression_does(string bindingKey, string routingKey, bool matches)
    {
        var member = RedisBindings.Member(new BindingSpec(new ExchangeSpec("x", ExchangeSpec.Topic), bindingKey), "q", Separator);

        new RedisBindings().Match([member], routingKey, Separator).Count.ShouldBe(matches ? 1 : 0);
    }

    [Fact]
    public void Each_queue_is_found_once_and_odd_members_are_passed_over()
    {
        string[] members =
        [
            "k" + Separator + Separator + "one",
            "k" + Separator + "^k$" + Separator + "one",
            "k" + Separator + Separator + "two",
            "other" + Separator + Separator + "three",
            "k" + Separator + Separator,
            "nonsense",
            "**" + Separator + "^**$" + Separator + "four",
        ];

        new RedisBindings().Match(members, "k", Separator).ShouldBe(["one", "two"]);
    }

    [Theory]
    [InlineData("celeryev", "topic", true)]
    [InlineData("celery.pidbox", "fanout", true)]
    [InlineData("reply.celery.pidbox", "direct", false)]
    [InlineData("news", "fanout", true)]
    [InlineData("news", "topic", false)]
    [InlineData("", "direct", false)]
    public void Fanout_are_the_exchanges_celery_makes_so_on_redis(string name, string type, bool fanout)
        => RedisExchanges.IsFanout(new ExchangeSpec(name, type)).ShouldBe(fanout);

    [Fact]
    public void Destination_is_fanout_by_what_it_declares()
    {
        var queue = new QueueSpec("q", new ExchangeSpec("news", ExchangeSpec.Fanout), "");

        RedisExchanges.IsFanout(new Destination("news", "k") { Declare = queue }).ShouldBeTrue();
        RedisExchanges.IsFanout(new Destination("", "q") { Declare = queue }).ShouldBeFalse();
        RedisExchanges.IsFanout(new Destination("celery.pidbox", "")).ShouldBeTrue();
    }

    [Fact]
    public void Record_names_the_queue_whatever_its_name()
    {
        var tail = StoredMessage.Tail("quo\"te\\é");
        var stored = Encoding.UTF8.GetBytes("[{\"a\": 1}" + tail);

        var record = StoredMessage.Read(stored);

        record.RoutingKey.ShouldBe("quo\"te\\é");
        record.Exchange.ShouldBe("");
        Encoding.UTF8.GetString(record.Envelope.Span).ShouldBe("{\"a\": 1}");
        Encoding.UTF8.GetString(StoredMessage.TryCutTail(stored, tail).ShouldNotBeNull().Span).ShouldBe("{\"a\": 1}");
        StoredMessage.TryCutTail(stored, StoredMessage.Tail("other")).ShouldBeNull();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{}, 1, 2]")]
    [InlineData("[{}")]
    [InlineData("")]
    public void Record_that_is_no_triple_is_an_error(string stored)
        => Should.Throw<MalformedMessageException>(() => StoredMessage.Read(Encoding.UTF8.GetBytes(stored)));
}
