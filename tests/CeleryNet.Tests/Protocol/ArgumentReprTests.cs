using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Protocol;

/// <summary>Against what Celery's saferepr made of the same values: a line each, [JSON, repr].</summary>
public sealed class ArgumentReprTests
{
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var line in File.ReadLines(Repository.PathOf("tests", "vectors", "saferepr.jsonl")))
        {
            var pair = JsonSerializer.Deserialize<string[]>(line)!;
            cases.Add(pair[0].Replace(", ", ",", StringComparison.Ordinal).Replace(": ", ":", StringComparison.Ordinal), pair[1]);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Arguments_look_as_in_Python(string json, string expected)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);

        (json[0] == '[' ? ArgumentRepr.Args(utf8) : ArgumentRepr.Kwargs(utf8)).ShouldBe(expected);
    }
}
