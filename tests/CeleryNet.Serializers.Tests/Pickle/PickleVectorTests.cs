using System.Text.Json;
using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Pickle;

/// <summary>Messages that Celery has sent with pickle: tests/vectors.</summary>
public sealed class PickleVectorTests
{
    private const string Embed = """{"callbacks":null,"errbacks":null,"chain":null,"chord":null}""";

    private const string Chain =
        """{"callbacks":null,"errbacks":null,"chain":[{"task":"tasks.mul","args":[3],"kwargs":{},"options":OPTIONS,"subtask_type":null,"immutable":false}],"chord":null}""";

    // The arguments of each case as JSON.
    private static readonly Dictionary<string, string> _arguments = new()
    {
        ["types-pickle/bigints"] = "[[18446744073709551616,1000000000000000000000000000000,-1000000000000000000000000000000]]",
        ["types-pickle/bytes-binary"] = """[{"__type__":"base64","__value__":"AP/+"}]""",
        ["types-pickle/bytes-utf8"] = """[{"__type__":"base64","__value__":"YWJj"}]""",
        ["types-pickle/complex"] = """[{"__type__":"complex","__value__":["1.0","2.0"]}]""",
        ["types-pickle/date"] = """[{"__type__":"date","__value__":"2026-01-02"}]""",
        ["types-pickle/datetime-naive"] = """[{"__type__":"datetime","__value__":"2026-01-02T03:04:05.678901"}]""",
        ["types-pickle/datetime-nomicro"] = """[{"__type__":"datetime","__value__":"2026-01-02T03:04:05"}]""",
        ["types-pickle/datetime-plus2"] = """[{"__type__":"datetime","__value__":"2026-01-02T03:04:05.678901+02:00"}]""",
        ["types-pickle/datetime-utc"] = """[{"__type__":"datetime","__value__":"2026-01-02T03:04:05.678901+00:00"}]""",
        ["types-pickle/decimal"] = """[{"__type__":"decimal","__value__":"12.340"}]""",
        ["types-pickle/frozenset"] = "[[1]]",
        ["types-pickle/intkeys"] = """[{"1":"b","null":"c","2.5":"d"}]""",
        ["types-pickle/set"] = "[[1]]",
        ["types-pickle/special-floats"] =
            """[[{"__type__":"float","__value__":"nan"},{"__type__":"float","__value__":"inf"},{"__type__":"float","__value__":"-inf"}]]""",
        ["types-pickle/time"] = """[{"__type__":"time","__value__":"03:04:05.678901"}]""",
        ["types-pickle/timedelta"] = """[{"__type__":"timedelta","__value__":[1,2,3]}]""",
        ["types-pickle/tuple"] = "[[1,[2,3]]]",
        ["types-pickle/uuid"] = """[{"__type__":"uuid","__value__":{"hex":"12345678123456789234567812345678"}}]""",
        ["serializers/pickle-chain"] = "[1,2]",
        ["serializers/pickle-floats"] = "[0.0,-0.0,1.5,1e+16,1e-07,1.7976931348623157e+308,0.1,100.0]",
        ["serializers/pickle-ints"] = "[0,-1,2147483647,2147483648,9007199254740992,9223372036854775807,-9223372036854775808,18446744073709551615]",
        ["serializers/pickle-kwargs"] = "[2]",
        ["serializers/pickle-nested"] = """[{"list":[1,[2,[3,{"deep":null}]]],"true":true,"false":false,"empty_list":[],"empty_map":{},"str":""}]""",
        ["serializers/pickle-unicode"] = """["h\u00e9llo","\u65e5\u672c\u8a9e","\ud83d\ude00","quote\"back\\slash","tab\tnl\n","\u0000x"]""",
    };

    public static IEnumerable<string> Versions => ["celery-5.2.6", "celery-5.6"];

    public static TheoryData<string, string> Cases { get; } = [.. Versions.SelectMany(version => Files(version).Select(name => (version, name)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Message_says_what_its_sender_meant(string version, string name)
    {
        using var vector = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "vectors", version, "amqp", name + ".json")));
        var message = vector.RootElement.GetProperty("messages")[0];
        var kwargs = name == "serializers/pickle-kwargs" ? """{"y":3}""" : "{}";

        // The options hold ids that differ from run to run.
        var json = PickleBytes.Read(message.GetProperty("body_b64").GetBytesFromBase64());
        var embed = name == "serializers/pickle-chain"
            ? Chain.Replace("OPTIONS", JsonElement.Parse(json)[2].GetProperty("chain")[0].GetProperty("options").GetRawText(), StringComparison.Ordinal)
            : Embed;

        PickleBytes.ShouldBeJson(json, $"[{_arguments[name]},{kwargs},{embed}]");
    }

    [Fact]
    public void Every_case_has_its_vectors()
        => Versions.ShouldAllBe(version => Files(version).Order().SequenceEqual(_arguments.Keys.Order()));

    [Fact]
    public void Options_of_a_signature_in_a_chain_are_read()
    {
        using var vector = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "vectors", "celery-5.6", "amqp", "serializers", "pickle-chain.json")));

        var body = JsonElement.Parse(PickleBytes.Read(vector.RootElement.GetProperty("messages")[0].GetProperty("body_b64").GetBytesFromBase64()));

        Guid.TryParse(body[2].GetProperty("chain")[0].GetProperty("options").GetProperty("task_id").GetString(), out _).ShouldBeTrue();
    }

    private static IEnumerable<string> Files(string version) => new[] { "types-pickle", "serializers" }.SelectMany(folder => Directory
        .GetFiles(Repository.PathOf("tests", "vectors", version, "amqp", folder), folder == "serializers" ? "pickle-*.json" : "*.json")
        .Select(file => $"{folder}/{Path.GetFileNameWithoutExtension(file)}"));
}
