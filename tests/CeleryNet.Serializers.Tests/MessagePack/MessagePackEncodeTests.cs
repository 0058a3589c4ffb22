using System.Numerics;
using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests.MessagePack;

public sealed class MessagePackEncodeTests
{
    private readonly MessagePackCelerySerializer _serializer = new();

    public static TheoryData<object?, string> Values { get; } = new()
    {
        { null, "c0" },
        { true, "c3" },
        { 5L, "05" },
        { -1L, "ff" },
        { 128L, "cc80" },
        { long.MinValue, "d38000000000000000" },
        { new BigInteger(ulong.MaxValue), "cfffffffffffffffff" },
        { 1.0, "cb3ff0000000000000" },
        { double.NaN, "cbfff8000000000000" },
        { double.NegativeInfinity, "cbfff0000000000000" },
        { "\u00e9", "a2c3a9" },
        { new byte[] { 0, 255 }, "c40200ff" },
        { Array.Empty<byte>(), "c400" },
        { new List<object?> { 1L, new List<object?>() }, "920190" },
        { new OrderedDictionary<string, object?> { ["b"] = 1L, ["a"] = null }, "82a16201a161c0" },
    };

    public static TheoryData<object, string> Texts { get; } = new()
    {
        { new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "2026-01-02T03:04:05Z" },
        { new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)).AddMicroseconds(678901), "2026-01-02T03:04:05.678901+02:00" },
        { new DateTime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05" },
        { new DateOnly(2026, 1, 2), "2026-01-02T00:00:00" },
        { new TimeOnly(3, 4, 5, 678, 901), "03:04:05.678901" },
        { 12.340m, "12.340" },
        { new Guid("12345678-1234-5678-9234-567812345678"), "12345678-1234-5678-9234-567812345678" },
        { new TaggedText("decimal", "1E+50"), "1E+50" },
    };

    public static TheoryData<object, string> Impossible { get; } = new()
    {
        { TimeSpan.FromSeconds(90), "TimeSpan (00:01:30)" },
        { new Complex(1, 2), "Complex" },
        { BigInteger.Pow(2, 64), "18446744073709551616" },
        { -BigInteger.Pow(2, 63) - 1, "-9223372036854775809" },
        { BigInteger.Pow(10, 100), "101 digits" },
        { "half \ud800", "index 5" },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Value_is_written_as_Python_writes_it(object? value, string hex) => Encode(value).ShouldBe(hex);

    [Theory]
    [MemberData(nameof(Texts), DisableDiscoveryEnumeration = true)]
    public void Type_that_MessagePack_lacks_is_the_text_of_JSON_before_kombu_5_3(object value, string text) => Encode(value).ShouldBe(Encode(text));

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public void Value_that_cannot_be_said_is_refused_and_named(object value, string named)
        => Should.Throw<CelerySerializationException>(() => Encode(new List<object?> { value })).Message.ShouldContain(named);

    [Fact]
    public void Key_with_half_a_surrogate_pair_does_not_reach_the_wire_broken()
        => Encode(new OrderedDictionary<string, object?> { ["\ud800"] = 1L }).ShouldBe("81a3efbfbd01");

    [Theory]
    [InlineData("[1]")]
    [InlineData("  {\"a\": [1, 2.5, \"x\"]} ")]
    public void Text_of_JSON_is_all_that_counts(string json)
        => Convert.ToHexStringLower(_serializer.Encode(System.Text.Encoding.UTF8.GetBytes(json)).Span)
            .ShouldBe(json.Contains('a', StringComparison.Ordinal) ? "81a1619301cb4004000000000000a178" : "9101");

    private string Encode(object? value) => Convert.ToHexStringLower(_serializer.Encode(WireJson.FromObject(value, new ContentLimits())).Span);
}
