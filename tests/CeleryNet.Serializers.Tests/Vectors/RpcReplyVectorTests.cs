using CeleryNet.Results.Rpc;

namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class RpcReplyVectorTests
{
    private static readonly ExpectedResult _started = new("STARTED", "");

    [Theory]
    [VectorData(VectorKind.RpcReplies)]
    public void Replies_tell_the_states_of_the_task_in_order(string file)
    {
        var vector = VectorFiles.Read(file);
        var asked = vector.GetProperty("task_id").GetString()!;
        var messages = vector.GetProperty("replies").EnumerateArray().Select(CapturedMessage.OfAmqp).ToArray();
        var replies = messages.Select(message => RpcReplyReader.Read(message.Envelope, VectorReaders.Results)).ToArray();
        ExpectedResult[] expected = Expected(VectorFiles.NameOf(file));

        foreach (var message in messages)
        {
            message.Exchange.ShouldBe("");
            message.RoutingKey.ShouldBe(vector.GetProperty("reply_queue").GetString());
            message.Envelope.Priority.ShouldBe(0);
            message.Envelope.Persistent.ShouldBeFalse();
            message.Envelope.Headers.Items.ShouldBeEmpty();
        }

        replies.Select(reply => reply.Error).ShouldAllBe(error => error == null);
        replies.Select(reply => reply.TaskId.Value).ShouldBe(messages.Select(message => message.Envelope.CorrelationId));
        replies.Select(reply => reply.Meta!.State.Name).ShouldBe(expected.Select(result => result.State));
        replies.Select(reply => reply.IsFinal).ShouldBe(expected.Select(result => result.State is "SUCCESS" or "FAILURE"));
        replies[^1].TaskId.Value.ShouldBe(asked);
        foreach (var (reply, result) in replies.Zip(expected))
        {
            StoredResultVectorTests.ShouldHaveResult(reply.Meta!, result);
            (reply.Meta!.Traceback is not null).ShouldBe(result.Traceback is not null);
            StoredResultVectorTests.ChildrenOf(reply.Meta).Length.ShouldBe(result.Children);
            // 5.2 sends no more than it must.
            reply.Meta.DateDone.HasValue.ShouldBe(!VectorFiles.IsOld(file) && reply.Meta.State.IsReady);
        }

        if (VectorFiles.NameOf(file) == "chain")
        {
            StoredResultVectorTests.ChildrenOf(replies[1].Meta!).ShouldBe([asked]);
            replies[^1].Meta!.ParentId.ShouldBe(VectorFiles.IsOld(file) ? default(TaskId?) : replies[0].TaskId);
        }
    }

    private static ExpectedResult[] Expected(string name) => name switch
    {
        "success" => [_started, new("SUCCESS", "tasks.add") { Result = "3" }],
        "structure" => [_started, new("SUCCESS", "tasks.echo") { Result = """[[1, "é"], {"k": null}]""" }],
        "failure" => [_started, ExpectedResult.For("failure", isOld: false)],
        "progress" => [_started, ExpectedResult.For("custom-progress", isOld: false), new("SUCCESS", "tasks.progress") { Result = "\"done\"" }],
        "retry" => [_started, ExpectedResult.For("retry", isOld: false), _started, ExpectedResult.For("success-after-retry", isOld: false)],
        "chain" => [_started, new("SUCCESS", "tasks.add") { Result = "3", Children = 1 }, _started, new("SUCCESS", "tasks.mul") { Result = "9" }],
        _ => throw new ArgumentException($"Nothing is known of the replies '{name}'."),
    };
}
