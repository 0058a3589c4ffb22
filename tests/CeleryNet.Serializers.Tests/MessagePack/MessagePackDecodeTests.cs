using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;

namespace CeleryNet.Serializers.Tests.MessagePack;

public sealed class MessagePackDecodeTests
{
    private readonly MessagePackCelerySerializer _serializer = new();

    [Theory]
    [InlineData("c0", "None")]
    [InlineData("c2", "False")]
    [InlineData("c3", "True")]
    [InlineData("7f", "int 127")]
    [InlineData("e0", "int -32")]
    [InlineData("ccff", "int 255")]
    [InlineData("cdffff", "int 65535")]
    [InlineData("ceffffffff", "int 4294967295")]
    [InlineData("cfffffffffffffffff", "int 18446744073709551615")]
    [InlineData("d080", "int -128")]
    [InlineData("d18000", "int -32768")]
    [InlineData("d280000000", "int -2147483648")]
    [InlineData("d38000000000000000", "int -9223372036854775808")]
    [InlineData("ca3fc00000", "float 3ff8000000000000")]
    [InlineData("cb3ff8000000000000", "float 3ff8000000000000")]
    [InlineData("cb7ff8000000000000", "float nan")]
    [InlineData("cb7ff0000000000000", "float 7ff0000000000000")]
    [InlineData("a2c3a9", "\"\\u00e9\"")]
    [InlineData("d90161", "\"a\"")]
    [InlineData("da000161", "\"a\"")]
    [InlineData("db0000000161", "\"a\"")]
    [InlineData("c401ff", "bytes ff")]
    [InlineData("c50001ff", "bytes ff")]
    [InlineData("c600000001ff", "bytes ff")]
    [InlineData("9101", "[int 1]")]
    [InlineData("dc000101", "[int 1]")]
    [InlineData("dd0000000101", "[int 1]")]
    [InlineData("81a16101", "{\"a\": int 1}")]
    [InlineData("de0001a16101", "{\"a\": int 1}")]
    [InlineData("df00000001a16101", "{\"a\": int 1}")]
    [InlineData("8501a161c0a162c3a163cb4004000000000000a164cfffffffffffffffffa165", "{\"1\": \"a\", \"18446744073709551615\": \"e\", \"2.5\": \"d\", \"null\": \"b\", \"true\": \"c\"}")]
    [InlineData("82a16101a16102", "{\"a\": int 2}")]
    [InlineData("d6ff65920080", "datetime 2024-01-01T00:00:00+00:00")]
    [InlineData("d7ff77359400659200ff", "datetime 2024-01-01T00:02:07.500000+00:00")]
    [InlineData("c70cff000003e8ffffffffffffffff", "datetime 1969-12-31T23:59:59.000001+00:00")]
    public void Value_is_read_whatever_its_form(string hex, string expected) => Description.Of(Decode(hex)).ShouldBe(expected);

    [Theory]
    [InlineData("", "ends within a value")]
    [InlineData("0101", "1 bytes more")]
    [InlineData("92", "ends within a value")]
    [InlineData("c1", "0xc1")]
    [InlineData("a2c328", "no MessagePack")]
    [InlineData("a3eda080", "no MessagePack")]
    [InlineData("d40501", "extension of type 5")]
    [InlineData("c70cff00000000ffffff0000000000", "no MessagePack")]
    [InlineData("8190c0", "A map has a key of type")]
    [InlineData("81c40161c0", "A map has a key of type System.Byte[]")]
    public void What_is_no_MessagePack_of_a_message_is_refused(string hex, string reason)
        => Should.Throw<MalformedMessageException>(() => Decode(hex)).Message.ShouldContain(reason);

    [Theory]
    [InlineData("dd")]
    [InlineData("df")]
    [InlineData("db")]
    [InlineData("c6")]
    [InlineData("c9")]
    public void Length_of_four_billion_costs_nothing(string code)
    {
        var body = Convert.FromHexString(code + "ffffffff" + "05c0c0c0c0");
        Should.Throw<MalformedMessageException>(() => Decode(body));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Should.Throw<MalformedMessageException>(() => Decode(body));

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000);
    }

    [Fact]
    public void Every_cut_of_a_body_is_refused()
    {
        var body = _serializer.Encode("""[[1, 2.5, "text", {"k": [null, true]}], {"x": {"__type__": "base64", "__value__": "AAEC"}}, 70000]"""u8.ToArray());

        for (var length = 0; length < body.Length; length++)
        {
            var cut = body[..length];
            Should.Throw<MalformedMessageException>(() => _serializer.Decode(cut, "binary", new ContentLimits()));
        }
    }

    [Fact]
    public void Bodies_with_random_faults_are_read_or_refused()
    {
        var random = new Random(1);
        var body = _serializer.Encode("""[[1, 2.5, "text", {"k": [null, true]}], {"x": {"__type__": "base64", "__value__": "AAEC"}}, 70000]"""u8.ToArray()).ToArray();
        var refused = 0;

        for (var i = 0; i < 20_000; i++)
        {
            var faulty = (byte[])body.Clone();
            for (var fault = 0; fault <= i % 4; fault++)
            {
                faulty[random.Next(faulty.Length)] = (byte)random.Next(256);
            }

            try
            {
                Decode(faulty);
            }
            catch (MalformedMessageException)
            {
                refused++;
            }
        }

        refused.ShouldBeInRange(1000, 19_999);
    }

    [Fact]
    public void Depth_is_bounded_and_said()
    {
        var body = Enumerable.Repeat((byte)0x91, 1_000_000).Append((byte)0xc0).ToArray();

        Should.Throw<MalformedMessageException>(() => Decode(body)).Message.ShouldContain("64 levels");
        Decode(body[^65..]).ShouldNotBeNull();
        Should.Throw<MalformedMessageException>(() => Decode(body[^66..]));
    }

    [Fact]
    public void Number_of_values_is_bounded_by_the_size_they_take_as_JSON()
    {
        byte[] body = [0xdd, 0, 0, 0x10, 0, .. new byte[4096]];

        Should.Throw<MalformedMessageException>(() => _serializer.Decode(body, null, new ContentLimits { MaxSize = 5000 })).Message.ShouldContain("5000 bytes");
        _serializer.Decode(body, null, new ContentLimits { MaxSize = 9000 }).Length.ShouldBe(8193);
    }

    [Fact]
    public void Read_as_JSON_it_is_tagged_where_JSON_has_no_word()
        => Encoding.UTF8.GetString(_serializer.Decode(Convert.FromHexString("93c40161cb7ff8000000000000a161"), "binary", new ContentLimits()).Span)
            .ShouldBe("""[{"__type__":"base64","__value__":"YQ=="},{"__type__":"float","__value__":"nan"},"a"]""");

    private object? Decode(string hex) => Decode(Convert.FromHexString(hex));

    private object? Decode(byte[] body) => WireJson.ToObject(_serializer.Decode(body, "binary", new ContentLimits()).Span);
}
