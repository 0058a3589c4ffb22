using System.Text;
using System.Text.Json;
using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;
using CeleryNet.Transports;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Control;

/// <summary>What a worker answers to commands, as their sender sees it.</summary>
public sealed class ControlNodeTests : IAsyncDisposable
{
    private static readonly ExchangeSpec _replies = new("reply.celery.pidbox") { Durable = false };
    private static readonly QueueSpec _inbox = new("me.reply.celery.pidbox", _replies, "me") { Durable = false, AutoDelete = true };

    private readonly Gate _gate = new();
    private readonly WorkerHarness _harness;
    private IConsumer? _replyConsumer;

    public ControlNodeTests() => _harness = new WorkerHarness(
        [new TaskDefinition("wait", [], _gate.PassAsync)], new WorkerOptions { Concurrency = 1, Hostname = "w1@host" }, control: true);

    [Fact]
    public async Task Revoked_ids_are_confirmed_in_Celerys_words()
    {
        await StartAsync();

        (await AskAsync("revoke", """{"task_id": "a", "terminate": false, "signal": "SIGTERM"}""")).ShouldBe("""{"w1@host":{"ok":"tasks a flagged as revoked"}}""");
        (await AskAsync("revoke", """{"task_id": ["b", "c"]}""")).ShouldBe("""{"w1@host":{"ok":"tasks b, c flagged as revoked"}}""");

        _harness.Revoked.Ids.Select(entry => entry.Item.Value).ShouldBe(["a", "b", "c"]);
    }

    [Theory]
    [InlineData("revoke", """{"task_id": ["ID", "unknown"], "terminate": true, "signal": "SIGKILL"}""")]
    [InlineData("terminate", """{"task_id": ["ID"], "signal": "TERM"}""")]
    public async Task A_running_task_is_terminated_while_all_slots_are_busy(string method, string arguments)
    {
        await StartAsync();
        var id = await _harness.CallAsync("wait");
        await _gate.Entered.WaitAsync();

        var reply = await AskAsync(method, arguments.Replace("ID", id.Value, StringComparison.Ordinal));

        reply.ShouldBe($$$"""{"w1@host":{"ok":"terminate: {{{id}}}"}}""");
        (await _gate.Cancelled.WaitAsync()).ShouldBe(CancellationReason.Revoked);
        (await _harness.ResultAsync(id)).State.ShouldBe(TaskState.Revoked);
    }

    [Fact]
    public async Task To_terminate_what_is_not_here_is_answered_so()
    {
        await StartAsync();

        (await AskAsync("revoke", """{"task_id": "a", "terminate": true}""")).ShouldBe("""{"w1@host":{"ok":"terminate: tasks unknown"}}""");
    }

    [Theory]
    [InlineData("""{"headers": {"batch": ["b1", "b2"], "run": "r"}}""", "headers {'batch': ['b1', 'b2'], 'run': 'r'} flagged as revoked, but not terminated")]
    [InlineData("""{"headers": ["batch=b1", "run=r"]}""", "headers {'batch': 'b1', 'run': 'r'} flagged as revoked, but not terminated")]
    [InlineData("""{"headers": {"batch": "b1"}, "terminate": true}""", "headers {'batch': 'b1'} were not terminated")]
    public async Task Revoked_stamps_are_confirmed_in_Celerys_words(string arguments, string text)
    {
        await StartAsync();

        using var reply = JsonDocument.Parse(await AskAsync("revoke_by_stamped_headers", arguments));

        reply.RootElement.GetProperty("w1@host").GetProperty("ok").GetString().ShouldBe(text);
        _harness.Revoked.Stamps.Select(entry => entry.Item).ShouldContain(new Stamp("batch", "b1"));
    }

    [Fact]
    public async Task Tasks_are_terminated_by_their_stamps()
    {
        await StartAsync();
        var id = await _harness.PublishAsync(MessageFactory.Task("wait", headers: headers =>
        {
            headers.Set("stamped_headers", new object?[] { "batch" });
            headers.Set("stamps", new Dictionary<string, object?> { ["batch"] = new object?[] { "b1" } });
        }));
        await _gate.Entered.WaitAsync();

        using var reply = JsonDocument.Parse(await AskAsync("revoke_by_stamped_headers", """{"headers": {"batch": ["b0", "b1"]}, "terminate": true}"""));

        reply.RootElement.GetProperty("w1@host").GetProperty("ok").GetString().ShouldBe("headers {'batch': {'b1'}} revoked");
        (await _harness.ResultAsync(id)).State.ShouldBe(TaskState.Revoked);
    }

    [Theory]
    [InlineData("nope", "{}", "KeyError('nope')")]
    [InlineData("revoke", "{}", """TypeError("revoke() missing 1 required positional argument: 'task_id'")""")]
    [InlineData("revoke", """{"task_id": 7}""", """TypeError("revoke() takes a text or a list of texts as 'task_id'")""")]
    [InlineData("revoke_by_stamped_headers", """{"headers": ["batch"]}""", """TypeError("'batch' is no 'name=value'.")""")]
    public async Task What_cannot_be_done_is_answered_with_the_error(string method, string arguments, string error)
    {
        await StartAsync();

        using var reply = JsonDocument.Parse(await AskAsync(method, arguments));

        reply.RootElement.GetProperty("w1@host").GetProperty("error").GetString().ShouldBe(error);
        _harness.Revoked.Ids.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_carries_the_ticket_and_a_later_time()
    {
        await StartAsync();
        await SendAsync("""{"method": "revoke", "arguments": {"task_id": "a"}, "ticket": "t1", "reply_to": {"exchange": "reply.celery.pidbox", "routing_key": "me"}}""", clock: 40);

        var reply = await ReplyAsync();

        reply.Headers.GetString("ticket").ShouldBe("t1");
        reply.Headers["clock"].ShouldBeOfType<long>().ShouldBeGreaterThan(40);
        reply.Persistent.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"method": "revoke", "arguments": {"task_id": "a"}, "destination": ["w2@host"]}""")]
    [InlineData("""{"method": "revoke", "arguments": {"task_id": "a"}, "destination": "w2@host"}""")]
    [InlineData("""{"method": "revoke", "arguments": {"task_id": "a"}, "destination": 7}""")]
    [InlineData("""{"method": "revoke", "arguments": {"task_id": "a"}, "destination": null, "pattern": "w2*", "matcher": "glob"}""")]
    [InlineData("""{"method": "revoke", "arguments": {"task_id": "a"}, "pattern": "(", "matcher": "pcre"}""")]
    [InlineData("""{"method": 7, "arguments": {"task_id": "a"}}""")]
    [InlineData("""["revoke"]""")]
    [InlineData("""{"method": "re""")]
    public async Task What_is_for_others_or_cannot_be_read_is_not_obeyed_and_the_next_command_is(string body)
    {
        await StartAsync();

        await SendAsync(body);
        await AskAsync("revoke", """{"task_id": "b"}""");

        _harness.Revoked.Ids.Select(entry => entry.Item.Value).ShouldBe(["b"]);
    }

    [Theory]
    [InlineData("revoke_by_stamped_headers", """{"headers": {"batch": "\ud800"}}""")]
    [InlineData("revoke_by_stamped_headers", """{"headers": {"\ud800": "b"}}""")]
    [InlineData("revoke_by_stamped_headers", """{"headers": ["\ud800=b"]}""")]
    [InlineData("revoke", """{"task_id": "\ud800"}""")]
    [InlineData("revoke", """{"task_id": "", "terminate": 1e999}""")]
    [InlineData("revoke", "{}")]
    public async Task An_odd_argument_does_not_end_remote_control(string method, string arguments)
    {
        await StartAsync();

        await SendAsync($$$"""{"method": "{{{method}}}", "arguments": {{{arguments}}}, "ticket": "t", "reply_to": {"exchange": "reply.other", "routing_key": "other"}}""");

        (await AskAsync("revoke", """{"task_id": "b"}""")).ShouldBe("""{"w1@host":{"ok":"tasks b flagged as revoked"}}""");
    }

    [Fact]
    public async Task A_command_to_which_no_answer_is_wanted_is_not_answered()
    {
        await StartAsync();

        await SendAsync("""{"method": "revoke", "arguments": {"task_id": "a"}, "destination": [], "ticket": null, "reply_to": null, "other": 1}""");
        (await AskAsync("revoke", """{"task_id": "b"}""")).ShouldBe("""{"w1@host":{"ok":"tasks b flagged as revoked"}}""");

        _harness.Revoked.Ids.Select(entry => entry.Item.Value).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task An_unknown_command_is_only_a_word_to_who_debugs()
    {
        await StartAsync();

        await SendAsync("""{"method": "nope", "arguments": {}}""");
        var line = await _harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.ControlCommandUnknown);

        line.Message.ShouldContain("nope");
        line.Level.ShouldBe(Microsoft.Extensions.Logging.LogLevel.Debug);
    }

    [Fact]
    public async Task The_client_revokes_on_all_workers()
    {
        await StartAsync();
        var result = await _harness.Client.SendTaskAsync("wait", cancellationToken: TestContext.Current.CancellationToken);
        await _gate.Entered.WaitAsync();

        await result.RevokeAsync(terminate: true, TestContext.Current.CancellationToken);

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.GetAsync(Bound.Default, TestContext.Current.CancellationToken));
        (error.State, error.ExceptionType).ShouldBe((TaskState.Revoked, "TaskRevokedError"));
        error.Message.ShouldEndWith("terminated");
    }

    [Fact]
    public async Task The_client_revokes_by_stamps_on_some_workers()
    {
        await StartAsync();
        var stamps = new Dictionary<string, IReadOnlyList<string>> { ["batch"] = ["b1", "b2"] };

        await _harness.Client.RevokeByStampsAsync(stamps, new RevokeOptions { Destination = ["w2@host"] }, TestContext.Current.CancellationToken);
        await _harness.Client.RevokeByStampsAsync(stamps, new RevokeOptions { Destination = ["w1@host", "w2@host"] }, TestContext.Current.CancellationToken);
        await _harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.TasksRevoked);

        _harness.Revoked.Stamps.Select(entry => entry.Item).ShouldBe([new Stamp("batch", "b1"), new Stamp("batch", "b2")]);
        _harness.Log.Lines.Count(line => line.EventId.Id == EventIds.TasksRevoked).ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_holds_up_the_end_of_the_worker_can_still_be_terminated()
    {
        await StartAsync();
        var id = await _harness.CallAsync("wait");
        await _gate.Entered.WaitAsync();
        _harness.BeginStop();
        await _harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(25));

        await _harness.Client.RevokeAsync(id, terminate: true, TestContext.Current.CancellationToken);
        await _harness.WhenStoppedAsync();

        (await _harness.StoredAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Revoked);
    }

    [Fact]
    public async Task A_worker_whose_queue_is_refused_runs_its_tasks_and_tries_again()
    {
        var taken = new QueueSpec("taken", new ExchangeSpec("celery.pidbox", ExchangeSpec.Topic), "#");
        await using var consumer = await _harness.Transport.ConsumeAsync(new ConsumerRequest([taken], 1), TestContext.Current.CancellationToken);
        await _harness.StartAsync();

        await _harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.ControlInterrupted);
        _gate.Open();
        (await _harness.RunAsync("wait")).State.ShouldBe(TaskState.Success);
        await _harness.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        _harness.Clock.Advance(TimeSpan.FromSeconds(10));

        var attempts = 0;
        await _harness.Log.WaitForAsync(line => line.EventId.Id == EventIds.ControlInterrupted && ++attempts == 2, "another attempt");
    }

    public async ValueTask DisposeAsync()
    {
        if (_replyConsumer is not null)
        {
            await _replyConsumer.DisposeAsync();
        }

        await _harness.DisposeAsync();
        _gate.Dispose();
    }

    private async Task StartAsync()
    {
        await _harness.StartAsync();
        _replyConsumer = await _harness.Transport.ConsumeAsync(new ConsumerRequest([_inbox], 10) { NoAck = true }, CancellationToken.None);
    }

    private async Task<string> AskAsync(string method, string arguments)
    {
        await SendAsync($$$"""{"method": "{{{method}}}", "arguments": {{{arguments}}}, "destination": null, "pattern": null, "matcher": null, "ticket": "t", "reply_to": {"exchange": "reply.celery.pidbox", "routing_key": "me"}}""");
        return Encoding.UTF8.GetString((await ReplyAsync()).Body.Span);
    }

    private async Task<Envelope> ReplyAsync()
        => (await _replyConsumer!.Deliveries.ReadAsync().WithinBound("a reply")).Envelope.ShouldNotBeNull();

    private async Task SendAsync(string body, long clock = 1)
    {
        var envelope = MessageFactory.Text(body);
        envelope.Headers.Add("clock", clock);
        await _harness.Transport.Publisher.PublishAsync(envelope, _harness.Mailbox.Broadcast, CancellationToken.None);
    }
}
