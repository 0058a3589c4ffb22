using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;

namespace CeleryNet.Serializers.Tests.Yaml;

public sealed class YamlDecodeTests
{
    private readonly YamlCelerySerializer _serializer = new();

    [Theory]
    [InlineData("{1: a, 2.5: b, true: c, ~: d, 2026-01-02: e, '1': f}", """{"1": "f", "2.5": "b", "2026-01-02T00:00:00": "e", "null": "d", "true": "c"}""")]
    [InlineData("!!omap [a: 1, 2: b]", """[["a", int 1], [int 2, "b"]]""")]
    [InlineData("!!pairs [a: 1, a: [x]]", """[["a", int 1], ["a", ["x"]]]""")]
    [InlineData("!!set {b, a, b, 1, '1'}", """["b", "a", int 1, "1"]""")]
    [InlineData("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a}", """{"a": {"x": int 1, "y": int 2}, "b": {"x": int 1, "y": int 3}}""")]
    [InlineData("a: &a [1]\nb: [*a, *a]", """{"a": [int 1], "b": [[int 1], [int 1]]}""")]
    [InlineData("", "None")]
    [InlineData("2026-01-02 03:04:05 +23:59", "datetime 2026-01-02T03:04:05+23:59")]
    [InlineData("0001-01-01 00:00:00.5 +02:00", "datetime 0001-01-01T00:00:00.500000+02:00")]
    public void Value_that_JSON_says_in_another_way_is_read(string yaml, string expected) => Read(yaml).ShouldBe(expected);

    [Theory]
    [InlineData("a *b: 1", """{"a *b": int 1}""")]
    [InlineData("SELECT *: 1\nb: 2", """{"SELECT *": int 1, "b": int 2}""")]
    [InlineData("a *b: \"\\uE000\\ue001 *c\"", "{\"a *b\": \"\\ue000\\ue001 *c\"}")]
    [InlineData("a *b: '\ue000'", "{\"a *b\": \"\\ue000\"}")]
    [InlineData("- ['x']\n- :a", """[["x"], ":a"]""")]
    [InlineData("a:: 1", """{"a:": int 1}""")]
    [InlineData("- ['x']\n-\n- :a", """[["x"], None, ":a"]""")]
    public void Plain_scalar_that_the_scanner_mistakes_is_what_it_is_to_Python(string yaml, string expected) => Read(yaml).ShouldBe(expected);

    [Theory]
    [InlineData("!!python/object/apply:os.system [ls]", "'tag:yaml.org,2002:python/object/apply:os.system'")]
    [InlineData("a: !local x", "'!local'")]
    [InlineData("[<<]", "'tag:yaml.org,2002:merge'")]
    [InlineData("!!str [a]", "on a node of another kind")]
    [InlineData("!!int x", "'x'")]
    [InlineData("&a [*a]", "within what it stands for")]
    [InlineData("a: &a\n  b: {<<: *a}", "within what it stands for")]
    [InlineData("*a", "no such anchor")]
    [InlineData("[&a 1, &a 2]", "second time")]
    [InlineData("--- a\n--- b", "second document")]
    [InlineData("...\na", "no YAML")]
    [InlineData("!!a[b c", "no YAML")]
    [InlineData("[a", "no YAML")]
    [InlineData("{[a]: 1}", "A map has a key of type")]
    [InlineData("!!set {[a]}", "A map has a key of type")]
    [InlineData("!!omap [a]", "maps of one key")]
    [InlineData("!!omap [{}]", "maps of one key")]
    [InlineData("{<<: 1}", "no map and no list of maps")]
    [InlineData("\"a\0b\"", "U+0000")]
    [InlineData("a: \uffff", "U+FFFF")]
    [InlineData("a - *b: 1", "in quotes")]
    public void What_safe_load_would_not_read_is_refused_with_the_reason(string yaml, string reason)
        => Should.Throw<MalformedMessageException>(() => Read(yaml)).Message.ShouldContain(reason);

    [Fact]
    public void Billion_laughs_stop_at_the_size_they_take_as_JSON()
    {
        var yaml = new StringBuilder("a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var c = 'b'; c <= 'k'; c++)
        {
            yaml.Append(c).Append(": &").Append(c).Append(" [").AppendJoin(", ", Enumerable.Repeat($"*{(char)(c - 1)}", 10)).Append("]\n");
        }

        var error = Should.Throw<MalformedMessageException>(() => Read(yaml.ToString(), new ContentLimits { MaxSize = 1_000_000 }));

        error.Message.ShouldContain("1000000 bytes");
    }

    [Fact]
    public void Map_that_is_merged_over_and_over_stops_too()
    {
        var yaml = $"a: &a {{{string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"k{i}: 1"))}}}\nb: {{<<: [{string.Join(", ", Enumerable.Repeat("*a", 1000))}]}}";

        Should.Throw<MalformedMessageException>(() => Read(yaml, new ContentLimits { MaxSize = 1_000_000 })).Message.ShouldContain("1000000 bytes");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("!!pairs [a: ")]
    public void Depth_is_bounded_and_said(string opening)
        => Should.Throw<MalformedMessageException>(() => Read(string.Concat(Enumerable.Repeat(opening, 100_000)))).Message.ShouldContain("64 levels");

    [Fact]
    public void Depth_that_comes_of_aliases_is_bounded()
    {
        var half = new string('[', 40) + new string(']', 40);
        var outer = new string('[', 40) + "*a" + new string(']', 40);

        Should.Throw<MalformedMessageException>(() => Read($"[&a {half}, {outer}]")).Message.ShouldContain("64 levels");
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("0x", "f")]
    [InlineData("0b", "1")]
    [InlineData("0", "7")]
    [InlineData("1", ":1")]
    public void Integers_of_more_digits_than_Python_reads_are_refused_and_not_shown_in_full(string start, string digit)
        => Should.Throw<MalformedMessageException>(() => Read(start + string.Concat(Enumerable.Repeat(digit, 1_000_000)))).Message.Length.ShouldBeLessThan(300);

    [Theory]
    [InlineData("iso-8859-1", "YTog6Q==", """{"a": "\u00e9"}""")]
    [InlineData("utf-16", "//5hADoAIADpAA==", """{"a": "\u00e9"}""")]
    [InlineData("UTF8", "YTogw6k=", """{"a": "\u00e9"}""")]
    [InlineData(null, "77u/YTogw6k=", """{"a": "\u00e9"}""")]
    public void Text_is_read_in_the_encoding_of_the_message(string? encoding, string body, string expected)
        => Describe(_serializer.Decode(Convert.FromBase64String(body), encoding, new ContentLimits())).ShouldBe(expected);

    [Theory]
    [InlineData("utf-8")]
    [InlineData("klingon")]
    public void Text_that_is_not_in_its_encoding_is_refused(string encoding)
        => Should.Throw<MalformedMessageException>(() => _serializer.Decode(new byte[] { 0x61, 0xff }, encoding, new ContentLimits())).Message.ShouldContain(encoding);

    [Fact]
    public void Documents_with_random_faults_are_read_or_refused()
    {
        const string Document = "- - &id001\n    a: [1, 2.5e+3, {\"k\": 'v'}]\n    ? |-\n      long\n    : !!binary |\n      AAEC\n  - *id001\n- {<<: *id001, b: 2026-01-02 03:04:05}\n- callbacks: null # x\n";
        const string Faults = "ab \n-:?,[]{}#&*!|>'\"%\\\t<~=.\r\u0085";
        var random = new Random(1);
        var refused = 0;

        for (var i = 0; i < 5_000; i++)
        {
            var text = new StringBuilder(Document);
            for (var fault = 0; fault <= i % 5; fault++)
            {
                var at = random.Next(text.Length);
                _ = random.Next(3) switch
                {
                    0 => text.Remove(at, 1),
                    1 => text.Insert(at, Faults[random.Next(Faults.Length)]),
                    _ => text.Replace(text[at], Faults[random.Next(Faults.Length)], at, 1),
                };
            }

            try
            {
                Read(text.ToString());
            }
            catch (MalformedMessageException)
            {
                refused++;
            }
        }

        refused.ShouldBeInRange(500, 4_999);
    }

    private string Read(string yaml, ContentLimits? limits = null) => Describe(_serializer.Decode(Encoding.UTF8.GetBytes(yaml), "utf-8", limits ?? new ContentLimits()));

    private static string Describe(ReadOnlyMemory<byte> json) => Description.Of(WireJson.ToObject(json.Span));
}
