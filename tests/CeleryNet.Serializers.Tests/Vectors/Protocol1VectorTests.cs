namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class Protocol1VectorTests
{
    [Theory]
    [VectorData(VectorKind.Protocol1Message)]
    public void Message_of_protocol_1_says_what_was_called(string file)
    {
        var name = VectorFiles.NameOf(file);

        // The rest of a chain hangs from the link of each step.
        var expected = name == "chain3"
            ? new ExpectedCall
            {
                Args = ["[1, 2]"],
                Callbacks = $"[{ExpectedCall.Signature("tasks.mul", "[3]", link: $"[{ExpectedCall.Signature("tasks.mul", "[4]")}]")}]",
            }
            : ExpectedCall.Cases[name];
        var captured = CapturedMessage.ReadAll(file);
        var messages = captured.Select(message => VectorReaders.Tasks.Read(message.Envelope)).ToArray();

        foreach (var (message, capture) in messages.Zip(captured))
        {
            capture.Envelope.Headers.Items.ShouldBeEmpty();
            TaskMessageVectorTests.ShouldCarry(message, expected, isRedis: capture.List is not null);
            message.Headers.RootId.ShouldBeNull();
            message.Headers.ParentId.ShouldBeNull();
            message.Headers.IgnoreResult.ShouldBeNull();
            message.Headers.DisplayName.ShouldBe(expected.Task);
        }

        TaskMessageVectorTests.ShouldHaveBodies(messages, expected);
        TaskMessageVectorTests.ShouldBeGrouped(messages, expected, VectorFiles.IsOld(file));
    }
}
