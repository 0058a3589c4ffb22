using System.Globalization;
using System.Text;
using System.Text.Json;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.Serialization;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Values look as Python's own <c>repr()</c> and <c>str()</c> show them.</summary>
public sealed class PythonReprTests
{
    // With lone halves of surrogate pairs, blanks that are none, and what cannot be printed.
    private static readonly string[] _characters =
    [
        "a", "Z", "0", " ", "'", "'", "\\\"", "\\\\", "\\n", "\\r", "\\t", "\\u0000", "\\u001f", "\\u007f", "\\u0080", "\\u00a0", "\\u00ad", "\\u00e9", "\\u00df",
        "\\u1680", "\\u200b", "\\u2028", "\\u3000", "\\u6f22", "\\ue000", "\\ufeff", "\\uffff", "\\ud83c\\udf89", "\\udbff\\udfff", "\\ud800", "\\udfff",
    ];

    private static readonly string[] _tags =
    [
        Tag("decimal", "\"1.10\""), Tag("decimal", "\"-0.000123\""), Tag("decimal", "\"1234567890123456789012345678901234567890.5\""),
        Tag("uuid", """{"hex": "0f8fad5bd9cb469fa16570867728950e"}"""), Tag("float", "\"nan\""), Tag("float", "\"-inf\""), Tag("date", "\"2024-02-29\""),
        Tag("datetime", "\"2024-01-02T03:04:05.678901+00:00\""), Tag("datetime", "\"2024-01-02T03:04:05+02:00\""), Tag("datetime", "\"2024-01-02T03:04:00-05:30\""),
        Tag("datetime", "\"2024-01-02T00:00:00\""), Tag("datetime", "\"2024-01-02T03:04:05.000001\""), Tag("time", "\"03:04:05.000007\""), Tag("time", "\"03:00:00\""),
        Tag("timedelta", "[0, 0, 0]"), Tag("timedelta", "[1, 2, 3]"), Tag("timedelta", "[-1, 86399, 999999]"), Tag("timedelta", "[0, 3661, 0]"),
        Tag("complex", "[\"1.0\", \"2.0\"]"), Tag("complex", "[\"0.0\", \"-2.5\"]"), Tag("complex", "[\"-1e+20\", \"nan\"]"), Tag("complex", "[\"-0.0\", \"1.0\"]"),
        Tag("base64", "\"AEEnIlxcCn//\""), Tag("base64", "\"aXQncw==\""), Tag("base64", "\"\""),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(20_260_101)]
    public async Task Any_value_looks_as_in_Python(int seed)
    {
        var random = new Random(seed);
        string[] values = [.. _tags, .. Enumerable.Range(0, 2000).Select(_ => AnyValue(random, 3))];
        await using var python = PythonProcess.StartScript(PythonSettings.Script("reprs.py"));
        await python.WriteLineAsync(JsonSerializer.Serialize(values));
        var line = await python.WaitForLineAsync("ANSWERS");

        foreach (var (value, expected) in values.Zip(JsonElement.Parse(line["ANSWERS ".Length..]).EnumerateArray()))
        {
            var element = JsonElement.Parse(value);
            PythonRepr.Repr(element).ShouldBe(expected[0].GetString(), value);
            if (element.ValueKind != JsonValueKind.String)
            {
                PythonRepr.Str(element).ShouldBe(expected[1].GetString(), value);
            }
        }
    }

    private static string Tag(string type, string value) => $$"""{"__type__": "{{type}}", "__value__": {{value}}}""";

    private static string AnyValue(Random random, int levels) => random.Next(levels == 0 ? 8 : 12) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
        3 => (random.Next(2) == 0 ? "-" : "") + random.Next(1, 10).ToString(CultureInfo.InvariantCulture) + new string('7', random.Next(40)),
        4 => Float(random),
        5 or 6 => Text(random),
        7 => _tags[random.Next(_tags.Length)],
        8 or 9 => $"[{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => AnyValue(random, levels - 1)))}]",
        _ => $"{{{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => $"{Text(random)}: {AnyValue(random, levels - 1)}"))}}}",
    };

    private static string Float(Random random)
        => PythonFloat.Repr((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30)));

    private static string Text(Random random)
    {
        var text = new StringBuilder("\"");
        for (var i = random.Next(6); i > 0; i--)
        {
            text.Append(_characters[random.Next(_characters.Length)]);
        }

        return text.Append('"').ToString();
    }
}
