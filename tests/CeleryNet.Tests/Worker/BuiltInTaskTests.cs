using System.Text;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using static CeleryNet.Tests.Worker.CanvasTasks;

namespace CeleryNet.Tests.Worker;

/// <summary>The tasks every worker has.</summary>
public sealed class BuiltInTaskTests
{
    [Fact]
    public async Task They_are_not_among_the_workers_own()
    {
        await using var harness = await WorkerHarness.StartAsync(All);

        harness.Worker.TaskNames.ShouldBe(["add", "fail", "flaky", "ignore", "list", "mul", "sum", "unwritable"]);
    }

    [Theory]
    [InlineData("celery.map", """{"task": {"task": "sum"}, "it": [[1, 2], [3], []]}""", "[3,3,0]")]
    [InlineData("celery.starmap", """{"task": {"task": "add"}, "it": [[1, 2], [3], [4, 5]]}""", "[3,3,9]")]
    [InlineData("celery.accumulate", "{}", "[1,2]", "[1, 2]")]
    [InlineData("celery.accumulate", """{"index": 0}""", "[5,6]", "[[5, 6], 7]")]
    [InlineData("celery.accumulate", """{"index": -1}""", "7", "[[5, 6], 7]")]
    [InlineData("celery.backend_cleanup", "{}", "null")]
    public async Task They_do_what_Celerys_do(string task, string kwargs, string result, string args = "[]")
    {
        await using var harness = await WorkerHarness.StartAsync(All);

        var meta = await harness.RunAsync(MessageFactory.Task(task, args, kwargs));

        Text(meta).ShouldBe(result);
        meta.State.ShouldBe(TaskState.Success);
    }

    [Theory]
    [InlineData("celery.map", """{"task": {"task": "fail"}, "it": [1]}""", "ValueError", "it failed")]
    [InlineData("celery.map", """{"task": {"task": "nobody.knows"}, "it": [1]}""", "NotRegistered", "nobody.knows")]
    [InlineData("celery.starmap", """{"task": {"task": "add"}, "it": [1]}""", "TypeError", "list of arguments")]
    [InlineData("celery.accumulate", """{"index": 3}""", "IndexError", "out of range")]
    [InlineData("celery.chain", """{"tasks": []}""", "NotImplementedError", "chain is not a real task")]
    [InlineData("celery.map", "{}", "TypeError", "'task'")]
    public async Task They_fail_as_Celerys_do(string task, string kwargs, string type, string text)
    {
        await using var harness = await WorkerHarness.StartAsync(All);

        var failure = ExceptionInfo.Read(await harness.RunAsync(MessageFactory.Task(task, "[]", kwargs)));

        failure.Type.ShouldBe(type);
        failure.Message.ShouldContain(text);
    }

    [Fact]
    public async Task Chunks_are_a_group_of_starmaps()
    {
        await using var harness = await WorkerHarness.StartAsync(All);

        var result = await harness.RunAsync(MessageFactory.Task("celery.chunks", "[]", """{"task": {"task": "add"}, "it": [[1, 1], [2, 2], [3, 3]], "n": 2}"""));

        var members = ResultNode.Read(result.ReadResult()).Members.ShouldNotBeNull();
        members.Count.ShouldBe(2);
        Text(await harness.ResultAsync(members[0].Id)).ShouldBe("[2,4]");
        Text(await harness.ResultAsync(members[1].Id)).ShouldBe("[6]");
    }

    [Fact]
    public async Task A_group_that_is_called_by_name_sends_its_members()
    {
        await using var harness = await WorkerHarness.StartAsync(All);
        var kwargs = $$"""{"tasks": [{{Step("add", "one", "[1]")}}, {{Step("add", "two", "[2]")}}], "result": [["g", null], []], "group_id": "g", "partial_args": [10]}""";

        await harness.RunAsync(MessageFactory.Task("celery.group", "[]", kwargs));

        var (one, two) = (await harness.ResultAsync("one"), await harness.ResultAsync("two"));
        (Text(one), Text(two), one.GroupId, two.GroupId).ShouldBe(("11", "12", "g", "g"));
    }

    [Fact]
    public async Task A_chord_that_is_called_by_name_comes_to_its_body()
    {
        await using var harness = await WorkerHarness.StartAsync(All);
        var kwargs = $$"""{"kwargs": {}, "header": [{{Step("add", "one", "[1]")}}, {{Step("add", "two", "[2]")}}], "body": {{Step("sum", "body")}}}""";

        await harness.RunAsync(MessageFactory.Task("celery.chord", "[]", kwargs));

        Text(await harness.ResultAsync("body")).ShouldBe("3");
    }

    [Fact]
    public async Task Unlocking_waits_for_the_members_and_calls_the_body_with_their_results()
    {
        await using var harness = await WorkerHarness.StartAsync(All);
        await StoreAsync(harness, "a", "1");
        await harness.PublishAsync(Unlock("""[[["a", null], null], [["b", null], null]]"""));
        await harness.WhenHeldAsync();

        await StoreAsync(harness, "b", "2");
        harness.Clock.Advance(TimeSpan.FromSeconds(1));

        Text(await harness.ResultAsync("body")).ShouldBe("3");
    }

    [Fact]
    public async Task Unlocking_fails_the_body_when_a_member_has_failed()
    {
        await using var harness = await WorkerHarness.StartAsync(All);
        var failed = await harness.RunAsync("fail");

        await harness.PublishAsync(Unlock($"""[[["{failed.TaskId}", null], null]]"""));

        ExceptionInfo.Read(await harness.ResultAsync("body")).Message.ShouldBe($"Dependency {failed.TaskId} raised ValueError('it failed')");
    }

    [Fact]
    public async Task Unlocking_does_not_go_on_for_ever()
    {
        await using var harness = await WorkerHarness.StartAsync(All);
        await harness.PublishAsync(Unlock("""[[["never", null], null]]""", """, "max_retries": 2"""));

        for (var i = 0; i < 2; i++)
        {
            await harness.WhenHeldAsync();
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        ExceptionInfo.Read(await harness.ResultAsync("body")).Message.ShouldBe("Dependency never has not ended after 2 looks at it, 1s apart");
    }

    private static ValueTask StoreAsync(WorkerHarness harness, TaskId id, string json)
        => harness.Backend.StoreAsync(new ResultMeta(id, TaskState.Success) { Result = Encoding.UTF8.GetBytes(json) }, default, CancellationToken.None);

    private static Envelope Unlock(string members, string more = "")
        => MessageFactory.Task("celery.chord_unlock", $"[\"g\", {Step("sum", "body")}]", $$"""{"interval": null, "result": {{members}}{{more}}}""");

    private static string Text(ResultMeta meta) => Encoding.UTF8.GetString(meta.Result.Span).Replace(" ", "", StringComparison.Ordinal);
}
