using System.Text;
using System.Text.Json.Nodes;
using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;
using FsCheck;
using FsCheck.Fluent;

namespace CeleryNet.Serializers.Tests.Yaml;

/// <summary>What is read is what Python's <c>yaml.safe_load</c> reads.</summary>
public sealed class PyYamlTests(PythonPeer python) : IClassFixture<PythonPeer>
{
    private static readonly string[] _documents =
    [
        // Booleans, nulls and what only looks like them.
        "[yes, Yes, YES, no, No, on, ON, off, Off, true, True, FALSE, y, n, Y, oN, tRUE]", "[~, null, Null, NULL, nULL, '', \"~\"]", "a:", "- ", "? a", "{a, b: }",
        // Integers.
        "[0, -0, +1, 12, -12, 1_000, 1_, 012, 0_7, 08, 0o14, 0x1F, -0xf_f, 0b1_01, 0b2, 0xg, 1:30, 190:20:30, 1:60, 0:30, -1:30, 1_0:30]",
        "123456789012345678901234567890",
        // Floats.
        "[1.0, 1., .5, -.5, +1.5, 1e3, 1.e3, 1.0e3, 1.0e+3, 1.5E-7, 1_0.0_1, .inf, -.Inf, +.INF, .nan, .NaN, -.nan, 190:20:30.15, -1:30.5, inf, 1.0e+999]",
        // Times.
        "[2026-01-02, 2026-1-2, 2026-01-02 03:04:05, 2026-01-02T03:04:05Z, 2026-1-2t3:04:05.5 +2:30, 2026-01-02 03:04:05.1234567 -05]",
        "[2026-01-02 03:04, 2026-01-02T03:04:05+0200, 0001-01-01 00:00:00 +02:00, 2026-01-02 03:04:05 -23:59, 2001-12-14t21:59:43.10-05:00]",
        "2026-02-30", "2026-01-02 24:00:00", "2026-01-02 03:04:05 +24:00",
        // Tags.
        "[!!str 12, !!int '12', !!float 5, !!float '1e3', !!bool 'yes', !!null x, !!timestamp '2026-01-02', ! 12, ! '12', !<tag:yaml.org,2002:int> 3]",
        "!!int abc", "!!int ''", "!!bool maybe", "!!float x", "!!timestamp x", "!!str [a]", "!!seq {a: 1}", "!!map [a]", "!!int [1]", "!!set [a]",
        "!!binary aGVsbG8=", "!!binary |\n  aGVs\n  bG8=\n", "!!binary 'aGV sbG8='", "!!binary aGVsbG8", "!!binary ''", "!!binary 'aGVsbG8=aGVsbG8='", "!!binary \u00e9",
        "!foo bar", "!!python/object:os.system {}", "!!python/tuple [1]", "%TAG !e! tag:e.org,2000:\n---\n!e!x 1", "a: =", "[<<]", "=: 1", "? =\n: 2", "!!value x",
        "!!pairs [{a: 1, b: 2}]", "!!omap {a: 1}", "!!pairs [a]", "!!seq [1]", "!!map {a: 1}",
        // Maps and their keys.
        "{[a]: b}", "{{a: b}: c}", "{a: 1, a: 2}", "? long\n: v", "{? a : b, c: d}", "a: {b: [1, {c: d}]}",
        "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", "a: &a {x: 1}\nb: &b {x: 2, z: 4}\nc: {<<: [*a, *b], w: 5}", "a: {<<: {x: 1}, <<: {x: 2}}", "{<<: 1}", "{<<: [1]}", "{'<<': 1}",
        // Anchors.
        "[&a x, *a, *a]", "a: &a [1, 2]\nb: *a", "*a", "[&a 1, &a 2]", "- &a\n- *a", "&a {b: *c}",
        // Styles.
        "|\n  a\n  b\n", "|-\n  a\n", "|+\n  a\n\n", ">\n  a\n  b\n\n  c\n", ">-\n  a\n   b\n", "|2\n   a\n", "'it''s'", "\"a\\tb\\x41\\u263a\\U0001F600\\N\\_\\L\\P\\e\\0\"", "\"a\n  b\"",
        "'a\n\n  b'", "a b\n c", "\"\\q\"", "a: b: c", "a: 'b' c", "- a\n b", "[a", "{a: b", "'a", "\"a", "a #b", "a#b", "a: # c\n  b", "# only\n", "---", "--- a", "--- a\n...",
        "--- a\n--- b", "a\n...\nb", "%YAML 1.1\n---\na", "- - - a\n    - b\n  - c\n", "a:\n- b\n- c\n", "-a", "- -1", ":a", "a:b", "?a", "[a:b, c: d]", "{\"a\":1}", "\ufeffa: 1",
        "a\u0085b", "a: \u2028", "`a", "@a", "%a", "a *b: 1", "SELECT *: 2", "- x *y: 1\n  z: 2", "{a *b: 1, c: *d}", "a: b *c", "- [x]\n- :a", "- ['x']\n- :a", "a:: 1", "- a::", "x: a::b",
        "a\tb", "key:\t1", "\"a\tb\"", "a: \"\\ud83d\\ude00\"", "\r\na: 1\r\nb: 2\r\n",
    ];

    // The parser here takes tabs where YAML 1.1 has only spaces.
    private static readonly string[] _lenient = ["a\tb", "key:\t1"];

    private static readonly string[] _scalarSeeds =
    [
        "1:30", "190:20:30.15", "0x1F", "-0b11", "012", "1_000", "2026-01-02", "2026-1-2 3:04:05.5 +2:30", "2001-12-14t21:59:43.10-05:00", "1.5e+3", ".5", "-.5", "+.inf", ".NaN", "yes",
        "Off", "~", "null", "-0", "0_", "0b_", "1.", "1._", "2026-01-02T03:04:05Z", "0001-01-01 00:00:00 +02:00", "9999-12-31 23:59:59.999999 -14:00",
    ];

    private readonly YamlCelerySerializer _serializer = new();

    public static TheoryData<string> Styles { get; } =
    [
        """{"default_flow_style": true}""",
        """{"default_flow_style": null, "width": 20}""",
        """{"default_style": "\"", "width": 40}""",
        """{"default_style": "'"}""",
        """{"default_style": "|", "indent": 4}""",
        """{"default_style": ">", "width": 30}""",
        """{"allow_unicode": true, "explicit_start": true, "explicit_end": true, "line_break": "\r\n", "sort_keys": false}""",
        """{"canonical": true}""",
    ];

    [Fact]
    public async Task Documents_are_read_or_refused_as_Python_does() => await CompareAsync(_documents, _lenient.Contains);

    [Fact]
    public async Task Scalars_that_look_almost_like_something_are_to_Python_what_they_are_here()
    {
        const string Alphabet = "0123456789_.:-+eExob nulTyYfFoOsS~<=tZ";
        var random = new Random(20260102);
        var texts = Enumerable.Range(0, 4000).Select(_ => Mutate(_scalarSeeds[random.Next(_scalarSeeds.Length)])).ToList();

        // What has become a map is left out: its keys are strings here. Without a key PyYAML refuses it, and the parser here says null.
        await CompareAsync(texts, text => text.EndsWith(':') || text.Contains(": ", StringComparison.Ordinal));

        string Mutate(string text)
        {
            var characters = new List<char>(text);
            for (var i = random.Next(4); i > 0; i--)
            {
                var at = random.Next(characters.Count + 1);
                var add = random.Next(2) == 0;
                if (at < characters.Count && !add)
                {
                    characters.RemoveAt(at);
                }
                else
                {
                    characters.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
                }
            }

            return string.Concat(characters) is { Length: > 0 } changed ? changed : text;
        }
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task Values_are_read_in_every_style_Python_can_write(string options)
    {
        var format = new WireFormat { Types = WireTypes.Bytes | WireTypes.SpecialFloats | WireTypes.NaiveDateTimes | WireTypes.AwareDateTimes | WireTypes.Dates };
        // Always the same: the parser refuses a key that begins with a colon and follows a list in brackets, which kombu does not write.
        var values = WireValues.Of(format).Sample(300, new Rnd(20260102), 50);
        var bodies = values.Select(value => _serializer.Encode(WireJson.FromObject(value, new ContentLimits()))).ToList();

        var restyled = await python.RestyleAsync(JsonNode.Parse(options)!.AsObject(), bodies);

        restyled.Count.ShouldBe(values.Length);
        foreach (var (body, description) in restyled)
        {
            if (Read(body) is var here && here != description)
            {
                Assert.Fail($"Python  {description}{Environment.NewLine}here    {here ?? "refused"}{Environment.NewLine}{Encoding.UTF8.GetString(body)}");
            }
        }
    }

    private async Task CompareAsync(IReadOnlyList<string> texts, Predicate<string> isLenient)
    {
        var replies = await python.RoundTripAsync(_serializer, [.. texts.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))]);
        var differences = texts.Zip(replies, (text, reply) => (text, Python: reply.Description, Here: Read(Encoding.UTF8.GetBytes(text))))
            .Where(each => (each.Python is null) != (each.Here is null) || (each.Python is not null && each.Python != each.Here))
            .Where(each => !isLenient(each.text))
            .Select(each => $"{each.text}{Environment.NewLine}  Python  {each.Python ?? "refuses it"}{Environment.NewLine}  here    {each.Here ?? "refused"}");

        string.Join(Environment.NewLine, differences).ShouldBeEmpty();
    }

    // Null when it is refused.
    private string? Read(byte[] body)
    {
        try
        {
            return Description.Of(WireJson.ToObject(_serializer.Decode(body, "utf-8", new ContentLimits()).Span));
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }
}
