using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;

namespace CeleryNet.Serializers.Tests.Yaml;

public sealed class YamlRoundTripTests(PythonPeer python) : IClassFixture<PythonPeer>
{
    private static readonly WireFormat _format = new()
    {
        Types = WireTypes.Bytes | WireTypes.SpecialFloats | WireTypes.NaiveDateTimes | WireTypes.AwareDateTimes | WireTypes.Dates,
    };

    [Fact]
    public Task Python_reads_the_values_written_here_and_what_it_writes_is_read_here()
        => new RoundTripCheck(python, new YamlCelerySerializer(), _format).HoldsForAsync(3000);
}
