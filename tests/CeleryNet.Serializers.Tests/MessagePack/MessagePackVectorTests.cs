using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.Vectors;

namespace CeleryNet.Serializers.Tests.MessagePack;

public sealed class MessagePackVectorTests
{
    public static TheoryData<string> Files { get; } = [.. CapturedBodies.In("types-msgpack"), .. CapturedBodies.In("serializers", "msgpack-")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Message_that_Celery_has_sent_says_what_it_says_to_Python(string file)
        => CapturedBodies.ShouldBeRead(new MessagePackCelerySerializer(), file);
}
