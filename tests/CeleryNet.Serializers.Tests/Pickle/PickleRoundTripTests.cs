using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;

namespace CeleryNet.Serializers.Tests.Pickle;

public sealed class PickleRoundTripTests(PythonPeer python) : IClassFixture<PythonPeer>
{
    private readonly RoundTripCheck _check = new(python, new PickleCelerySerializer(), new WireFormat());

    [Fact]
    public Task Python_reads_the_values_written_here_and_what_it_writes_is_read_here() => _check.HoldsForAsync(3000);

    public static TheoryData<object> Borders { get; } =
    [
        255L,
        256L,
        65_535L,
        65_536L,
        int.MinValue,
        (long)int.MinValue - 1,
        System.Numerics.BigInteger.Pow(2, 8 * 255 - 1) - 1,
        System.Numerics.BigInteger.Pow(2, 8 * 255 - 1),
        new string('x', 255),
        new string('x', 256),
        new string('\u20ac', 86),
        new byte[255],
        new byte[256],
        "\ud800 and \udc00",
        DateTime.MaxValue.AddTicks(-9),
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-14)),
        TimeSpan.FromMicroseconds(-1),
        TimeSpan.FromDays(10_675_198),
        new TaggedText("datetime", "2026-01-02T03:04:05.678901+00:49:56"),
        new TaggedText("datetime", "0001-01-01T00:00:00-23:59"),
        new TaggedText("time", "03:04:05+02:00"),
        new List<object?>(Enumerable.Range(0, 3000).Select(i => (object?)(long)i)),
    ];

    // Which .NET's decimal cannot hold.
    [Theory]
    [InlineData("1.23456789012345678901234567890123456789")]
    [InlineData("-1.5E+400")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("-0.00")]
    public async Task Decimal_of_any_size_comes_back(string text)
    {
        var serializer = new PickleCelerySerializer();
        var body = serializer.Encode(WireJson.FromObject(new TaggedText("decimal", text), new ContentLimits()));

        var reply = (await python.RoundTripAsync(serializer, [body])).ShouldHaveSingleItem();

        reply.Description.ShouldNotBeNull(reply.Error).ShouldStartWith("decimal ");
        PickleBytes.ShouldBeJson(PickleBytes.Read(reply.Body), $$"""{"__type__":"decimal","__value__":"{{text}}"}""");
    }

    [Theory]
    [MemberData(nameof(Borders), DisableDiscoveryEnumeration = true)]
    public Task Value_at_a_border_comes_back(object value) => _check.HoldsForValueAsync(value is int number ? (long)number : value);
}
