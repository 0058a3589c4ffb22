using System.Text.RegularExpressions;
using CeleryNet.Extensibility;
using CeleryNet.Routing;

namespace CeleryNet.Tests.Routing;

public sealed class TaskRouterTests
{
    private static readonly CeleryOptions _topics = new()
    {
        DefaultQueue = "house",
        Queues =
        [
            new("house"),
            new("letters") { Exchange = "post", ExchangeType = "topic", RoutingKey = "letter.in", DeliveryMode = DeliveryMode.Transient },
            CeleryQueue.Broadcast("news"),
        ],
    };

    [Fact]
    public void Call_that_names_nothing_goes_to_the_default_queue() => ShouldGoToQueue(Route(new()), "house");

    [Fact]
    public void Call_that_names_a_queue_goes_there_through_the_default_exchange()
        => ShouldGoToQueue(Route(new() { Queue = "math" }), "math");

    [Fact]
    public void Exchange_and_routing_key_are_taken_as_they_are_and_nothing_is_declared()
        => Route(new() { Exchange = "post", RoutingKey = "letter.a" }).ShouldBe(new Destination("post", "letter.a"));

    [Fact]
    public void Queue_named_besides_exchange_and_routing_key_is_declared()
    {
        var destination = Route(new() { Exchange = "post", RoutingKey = "letter.a", Queue = "letters" }, options: _topics);

        (destination.Exchange, destination.RoutingKey, destination.Declare?.Name).ShouldBe(("post", "letter.a", "letters"));
    }

    [Theory]
    [InlineData("theirs", null)]
    [InlineData(null, "post")]
    public void Routing_key_or_exchange_alone_says_nothing_of_a_direct_exchange(string? routingKey, string? exchange)
        => ShouldGoToQueue(Route(new() { RoutingKey = routingKey, Exchange = exchange, Queue = "math" }), "math");

    [Fact]
    public void Call_to_a_queue_of_a_topic_exchange_goes_to_the_exchange_with_the_key_of_the_queue_or_its_own()
    {
        var routed = new TaskRouter(_topics).Route(Call(new() { Queue = "letters" }));
        (routed.Destination.Exchange, routed.Destination.RoutingKey).ShouldBe(("post", "letter.in"));
        routed.Destination.Declare.ShouldNotBeNull().Name.ShouldBe("letters");
        routed.DeliveryMode.ShouldBe(DeliveryMode.Transient);

        Route(new() { Queue = "letters", RoutingKey = "letter.out" }, options: _topics).RoutingKey.ShouldBe("letter.out");
        new TaskRouter(_topics).Route(Call(new() { Queue = "letters", DeliveryMode = DeliveryMode.Persistent })).DeliveryMode.ShouldBe(DeliveryMode.Persistent);
    }

    [Fact]
    public void Broadcast_declares_the_exchange_alone_and_need_not_be_heard()
    {
        var destination = Route(new() { Queue = "news" }, options: _topics);

        destination.Exchange.ShouldBe("news");
        destination.Declare.ShouldBeNull();
        destination.DeclareExchange.ShouldBe(new ExchangeSpec("news", "fanout"));
        destination.Mandatory.ShouldBeFalse();
    }

    [Fact]
    public void Unknown_queue_is_an_error_that_names_the_known_ones_when_missing_queues_are_not_made()
    {
        var options = new CeleryOptions { DefaultQueue = "b", CreateMissingQueues = false, Queues = [new("b"), new("a") { Alias = "first" }] };

        Route(new() { Queue = "first" }, options: options).RoutingKey.ShouldBe("a");
        Should.Throw<CeleryConfigurationException>(() => Route(new() { Queue = "c" }, options: options)).Message
            .ShouldBe("Queue 'c' is not known, and CreateMissingQueues is off; known: a, b, first.");
        Should.Throw<CeleryConfigurationException>(() => Route(new() { Queue = "c" }, options: new CeleryOptions { CreateMissingQueues = false })).Message
            .ShouldBe("Queue 'c' is not known, and CreateMissingQueues is off; known: celery.");
    }

    [Theory]
    [InlineData("feed.tasks.import", "feeds")]
    [InlineData("feed.tasks.import.all", "feeds")]
    [InlineData("feed.tasks.urgent", "urgent")]
    [InlineData("feed.task", "house")]
    [InlineData("a.feed.tasks.import", "house")]
    [InlineData("video.encode", "media")]
    [InlineData("video.encode.fast", "media")]
    [InlineData("my.video.encode", "house")]
    [InlineData("plain[1]", "brackets")]
    [InlineData("plain1", "house")]
    public void Route_is_found_by_name_then_by_pattern_in_order(string task, string queue)
        => ShouldGoToQueue(
            Route(new(), task, new CeleryRoutes()
                .Add("feed.tasks.*", "feeds")
                .Add("feed.*.urgent", "never")
                .Add(new Regex("(video|image)\\.encode"), new SendOptions { Queue = "media" })
                .Add("feed.tasks.urgent", "urgent")
                .Add("plain[1]", "brackets")),
            queue);

    [Fact]
    public void Routes_added_before_a_function_go_before_it_and_those_after_it_after()
    {
        var asked = new List<string>();
        var routes = new CeleryRoutes()
            .Add("tasks.a", "by-name")
            .Add(request =>
            {
                asked.Add(request.TaskName);
                return request.TaskName == "tasks.b" ? new SendOptions { Queue = $"by-{request.Args[0].AsObject()}-{request.Kwargs[0].Key}-{request.Options.Shadow}" } : null;
            })
            .Add("tasks.*", "by-pattern");

        ShouldGoToQueue(Route(new(), "tasks.a", routes), "by-name");
        ShouldGoToQueue(Route(new() { Shadow = "s" }, "tasks.b", routes), "by-1-k-s");
        ShouldGoToQueue(Route(new(), "tasks.c", routes), "by-pattern");
        asked.ShouldBe(["tasks.b", "tasks.c"]);
    }

    [Fact]
    public void Options_of_the_call_go_before_those_of_its_route()
    {
        var routes = new CeleryRoutes().Add("t", new SendOptions { Queue = "routed", Priority = 3, Serializer = "yaml", Headers = null });

        var routed = Router(routes).Route(Call(new() { Queue = "called", Compression = "gzip" }));

        routed.Options.ShouldBe(new SendOptions { Queue = "called", Priority = 3, Serializer = "yaml", Compression = "gzip" });
        ShouldGoToQueue(routed.Destination, "called");
    }

    [Fact]
    public void Exchange_and_routing_key_of_a_route_hold_also_when_the_call_names_a_queue()
    {
        // As in Celery, whose router merges option by option.
        var destination = Route(new() { Queue = "called" }, "t", new CeleryRoutes().Add("t", new SendOptions { Exchange = "post", RoutingKey = "letter" }));

        (destination.Exchange, destination.RoutingKey, destination.Declare?.Name).ShouldBe(("post", "letter", "called"));
    }

    [Fact]
    public void Route_given_again_replaces_the_one_it_had()
    {
        var routes = new CeleryRoutes().Add("t*", "first").Add("t*", "second").Add("t", "exact").Add("t", "again");

        routes.Count.ShouldBe(2);
        ShouldGoToQueue(Route(new(), "t", routes), "again");
        ShouldGoToQueue(Route(new(), "tt", routes), "second");
        routes.Clear();
        routes.Count.ShouldBe(0);
    }

    [Fact]
    public void Route_with_a_task_id_is_refused()
    {
        Should.Throw<ArgumentException>(() => new CeleryRoutes().Add("t", new SendOptions { TaskId = "1" })).Message.ShouldStartWith("A route must not set TaskId");
        Should.Throw<CeleryConfigurationException>(() => Route(new(), "t", new CeleryRoutes().Add(_ => new SendOptions { TaskId = "1" })))
            .Message.ShouldStartWith("A route must not set TaskId");
    }

    private static TaskRouter Router(CeleryRoutes? routes, CeleryOptions? options = null)
        => new(new QueueCatalog(options ?? new CeleryOptions { DefaultQueue = "house" }), new RouteTable(routes ?? new CeleryRoutes()));

    private static Destination Route(SendOptions call, string task = "t", CeleryRoutes? routes = null, CeleryOptions? options = null)
        => Router(routes, options).Route(Call(call, task)).Destination;

    private static Signature Call(SendOptions options, string task = "t")
        => new(task, [TaskValue.Of(1)], [KeyValuePair.Create("k", TaskValue.Null)], options);

    private static void ShouldGoToQueue(Destination destination, string queue)
    {
        destination.Exchange.ShouldBe("");
        destination.RoutingKey.ShouldBe(queue);
        destination.Mandatory.ShouldBeTrue();

        // As a Celery worker with task_create_missing_queues declares it.
        var declared = destination.Declare.ShouldNotBeNull();
        declared.Name.ShouldBe(queue);
        declared.RoutingKey.ShouldBe(queue);
        declared.Exchange.ShouldBe(new ExchangeSpec(queue, "direct") { Durable = true, AutoDelete = false });
        declared.Durable.ShouldBeTrue();
        declared.AutoDelete.ShouldBeFalse();
        declared.Exclusive.ShouldBeFalse();
        declared.Arguments.ShouldBeEmpty();
    }
}
