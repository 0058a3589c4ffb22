using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;

namespace CeleryNet.Serializers.Tests.MessagePack;

public sealed class MessagePackRoundTripTests(PythonPeer python) : IClassFixture<PythonPeer>
{
    private static readonly WireFormat _format = new()
    {
        Types = WireTypes.Bytes | WireTypes.SpecialFloats,
        MinInteger = long.MinValue,
        MaxInteger = ulong.MaxValue,
    };

    [Fact]
    public Task Python_reads_the_values_written_here_and_what_it_writes_is_read_here()
        => new RoundTripCheck(python, new MessagePackCelerySerializer(), _format).HoldsForAsync(3000);
}
