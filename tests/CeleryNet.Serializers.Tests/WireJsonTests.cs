using System.Numerics;
using System.Text;
using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests;

public sealed class WireJsonTests
{
    public static TheoryData<object> Values { get; } =
    [
        true,
        0L,
        -5L,
        BigInteger.Parse("123456789012345678901234567890", null),
        2.0,
        1e-7,
        double.NaN,
        double.NegativeInfinity,
        "it's \u65e5\u672c \ud83d\ude00",
        "half \ud800 a pair",
        new byte[] { 0, 255, 1 },
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
        new DateTime(2026, 1, 2, 3, 4, 5).AddTicks(6_789_010),
        new DateOnly(2026, 1, 2),
        new TimeOnly(3, 4, 5),
        TimeSpan.FromDays(-1) + TimeSpan.FromMicroseconds(3),
        12.340m,
        new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        new Complex(1, -0.0),
        new TaggedText("decimal", "1.23456789012345678901234567890123456789"),
        new TaggedText("decimal", "half \ud800 a pair"),
    ];

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Object_comes_back_as_it_was(object value)
        => WireJson.ToObject(WireJson.FromObject(value, new ContentLimits()).Span).ShouldBe(value);

    [Fact]
    public void Null_comes_back() => WireJson.ToObject(WireJson.FromObject(null, new ContentLimits()).Span).ShouldBeNull();

    [Fact]
    public void Lists_and_maps_keep_their_order()
    {
        var value = new OrderedDictionary<string, object?> { ["b"] = new List<object?> { 1L, null }, ["a"] = "x" };

        Encoding.UTF8.GetString(WireJson.FromObject(value, new ContentLimits()).Span).ShouldBe("""{"b":[1,null],"a":"x"}""");
    }

    [Fact]
    public void Keys_become_strings_as_in_Python()
        => Encoding.UTF8.GetString(WireJson.FromObject(new Dictionary<object, object?> { [1] = 1, [true] = 2, [2.5] = 3 }, new ContentLimits()).Span)
            .ShouldBe("""{"1":1,"true":2,"2.5":3}""");

    [Fact]
    public void Map_of_two_such_keys_that_is_no_tag_stays_a_map()
        => WireJson.ToObject("""{"__type__": "unknown", "__value__": [1]}"""u8)
            .ShouldBeOfType<OrderedDictionary<string, object?>>()["__value__"].ShouldBe(new List<object?> { 1L });

    [Theory]
    [InlineData("datetime", "[1]")]
    [InlineData("date", "{}")]
    [InlineData("time", "null")]
    [InlineData("decimal", "1.5")]
    [InlineData("bytes", "[]")]
    [InlineData("base64", "[1, 2, 3]")]
    public void Tag_with_a_value_of_another_kind_is_refused_by_name(string type, string value)
        => Should.Throw<CelerySerializationException>(() => WireJson.ToObject(Encoding.UTF8.GetBytes($$"""{"__type__": "{{type}}", "__value__": {{value}}}""")))
            .Message.ShouldContain($"'{type}'");

    [Theory]
    [InlineData("=")]
    [InlineData("\\ud800")]
    public void Bytes_that_are_no_base64_are_refused(string value)
        => Should.Throw<CelerySerializationException>(() => WireJson.ToObject(Encoding.UTF8.GetBytes($$"""{"__type__": "base64", "__value__": "{{value}}"}""")));

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        object? deep = null;
        for (var i = 0; i < 11; i++)
        {
            deep = new object?[] { deep };
        }

        Should.Throw<MalformedMessageException>(() => WireJson.FromObject(deep, new ContentLimits { MaxDepth = 10 })).Message.ShouldContain("10 levels");
        Should.Throw<MalformedMessageException>(() => WireJson.FromObject(Enumerable.Repeat("0123456789", 1000), new ContentLimits { MaxSize = 5000 }))
            .Message.ShouldContain("5000 bytes");
    }
}
