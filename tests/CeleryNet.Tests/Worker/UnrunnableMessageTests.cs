using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>Messages that cannot be run are kept, and whoever waits for their result is told.</summary>
public sealed class UnrunnableMessageTests
{
    private const string ReasonHeader = "x-celerynet-reason";

    [Fact]
    public async Task An_unknown_task_fails_as_NotRegistered_and_its_message_is_kept_with_the_names_that_are_known()
    {
        await using var harness = await StartAsync();
        var message = MessageFactory.Task("tests.nope", "[1]");

        var failure = await harness.RunAsync(message);

        failure.State.ShouldBe(TaskState.Failure);
        ShouldBeException(failure, "NotRegistered", "celery.exceptions").Arguments.ShouldHaveSingleItem().GetString().ShouldBe("tests.nope");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.DeadLetter);
        var kept = (await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldHaveSingleItem().Envelope!;
        MessageFactory.TextOf(kept).ShouldBe(MessageFactory.TextOf(message));
        kept.Headers.GetString("id").ShouldBe(message.Headers.GetString("id"));
        kept.Headers.GetString(ReasonHeader).ShouldBe("Task 'tests.nope' is not registered on this worker; registered: tests.one, tests.two.");
    }

    [Theory]
    [InlineData("not json", "The body is not JSON")]
    [InlineData("", "The body is not JSON")]
    [InlineData("[[], {}]", "The body must have exactly three parts [args, kwargs, embed], it has fewer.")]
    [InlineData("[{}, {}, {}]", "The body's args must be a list, was an object.")]
    public async Task A_malformed_body_fails_as_InvalidTaskError_and_its_message_is_kept(string body, string reason)
    {
        await using var harness = await StartAsync();

        var failure = await harness.RunAsync(WithBody(MessageFactory.Task("tests.one"), body));

        failure.State.ShouldBe(TaskState.Failure);
        ShouldBeException(failure, "InvalidTaskError", "celery.exceptions").Message.ShouldContain(reason);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.DeadLetter);
        var kept = (await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldHaveSingleItem().Envelope!;
        MessageFactory.TextOf(kept).ShouldBe(body);
        kept.Headers.GetString(ReasonHeader).ShouldNotBeNull().ShouldContain(reason);
    }

    [Fact]
    public async Task A_body_of_another_content_type_is_kept()
    {
        await using var harness = await StartAsync();
        var message = MessageFactory.Task("tests.one");

        var failure = await harness.RunAsync(new Envelope
        {
            Body = message.Body,
            Headers = message.Headers,
            ContentType = "application/x-python-serialize",
            ContentEncoding = "binary",
        });

        ShouldBeException(failure, "InvalidTaskError", "celery.exceptions").Message.ShouldContain("application/x-python-serialize");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.DeadLetter);
    }

    [Theory]
    [InlineData("task", "no 'task' header")]
    [InlineData("id", "no 'id' header")]
    public async Task A_message_without_a_name_or_an_id_is_kept(string missing, string reason)
    {
        await using var harness = await StartAsync();

        await harness.PublishAsync(MessageFactory.Task("tests.one", headers: headers => headers.Set(missing, null)));

        (await harness.SettledAsync()).ShouldBe(SettlementKind.DeadLetter);
        var kept = (await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldHaveSingleItem().Envelope!;
        kept.Headers.GetString(ReasonHeader).ShouldNotBeNull().ShouldContain(reason);
    }

    [Theory]
    [InlineData("callbacks", """[{"args": []}]""", "A signature must have a member 'task'")]
    [InlineData("errbacks", """["tests.two"]""", "A signature must be a JSON object")]
    [InlineData("chain", "7", "Signatures must be a list of JSON objects")]
    [InlineData("chord", """{"task": "tests.two", "subtask_type": "ring"}""", "The subtask_type of a signature must be")]
    public async Task A_message_whose_successors_cannot_be_read_is_kept_and_not_run(string part, string value, string reason)
    {
        var runs = new TestSignal();
        await using var harness = await WorkerHarness.StartAsync(Counted("tests.one", runs));
        var message = MessageFactory.Task("tests.one", embed: $$"""{"{{part}}": {{value}}}""");

        var failure = await harness.RunAsync(message);

        ShouldBeException(failure, "InvalidTaskError", "celery.exceptions").Message.ShouldContain(reason);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.DeadLetter);
        MessageFactory.TextOf((await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldHaveSingleItem().Envelope)
            .ShouldBe(MessageFactory.TextOf(message));
        runs.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Empty_lists_of_what_follows_are_no_hindrance()
    {
        await using var harness = await StartAsync();

        var result = await harness.RunAsync(MessageFactory.Task("tests.one", embed: """{"callbacks": [], "errbacks": [], "chain": [], "chord": null}"""));

        result.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_worker_that_rejects_what_it_cannot_run_drops_it_and_still_tells_whoever_waits()
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("tests.one", [], _ => new(TaskValue.Of(1)))],
            new WorkerOptions { UnrunnableMessages = UnrunnableMessages.Reject });
        await harness.StartAsync();

        var failure = await harness.RunAsync("tests.nope");

        ShouldBeException(failure, "NotRegistered", "celery.exceptions");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Reject);
        (await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldBeEmpty();
        await harness.StopAsync();
        (await harness.DrainAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_whose_handling_fails_is_kept_and_the_next_one_runs()
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("tests.one", [], _ => new(TaskValue.Of(1))) { AcksLate = true }],
            backend: new FaultyBackend(1, () => new InvalidOperationException("a defect")));
        await harness.StartAsync();

        await harness.CallAsync("tests.one");
        var first = await harness.SettledAsync();
        var second = await harness.RunAsync("tests.one");

        first.ShouldBe(SettlementKind.DeadLetter);
        second.State.ShouldBe(TaskState.Success);
        (await harness.DrainAsync(WorkerHarness.DeadLetters)).ShouldHaveSingleItem().Envelope!
            .Headers.GetString(ReasonHeader).ShouldNotBeNull().ShouldContain("a defect");
    }

    [Fact]
    public async Task Bad_messages_and_tasks_among_good_ones_never_stop_the_worker()
    {
        await using var harness = await WorkerHarness.StartAsync(
            new TaskDefinition("good", [], _ => new(TaskValue.Of("fine"))),
            new TaskDefinition("throws", [], _ => throw new InvalidOperationException("broken")),
            new TaskDefinition("throws.later", [], async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("broken");
            }),
            new TaskDefinition("cancels", [], _ => throw new OperationCanceledException("its own timeout")),
            new TaskDefinition("unwritable", [], _ => new(TaskValue.Of(typeof(string)))));
        string[] bad = ["throws", "throws.later", "cancels", "unwritable", "unknown"];

        var failures = new List<TaskState>();
        foreach (var name in bad)
        {
            failures.Add((await harness.RunAsync(name)).State);
            await harness.PublishAsync(WithBody(MessageFactory.Task(name), "\"\\u0000"));
            await harness.PublishAsync(MessageFactory.Text("nothing"));
            (await harness.RunAsync("good")).State.ShouldBe(TaskState.Success, $"after {name}");
        }

        failures.ShouldAllBe(state => state == TaskState.Failure);
        harness.IsRunning.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_result_that_cannot_be_written_is_an_EncodeError(bool acksLate)
    {
        await using var harness = await WorkerHarness.StartAsync(
            new TaskDefinition("unwritable", [], _ => new(TaskValue.Of(typeof(string)))) { AcksLate = acksLate });

        var failure = await harness.RunAsync("unwritable");

        failure.State.ShouldBe(TaskState.Failure);
        ShouldBeException(failure, "EncodeError", "kombu.exceptions").Message.ShouldStartWith("The SUCCESS of task 'unwritable' cannot be written as JSON");
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
    }

    [Fact]
    public async Task Arguments_that_do_not_fit_are_a_TypeError()
    {
        var definition = new TaskDefinition("one", [], invocation =>
        {
            invocation.BindArguments();
            return new(TaskValue.Of(1));
        });
        await using var harness = await WorkerHarness.StartAsync(definition);

        var failure = await harness.RunAsync(MessageFactory.Task("one", "[1, 2]"));

        ShouldBeException(failure, "TypeError", "builtins").Message.ShouldBe("one() takes 0 positional arguments but 2 were given");
        failure.Traceback.ShouldNotBeNull().ShouldContain(nameof(TaskArgumentException));
    }

    private static ExceptionInfo ShouldBeException(ResultMeta meta, string type, string module)
    {
        var info = ExceptionInfo.Read(meta);
        (info.Type, info.Module).ShouldBe((type, module));
        return info;
    }

    private static Task<WorkerHarness> StartAsync() => WorkerHarness.StartAsync(
        new TaskDefinition("tests.two", [], _ => new(TaskValue.Of(2))),
        new TaskDefinition("tests.one", [], _ => new(TaskValue.Of(1))));

    private static TaskDefinition Counted(string name, TestSignal runs) => new(name, [], _ =>
    {
        runs.Fire();
        return new(TaskValue.Null);
    });

    private static Envelope WithBody(Envelope message, string body) => new()
    {
        Body = Encoding.UTF8.GetBytes(body),
        ContentType = message.ContentType,
        ContentEncoding = message.ContentEncoding,
        Headers = message.Headers,
        CorrelationId = message.CorrelationId,
    };
}
