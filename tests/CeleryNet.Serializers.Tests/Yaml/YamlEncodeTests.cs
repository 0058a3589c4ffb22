using System.Numerics;
using System.Text;
using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests.Yaml;

public sealed class YamlEncodeTests
{
    private readonly YamlCelerySerializer _serializer = new();

    public static TheoryData<object?, string> Values { get; } = new()
    {
        { null, "null" },
        { true, "true" },
        { -5L, "-5" },
        { BigInteger.Pow(10, 30), "1000000000000000000000000000000" },
        { 2.0, "2.0" },
        { -0.0, "-0.0" },
        { 1e16, "10000000000000000.0" },
        { 1e17, "1.0e+17" },
        { 1.5e-7, "1.5e-07" },
        { double.NaN, ".nan" },
        { double.PositiveInfinity, ".inf" },
        { double.NegativeInfinity, "-.inf" },
        { "yes", "\"yes\"" },
        { "", "\"\"" },
        { "012", "\"012\"" },
        { "a\nb \u2028\"\\", "\"a\\nb \\L\\\"\\\\\"" },
        { new byte[] { 0, 255 }, "!!binary \"AP8=\"" },
        { new DateOnly(2026, 1, 2), "2026-01-02" },
        { new DateTime(2026, 1, 2, 3, 4, 5), "!!timestamp \"2026-01-02 03:04:05\"" },
        { new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-2)).AddMicroseconds(678901), "!!timestamp \"2026-01-02 03:04:05.678901-02:00\"" },
        { new TimeOnly(3, 4, 5, 678, 901), "\"03:04:05.678901\"" },
        { 12.340m, "\"12.340\"" },
        { new Guid("12345678-1234-5678-9234-567812345678"), "\"12345678-1234-5678-9234-567812345678\"" },
        { new TaggedText("datetime", "2026-01-02T03:04:05+01:02:03"), "\"2026-01-02T03:04:05+01:02:03\"" },
    };

    public static TheoryData<object, string> Impossible { get; } = new()
    {
        { TimeSpan.FromSeconds(90), "TimeSpan (00:01:30)" },
        { new Complex(1, 2), "Complex" },
        { "half \ud800", "index 5" },
        { "\udc00 half", "index 0" },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Value_is_written_so_that_YAML_1_1_has_no_second_reading(object? value, string yaml) => Encode(new List<object?> { value }).ShouldBe($"[{yaml}]\n");

    [Fact]
    public void Lists_and_maps_are_one_line_and_keep_their_order()
        => Encode(new OrderedDictionary<string, object?> { ["on"] = new List<object?> { 1L, new OrderedDictionary<string, object?>() }, ["a"] = new List<object?>() })
            .ShouldBe("{\"on\": [1, {}], \"a\": []}\n");

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public void Value_that_cannot_be_said_is_refused_and_named(object value, string named)
        => Should.Throw<CelerySerializationException>(() => Encode(new List<object?> { value })).Message.ShouldContain(named);

    private string Encode(object? value) => Encoding.UTF8.GetString(_serializer.Encode(WireJson.FromObject(value, new ContentLimits())).Span);
}
