using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Serializers.Tests.RoundTrip;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>The bodies of task messages that Celery has sent over AMQP with one serializer, and what they say.</summary>
internal static class CapturedBodies
{
    private const string NoEmbed = """{"callbacks": None, "chain": None, "chord": None, "errbacks": None}""";

    /// <summary>The arguments of each case, as <see cref="Description"/> tells them.</summary>
    private static readonly Dictionary<string, (string Args, string Kwargs)> _said = new()
    {
        ["kwargs"] = ("[int 2]", """{"y": int 3}"""),
        ["unicode"] = ("""["h\u00e9llo", "\u65e5\u672c\u8a9e", "\ud83d\ude00", "quote\u0022back\u005cslash", "tab\u0009nl\u000a", "\u0000x"]""", "{}"),
        ["nested"] = (
            """[{"empty_list": [], "empty_map": {}, "false": False, "list": [int 1, [int 2, [int 3, {"deep": None}]]], "str": "", "true": True}]""", "{}"),
        ["ints"] = (
            "[int 0, int -1, int 2147483647, int 2147483648, int 9007199254740992, int 9223372036854775807, int -9223372036854775808, int 18446744073709551615]", "{}"),
        ["floats"] = (
            "[float 0000000000000000, float 8000000000000000, float 3ff8000000000000, float 4341c37937e08000, float 3e7ad7f29abcaf48, float 7fefffffffffffff, "
            + "float 3fb999999999999a, float 4059000000000000]", "{}"),
        ["datetime-naive"] = ("[datetime 2026-01-02T03:04:05.678901]", "{}"),
        ["datetime-utc"] = ("[datetime 2026-01-02T03:04:05.678901+00:00]", "{}"),
        ["datetime-plus2"] = ("[datetime 2026-01-02T03:04:05.678901+02:00]", "{}"),
        ["datetime-nomicro"] = ("[datetime 2026-01-02T03:04:05]", "{}"),
        ["date"] = ("[date 2026-01-02]", "{}"),
        ["bytes-utf8"] = ("[bytes 616263]", "{}"),
        ["bytes-binary"] = ("[bytes 00fffe]", "{}"),
        ["set"] = ("[[int 1]]", "{}"),
        ["tuple"] = ("[[int 1, [int 2, int 3]]]", "{}"),
        ["bigints"] = ("[[int 18446744073709551616, int 1000000000000000000000000000000, int -1000000000000000000000000000000]]", "{}"),
        ["special-floats"] = ("[[float nan, float 7ff0000000000000, float fff0000000000000]]", "{}"),
        ["intkeys"] = ("""[{"1": "b", "2.5": "d", "null": "c"}]""", "{}"),
    };

    /// <summary>The files of all versions in a folder whose names begin so.</summary>
    public static TheoryData<string> In(string folder, string prefix = "")
        => [.. new[] { "celery-5.2.6", "celery-5.6" }
            .SelectMany(version => Directory.GetFiles(Repository.PathOf("tests", "vectors", version, "amqp", folder), prefix + "*.json"))
            .Select(file => Path.GetRelativePath(Repository.PathOf("tests", "vectors"), file))
            .Order(StringComparer.Ordinal)];

    /// <summary>Checks that each message of a file says what its case says; a file of what Python could not send has none.</summary>
    public static void ShouldBeRead(CelerySerializer serializer, string file)
    {
        var capture = JsonElement.Parse(File.ReadAllBytes(Repository.PathOf("tests", "vectors", file)));
        if (capture.TryGetProperty("error_at_publish", out var error))
        {
            error.GetString()!.ShouldContain("EncodeError");
            return;
        }

        var messages = capture.GetProperty("messages").EnumerateArray().ToList();
        messages.ShouldHaveSingleItem();
        var properties = messages[0].GetProperty("properties");
        properties.GetProperty("content_type").GetString().ShouldBe(serializer.ContentType);
        properties.GetProperty("content_encoding").GetString().ShouldBe(serializer.ContentEncoding);
        var json = serializer.Decode(messages[0].GetProperty("body_b64").GetBytesFromBase64(), serializer.ContentEncoding, new ContentLimits());
        var body = Description.Of(WireJson.ToObject(json.Span));

        var name = Path.GetFileNameWithoutExtension(file).Replace(serializer.Name + "-", "", StringComparison.Ordinal);
        if (name == "chain")
        {
            // The ids in it differ from capture to capture.
            body.ShouldStartWith("""[[int 1, int 2], {}, {"callbacks": None, "chain": [{"args": [int 3], "immutable": False, "kwargs": {}, "options": {""");
            body.ShouldContain(""" "subtask_type": None, "task": "tasks.mul"}], "chord": None, "errbacks": None}]""");
            return;
        }

        var (args, kwargs) = _said[name];
        body.ShouldBe($"[{args}, {kwargs}, {NoEmbed}]");
    }
}
