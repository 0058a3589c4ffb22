using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Tasks;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Client;

public sealed class CeleryClientTests : IDisposable
{
    // The clock of the client stands still: what waits for it in vain ends by this one.
    private readonly CancellationTokenSource _bound = new(Bound.Default);

    private CancellationToken Token => _bound.Token;

    public void Dispose() => _bound.Dispose();

    [Fact]
    public async Task Typed_call_is_sent_and_its_result_read_as_its_type()
    {
        await using var setup = new ClientSetup();

        var result = await setup.Client.SendAsync(Add(2, 3), Token);

        var message = await setup.ReadAsync();
        message.Headers.TaskName.ShouldBe("tasks.add");
        message.Headers.Id.ShouldBe(result.Id);
        message.Headers.Origin.ShouldBe("gen1@test");
        Guid.TryParse(result.Id.Value, out _).ShouldBeTrue();
        Text(message.Body.Args).ShouldBe("[2,3]");
        message.Envelope.ReplyTo.ShouldBe(setup.Backend.ReplyTo);
        await StoreAsync(setup, result.Id, "5");
        (await result.GetAsync(Token)).ShouldBe(5);
    }

    [Fact]
    public async Task Call_known_by_name_only_is_sent_with_arguments_by_their_run_time_types()
    {
        await using var setup = new ClientSetup();

        var result = await setup.Client.SendTaskAsync("tasks.echo", [1, "a", null, 2.0, new[] { 1L }], new() { ["z"] = true, ["y"] = null }, cancellationToken: Token);

        var message = await setup.ReadAsync();
        message.Headers.TaskName.ShouldBe("tasks.echo");
        Text(message.Body.Args).ShouldBe("""[1,"a",null,2.0,[1]]""");
        Text(message.Body.Kwargs).ShouldBe("""{"z":true,"y":null}""");
        await StoreAsync(setup, result.Id, """{"a": [1]}""");
        (await result.GetAsync(Token)).GetProperty("a")[0].GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Call_known_by_name_only_may_say_how_its_values_are_written_and_which_are_sensitive()
    {
        await using var setup = new ClientSetup();

        await setup.Client.SendTaskAsync(
            "tasks.echo", ["alice", TaskValue.Sensitive("pw")], new() { ["pin"] = TaskValue.Sensitive(1), ["x"] = TaskValue.Of<object>("y") }, cancellationToken: Token);

        var message = await setup.ReadAsync();
        Text(message.Body.Args).ShouldBe("""["alice","pw"]""");
        Text(message.Body.Kwargs).ShouldBe("""{"pin":1,"x":"y"}""");
        message.Headers.ArgsRepr.ShouldBe("('alice', '***')");
        message.Headers.KwargsRepr.ShouldBe("{'pin': '***', 'x': 'y'}");
    }

    [Fact]
    public async Task Call_known_by_name_only_may_have_a_typed_result_and_no_arguments()
    {
        await using var setup = new ClientSetup();

        var result = await setup.Client.SendTaskAsync<string>("tasks.now", options: new SendOptions { Queue = "math", Shadow = "clock" }, cancellationToken: Token);

        var message = await setup.ReadAsync("math");
        message.Headers.Shadow.ShouldBe("clock");
        Text(message.Body.Args).ShouldBe("[]");
        Text(message.Body.Kwargs).ShouldBe("{}");
        await StoreAsync(setup, result.Id, "\"noon\"");
        (await result.GetAsync(Token)).ShouldBe("noon");
    }

    [Fact]
    public async Task Call_without_a_result_type_is_sent_and_can_be_waited_for()
    {
        await using var setup = new ClientSetup();

        var result = await setup.Client.SendAsync(new Signature("tasks.nothing", []), Token);

        (await setup.ReadAsync()).Headers.Id.ShouldBe(result.Id);
        (await result.GetStateAsync(Token)).ShouldBe(TaskState.Pending);
        await StoreAsync(setup, result.Id, "null");
        await result.WaitAsync(cancellationToken: Token);
        (await result.GetStateAsync(Token)).ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Call_goes_to_the_exchange_it_names()
    {
        await using var setup = new ClientSetup();
        var letters = new QueueSpec("letters", new ExchangeSpec("post", ExchangeSpec.Topic), "letter.#");
        await using (await setup.Transport.ConsumeAsync(new ConsumerRequest([letters], 1), Token))
        {
            // Declares the topology that the caller knows.
        }

        await setup.Client.SendAsync(Add(1, 1).With(new SendOptions { Exchange = "post", RoutingKey = "letter.air" }), Token);

        var delivery = await setup.TakeAsync(letters);
        delivery.Exchange.ShouldBe("post");
        delivery.RoutingKey.ShouldBe("letter.air");
    }

    [Fact]
    public async Task Call_that_no_queue_takes_is_an_error_that_names_where_it_went()
    {
        await using var setup = new ClientSetup();

        var error = await Should.ThrowAsync<PublishException>(
            () => setup.Client.SendAsync(Add(1, 1).With(new SendOptions { Exchange = "nowhere", RoutingKey = "at.all" }), Token));

        error.Message.ShouldContain("nowhere");
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, 4, 4)]
    [InlineData(0, 4, 0)]
    [InlineData(255, null, 255)]
    public async Task Priority_is_the_calls_or_the_applications(int? own, int? applications, int? sent)
    {
        await using var setup = new ClientSetup(defaultPriority: applications);

        await setup.Client.SendAsync(Add(1, 1).With(priority: own), Token);

        (await setup.ReadAsync()).Envelope.Priority.ShouldBe(sent);
    }

    public static TheoryData<SendOptions, string> Contradictions { get; } = new()
    {
        { new() { Priority = -1 }, "Priority must be 0 to 255, was -1." },
        { new() { Priority = 256 }, "Priority must be 0 to 255, was 256." },
        { new() { Countdown = TimeSpan.Zero, Eta = DateTimeOffset.UnixEpoch }, "Countdown and Eta say the same thing; set one of them." },
        { new() { ExpiresAfter = TimeSpan.Zero, ExpiresAt = DateTimeOffset.UnixEpoch }, "ExpiresAfter and ExpiresAt say the same thing; set one of them." },
        { new() { GroupIndex = -1 }, "GroupIndex must be 0 or more, was -1." },
        { new() { Retries = -2 }, "Retries must be 0 or more, was -2." },
        { new() { DeliveryMode = (DeliveryMode)3 }, "DeliveryMode must be Transient or Persistent, was 3." },
        { new() { TimeLimit = TimeSpan.FromSeconds(-1) }, "TimeLimit must not be negative, was -00:00:01." },
        { new() { SoftTimeLimit = TimeSpan.FromSeconds(-1) }, "SoftTimeLimit must not be negative, was -00:00:01." },
        { new() { SoftTimeLimit = TimeSpan.FromSeconds(2), TimeLimit = TimeSpan.FromSeconds(1) }, "SoftTimeLimit must not be greater than TimeLimit, which is 00:00:01, was 00:00:02." },
        { new() { RootId = "" }, "RootId must not be empty; leave it null for the workflow's own." },
        { new() { ParentId = default(TaskId) }, "ParentId must not be empty; leave it null for the task that sends." },
        { new() { GroupId = "" }, "GroupId must not be empty; leave it null for no group." },
        { new() { Queue = "" }, "Queue must not be empty; leave it null for the route's or the default queue." },
        { new() { Serializer = "" }, "Serializer must not be empty; leave it null for the application's." },
        { new() { Compression = "" }, "Compression must not be empty; leave it null for the application's." },
        { new() { Stamps = new Dictionary<string, JsonElement> { [""] = default } }, "Stamps must not have an empty name." },
        { new() { Headers = new Dictionary<string, JsonElement> { [""] = default } }, "Headers must not have an empty name." },
        { new() { TaskId = new TaskId("") }, "TaskId must not be empty; leave it null for a new one." },
        { new() { TaskId = default(TaskId) }, "TaskId must not be empty; leave it null for a new one." },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task Options_that_contradict_are_refused_and_nothing_is_sent(SendOptions options, string message)
    {
        await using var setup = new ClientSetup();

        var error = await Should.ThrowAsync<ArgumentException>(
            () => setup.Client.SendAsync(new Signature<int>("tasks.add", [], options: options), Token));

        error.Message.ShouldStartWith(message);
        await setup.Client.SendAsync(Add(9, 9), Token);
        Text((await setup.ReadAsync()).Body.Args).ShouldBe("[9,9]");
    }

    [Fact]
    public async Task Place_in_a_workflow_that_the_call_gives_goes_before_that_of_the_task_that_sends()
    {
        await using var setup = new ClientSetup();
        TaskContext.Current = new TaskContext("parent", "tasks.outer", new TaskCancellation()) { RootId = "root", Hostname = "celery@test" };

        await setup.Client.SendAsync(
            Add(1, 1).With(new SendOptions { RootId = "own-root", ParentId = "own-parent", GroupId = "group", GroupIndex = 3, Retries = 2, ReplyTo = "elsewhere" }), Token);
        TaskContext.Current = null;

        var message = await setup.ReadAsync();
        (message.Headers.RootId, message.Headers.ParentId).ShouldBe((new TaskId("own-root"), new TaskId("own-parent")));
        (message.Headers.GroupId, message.Headers.GroupIndex, message.Headers.Retries).ShouldBe(("group", 3, 2));
        message.Envelope.ReplyTo.ShouldBe("elsewhere");
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(DeliveryMode.Persistent, true)]
    [InlineData(DeliveryMode.Transient, false)]
    public async Task Delivery_mode_is_the_calls(DeliveryMode? mode, bool persistent)
    {
        await using var setup = new ClientSetup();

        await setup.Client.SendAsync(Add(1, 1).With(new SendOptions { DeliveryMode = mode }), Token);

        (await setup.ReadAsync()).Envelope.Persistent.ShouldBe(persistent);
    }

    [Fact]
    public async Task Route_gives_what_the_call_leaves_open()
    {
        await using var setup = new ClientSetup(routes: new CeleryRoutes().Add("tasks.*", new SendOptions { Queue = "routed", Priority = 4, Shadow = "routed", IgnoreResult = true }));

        await setup.Client.SendAsync(Add(1, 1).With(new SendOptions { Priority = 7 }), Token);

        var message = await setup.ReadAsync("routed");
        (message.Envelope.Priority, message.Headers.Shadow, message.Headers.IgnoreResult).ShouldBe((7, "routed", true));
    }

    [Fact]
    public async Task Route_that_breaks_a_rule_is_an_error_of_the_send()
    {
        await using var setup = new ClientSetup(routes: new CeleryRoutes().Add(_ => new SendOptions { Priority = 300 }));

        (await Should.ThrowAsync<ArgumentException>(() => setup.Client.SendAsync(Add(1, 1), Token))).Message.ShouldStartWith("Priority must be 0 to 255, was 300.");
    }

    [Fact]
    public async Task Hidden_arguments_are_sent_but_not_shown()
    {
        await using var setup = new ClientSetup(hideArguments: true);

        await setup.Client.SendAsync(Add(2, 3), Token);
        await setup.Client.SendAsync(Add(2, 3).With(new SendOptions { ArgsRepr = "(2, …)" }), Token);

        var message = await setup.ReadAsync();
        (message.Headers.ArgsRepr, message.Headers.KwargsRepr, Text(message.Body.Args)).ShouldBe(("(...)", "{...}", "[2,3]"));
        var shown = await setup.ReadAsync();
        (shown.Headers.ArgsRepr, shown.Headers.KwargsRepr).ShouldBe(("(2, …)", "{...}"));
    }

    [Fact]
    public async Task Countdown_and_expiry_are_counted_from_now()
    {
        await using var setup = new ClientSetup();
        setup.Clock.SetUtcNow(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 123, 456, TimeSpan.Zero));

        await setup.Client.SendAsync(Add(1, 1).With(countdown: TimeSpan.FromMinutes(5), expires: TimeSpan.FromHours(1)), Token);

        var envelope = (await setup.TakeAsync()).Envelope.ShouldNotBeNull();
        envelope.Headers["eta"].ShouldBe("2026-03-04T05:11:07.123456+00:00");
        envelope.Headers["expires"].ShouldBe("2026-03-04T06:06:07.123456+00:00");
        envelope.Expiration.ShouldBe("3600000");
    }

    [Fact]
    public async Task Countdown_and_expiry_are_written_in_the_applications_zone_and_stay_what_they_are_over_a_change_of_its_clocks()
    {
        await using var setup = new ClientSetup(zone: "Europe/Rome");
        setup.Clock.SetUtcNow(new DateTimeOffset(2026, 3, 29, 0, 30, 0, TimeSpan.Zero));

        await setup.Client.SendAsync(Add(1, 1).With(countdown: TimeSpan.FromMinutes(20), expires: TimeSpan.FromHours(1)), Token);

        var envelope = (await setup.TakeAsync()).Envelope.ShouldNotBeNull();
        envelope.Headers["eta"].ShouldBe("2026-03-29T01:50:00+01:00");
        envelope.Headers["expires"].ShouldBe("2026-03-29T03:30:00+02:00");
        envelope.Expiration.ShouldBe("3600000");
    }

    [Fact]
    public async Task Countdown_and_expiry_beyond_the_end_of_time_end_there()
    {
        await using var setup = new ClientSetup(zone: "Europe/Rome");

        await setup.Client.SendAsync(Add(1, 1).With(countdown: TimeSpan.MaxValue, expires: TimeSpan.MaxValue), Token);

        var envelope = (await setup.TakeAsync()).Envelope.ShouldNotBeNull();
        (envelope.Headers["eta"], envelope.Headers["expires"], envelope.Expiration).ShouldBe(("9999-12-31T23:59:59.999999+00:00", "9999-12-31T23:59:59.999999+00:00", null));
    }

    [Fact]
    public async Task Broker_is_told_before_which_instant_nobody_wants_the_message()
    {
        await using var setup = new ClientSetup();

        await setup.Client.SendAsync(Add(1, 1).With(countdown: TimeSpan.FromMinutes(5)), Token);
        await setup.Client.SendAsync(Add(1, 1).With(new SendOptions { Eta = setup.Clock.GetUtcNow().AddDays(1) }), Token);
        await setup.Client.SendAsync(Add(1, 1), Token);

        var published = setup.Watched.Published;
        (await published.WaitAsync("the first")).Destination.NotBefore.ShouldBe(setup.Clock.GetUtcNow().AddMinutes(5));
        (await published.WaitAsync("the second")).Destination.NotBefore.ShouldBe(setup.Clock.GetUtcNow().AddDays(1));
        (await published.WaitAsync("the third")).Destination.NotBefore.ShouldBeNull();
    }

    [Fact]
    public async Task Instants_are_sent_as_they_are_given()
    {
        await using var setup = new ClientSetup();
        var now = setup.Clock.GetUtcNow();

        await setup.Client.SendAsync(Add(1, 1).With(new SendOptions { Eta = now.AddMinutes(1), ExpiresAt = now.AddMinutes(2) }), Token);

        var message = await setup.ReadAsync();
        message.Headers.Eta.ShouldBe(now.AddMinutes(1));
        message.Headers.Expires.ShouldBe(now.AddMinutes(2));
        message.Envelope.Expiration.ShouldBe("120000");
    }

    [Fact]
    public async Task Id_of_the_caller_is_kept()
    {
        await using var setup = new ClientSetup();

        var result = await setup.Client.SendAsync(Add(1, 1).With(taskId: "my-own-id"), Token);

        result.Id.Value.ShouldBe("my-own-id");
        var message = await setup.ReadAsync();
        message.Headers.Id.Value.ShouldBe("my-own-id");
        message.Headers.RootId.ShouldBe(new TaskId("my-own-id"));
        message.Headers.ParentId.ShouldBeNull();
        message.Envelope.CorrelationId.ShouldBe("my-own-id");
    }

    [Fact]
    public async Task Call_from_within_a_task_has_its_root_and_becomes_its_child()
    {
        await using var setup = new ClientSetup();
        var context = new TaskContext("parent", "tasks.outer", new TaskCancellation()) { RootId = "root", Hostname = "celery@test" };

        TaskContext.Current = context;
        var first = await setup.Client.SendAsync(Add(1, 1), Token);
        var second = await setup.Client.SendTaskAsync("tasks.echo", cancellationToken: Token);
        await Should.ThrowAsync<PublishException>(
            () => setup.Client.SendAsync(Add(1, 1).With(new SendOptions { Exchange = "nowhere", RoutingKey = "x" }), Token));
        TaskContext.Current = null;
        await setup.Client.SendAsync(Add(2, 2), Token);

        var child = await setup.ReadAsync();
        child.Headers.RootId.ShouldBe(new TaskId("root"));
        child.Headers.ParentId.ShouldBe(new TaskId("parent"));
        (await setup.ReadAsync()).Headers.ParentId.ShouldBe(new TaskId("parent"));
        (await setup.ReadAsync()).Headers.ParentId.ShouldBeNull();
        context.Children.Select(child => child.Id).ShouldBe([first.Id.Value, second.Id.Value]);
    }

    [Theory]
    [InlineData(true, null, 7, 7)]
    [InlineData(true, 2, 7, 2)]
    [InlineData(true, null, null, 4)]
    [InlineData(false, null, 7, 4)]
    public async Task Call_from_within_a_task_takes_over_its_priority_where_that_is_wanted(bool inherits, int? own, int? parents, int sent)
    {
        await using var setup = new ClientSetup(defaultPriority: 4, inheritPriority: inherits);
        var request = Requests.Make(new TaskDefinition("tasks.outer", [], _ => new(TaskValue.Null)), priority: parents, lost: CancellationToken.None);
        TaskContext.Current = new TaskContext("parent", "tasks.outer", request.Cancellation) { RootId = "root", Hostname = "celery@test", Facts = request };

        await setup.Client.SendAsync(Add(1, 1).With(new SendOptions { Priority = own }), Token);
        TaskContext.Current = null;

        (await setup.ReadAsync()).Envelope.Priority.ShouldBe(sent);
    }

    [Fact]
    public async Task Argument_that_cannot_be_written_is_an_error_and_nothing_is_sent()
    {
        await using var setup = new ClientSetup(maxBodySize: 100);

        (await Should.ThrowAsync<CelerySerializationException>(() => setup.Client.SendTaskAsync("tasks.echo", [typeof(int)], cancellationToken: Token)))
            .Message.ShouldContain("tasks.echo");
        (await Should.ThrowAsync<CelerySerializationException>(() => setup.Client.SendTaskAsync("tasks.echo", [new string('x', 100)], cancellationToken: Token)))
            .Message.ShouldContain("MaxBodySize allows 100");
        await setup.Client.SendAsync(Add(9, 9), Token);

        Text((await setup.ReadAsync()).Body.Args).ShouldBe("[9,9]");
    }

    [Fact]
    public async Task Result_of_a_task_sent_before_is_found_by_its_id()
    {
        await using var setup = new ClientSetup();
        await StoreAsync(setup, "earlier", "[1,2]");

        (await setup.Client.GetResult<int[]>("earlier").GetAsync(Token)).ShouldBe([1, 2]);
    }

    private static Signature<int> Add(int x, int y) => new("tasks.add", [TaskValue.Of(x), TaskValue.Of(y)]);

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    private ValueTask StoreAsync(ClientSetup setup, TaskId id, string result)
        => setup.Backend.StoreAsync(new ResultMeta(id, TaskState.Success) { Result = Encoding.UTF8.GetBytes(result) }, default, Token);
}
