using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;

namespace CeleryNet.Serializers.Tests.Pickle;

public sealed class PickleReadingTests(PythonPickles python, PythonPeer peer) : IClassFixture<PythonPickles>, IClassFixture<PythonPeer>
{
    // Of 2026-07-02 03:04:05.678901, as Celery 5.2 (pytz) and programs with dateutil send them, in protocols 2 and 4.
    public static TheoryData<string, string> Zones { get; } = new()
    {
        { "gAJjZGF0ZXRpbWUKZGF0ZXRpbWUKcQBjX2NvZGVjcwplbmNvZGUKcQFYDAAAAAfDqgcCAwQFClvDtXECWAYAAABsYXRpbjFxA4ZxBFJxBWNweXR6Cl9VVEMKcQYpUnEHhnEIUnEJLg==", "+00:00" },
        { "gASVPQAAAAAAAACMCGRhdGV0aW1llIwIZGF0ZXRpbWWUk5RDCgfqBwIDBAUKW/WUjARweXR6lIwEX1VUQ5STlClSlIaUUpQu", "+00:00" },
        { "gASVWAAAAAAAAACMCGRhdGV0aW1llIwIZGF0ZXRpbWWUk5RDCgfqBwIDBAUKW/WUjARweXR6lIwCX3CUk5QojAtFdXJvcGUvUm9tZZRNIBxNEA6MBENFU1SUdJRSlIaUUpQu", "+02:00" },
        { "gASVSAAAAAAAAACMCGRhdGV0aW1llIwIZGF0ZXRpbWWUk5RDCgfqBwIDBAUKW/WUjARweXR6lIwCX3CUk5SMCUV0Yy9HTVQrNZSFlFKUhpRSlC4=", "-05:00" },
        { "gASVRwAAAAAAAACMCGRhdGV0aW1llIwIZGF0ZXRpbWWUk5RDCgfqBwIDBAUKW/WUjARweXR6lIwLRml4ZWRPZmZzZXSUk5RLWoWUUpSGlFKULg==", "+01:30" },
        { "gASVSAAAAAAAAACMCGRhdGV0aW1llIwIZGF0ZXRpbWWUk5RDCgfqBwIDBAUKW/WUjA5kYXRldXRpbC50ei50epSMBXR6dXRjlJOUKYGUhpRSlC4=", "+00:00" },
        { "gASVgQAAAAAAAACMCGRhdGV0aW1llIwIZGF0ZXRpbWWUk5RDCgfqBwIDBAUKW/WUjA5kYXRldXRpbC50ei50epSMCHR6b2Zmc2V0lJOUKYGUfZQojAVfbmFtZZSMAViUjAdfb2Zmc2V0lGgAjAl0aW1lZGVsdGGUk5RLAE0YFUsAh5RSlHVihpRSlC4=", "+01:30" },
    };

    [Fact]
    public void What_Python_pickles_in_any_protocol_means_the_same_here()
    {
        python.Values.Count.ShouldBeGreaterThan(150);
        foreach (var pickle in python.Values)
        {
            Should.NotThrow(() => PickleBytes.ShouldBeJson(PickleBytes.Read(pickle.Body), pickle.Expected), pickle.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Zones))]
    public void Time_in_a_zone_of_pytz_or_dateutil_keeps_its_offset(string pickle, string offset)
        => PickleBytes.ShouldBeJson(
            PickleBytes.Read(Convert.FromBase64String(pickle)), $$"""{"__type__":"datetime","__value__":"2026-07-02T03:04:05.678901{{offset}}"}""");

    [Fact]
    public void Time_in_a_zone_whose_offset_is_not_known_is_refused_with_the_zone()
        => PickleBytes.Refusal(Convert.FromBase64String(
            "gASVogAAAAAAAACMCGRhdGV0aW1llIwIZGF0ZXRpbWWUk5RDCgfqBwIDBAUKW/WUjBFjZWxlcnkudXRpbHMudGltZZSMDUxvY2FsVGltZXpvbmWUk5QpUpR9lCiMCVNURE9GRlNFVJRoAIwJdGltZWRlbHRhlJOUSwBLAEsAh5RSlIwJRFNUT0ZGU0VUlGgNjAdEU1RESUZGlGgLSwBLAEsAh5RSlHVihpRSlC4="))
            .ShouldContain("celery.utils.time.LocalTimezone");

    [Theory]
    [InlineData(false, "+02:00")]
    [InlineData(true, "+01:00")]
    public void Time_that_clocks_show_twice_is_the_pass_that_Python_says(bool isSecond, string offset)
    {
        byte[] state = [0x07, 0xea, (byte)(isSecond ? 0x8a : 0x0a), 25, 2, 30, 0, 0, 0, 0];

        var json = PickleBytes.Read(PickleBytes.Of("cdatetime\ndatetime\nC\x0a", state, "czoneinfo\nZoneInfo\nX\x0b\0\0\0Europe/Rome\x85R\x86R."));

        PickleBytes.ShouldBeJson(json, $$"""{"__type__":"datetime","__value__":"2026-10-25T02:30:00{{offset}}"}""");
    }

    [Theory]
    [InlineData("(I2026\nI1\nI2\nI3\nI4\nI5\nI6\nt", "2026-01-02T03:04:05.000006")]
    [InlineData("(I2026\nI1\nI2\nt", "2026-01-02T00:00:00")]
    public void Datetime_called_with_its_fields_is_read(string arguments, string expected)
        => PickleBytes.ShouldBeJson(PickleBytes.Read(PickleBytes.Of("cdatetime\ndatetime\n", arguments, "R.")), $$"""{"__type__":"datetime","__value__":"{{expected}}"}""");

    [Theory]
    [InlineData("cbuiltins\nset\n((ltR.", "[]")]
    [InlineData("(lp0\nI1\na0g0\n.", "[1]")]
    [InlineData("(I1\nI2\n1I3\n.", "3")]
    [InlineData("I1\n2\x86.", "[1,1]")]
    [InlineData("(ccollections\nOrderedDict\n(l(lVa\naI1\naaoN0.", """{"a":1}""")]
    [InlineData("(S'12.5'\nidecimal\nDecimal\n.", """{"__type__":"decimal","__value__":"12.5"}""")]
    [InlineData("(dVk\nI1\nsVk\nI2\ns.", """{"k":2}""")]
    [InlineData("(Vk\nI1\nd.", """{"k":1}""")]
    [InlineData("Fnan\n.", """{"__type__":"float","__value__":"nan"}""")]
    [InlineData("U\x03" + "abc.", "\"abc\"")]
    [InlineData("V\\u0041\\U0001F600\xe9\n.", "\"A\\ud83d\\ude00\\u00e9\"")]
    [InlineData("S\"a\\x41\\n'\"\n.", "\"aA\\n'\"")]
    [InlineData("L123L\n.", "123")]
    [InlineData("I01\n.", "true")]
    public async Task Instruction_of_an_old_protocol_is_understood_as_Python_does(string pickle, string expected)
    {
        var body = PickleBytes.Of(pickle);
        PickleBytes.ShouldBeJson(PickleBytes.Read(body), expected);

        var reply = (await peer.RoundTripAsync(new PickleCelerySerializer(), [body])).ShouldHaveSingleItem();
        reply.Error.ShouldBeNull();
        PickleBytes.ShouldBeJson(PickleBytes.Read(reply.Body), expected);
    }

    [Fact]
    public void Writes_protocol_4_as_Celery_does()
        => new PickleCelerySerializer().Encode("""[["a", 1], {}, null]"""u8.ToArray()).ToArray().ShouldBe(PickleBytes.Of("\x80\x04](](\x8c\x01", "aK\x01", "e}Ne."));

    [Fact]
    public void Key_that_is_there_as_a_string_and_as_a_number_is_refused()
        => PickleBytes.Refusal(PickleBytes.Of("}(I1\nI2\nV1\nI3\nu.")).ShouldContain("has the key 1 both as a string and as another type");

    [Fact]
    public void Key_that_JSON_has_no_word_for_is_refused_with_its_type()
        => PickleBytes.Refusal(PickleBytes.Of("}(I1\n\x85I2\nu.")).ShouldContain("key of type tuple");

    [Fact]
    public void Depth_and_size_are_those_of_the_limits()
    {
        var three = PickleBytes.Of("]]]aa.");
        PickleBytes.Read(three, new ContentLimits { MaxDepth = 3 }).ShouldBe("[[[]]]");
        PickleBytes.Refusal(three, new ContentLimits { MaxDepth = 2 }).ShouldContain("2 levels");

        var text = PickleBytes.Of("\x8c\x0a", "0123456789.");
        PickleBytes.Read(text, new ContentLimits { MaxSize = 12 }).ShouldBe("\"0123456789\"");
        PickleBytes.Refusal(text, new ContentLimits { MaxSize = 11 }).ShouldContain("11 bytes");
    }
}
