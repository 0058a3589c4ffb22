using System.Globalization;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>What a captured case says, known from the call that made it rather than from the capture.</summary>
internal sealed record ExpectedCall
{
    public string Task { get; init; } = "tasks.add";

    /// <summary>The positional arguments of each message the call sends, as JSON.</summary>
    public IReadOnlyList<string> Args { get; init; } = ["[2, 3]"];

    /// <summary>Whether the caller gave them as a list rather than a tuple.</summary>
    public bool IsList { get; init; }

    public string Kwargs { get; init; } = "{}";

    /// <summary>The parts of embed, as the <see cref="SignatureShape"/> of each; null for none.</summary>
    public string? Callbacks { get; init; }

    public string? Errbacks { get; init; }

    /// <summary>The last first.</summary>
    public string? Chain { get; init; }

    public string? Chord { get; init; }

    public string? Id { get; init; }

    public DateTimeOffset? Eta { get; init; }

    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the instant depends on when the capture was made.</summary>
    public bool EtaIsRelative { get; init; }

    public bool ExpiresIsRelative { get; init; }

    public string? Expiration { get; init; }

    public int Retries { get; init; }

    public TimeSpan? TimeLimit { get; init; }

    public TimeSpan? SoftTimeLimit { get; init; }

    public string? Shadow { get; init; }

    public bool IgnoreResult { get; init; }

    public int? Priority { get; init; }

    public bool IsInGroup { get; init; }

    public string? ArgsRepr { get; init; }

    public string? KwargsRepr { get; init; }

    /// <summary>Headers that the protocol does not define, and stamps, as JSON.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>By the names of the files.</summary>
    public static IReadOnlyDictionary<string, ExpectedCall> Cases { get; } = new Dictionary<string, ExpectedCall>
    {
        ["argsrepr"] = new() { ArgsRepr = "<hidden>", KwargsRepr = "<hidden2>" },
        ["chain-of-group"] = new() { Args = ["[1, 1]"], Chain = $"[{GroupChord}]" },
        ["chain3"] = new() { Args = ["[1, 2]"], Chain = $"[{Signature("tasks.mul", "[4]")}, {Signature("tasks.mul", "[3]")}]" },
        ["chord2"] = new() { Args = ["[1, 1]", "[2, 2]"], IsInGroup = true, Chord = Signature("tasks.xsum") },
        ["countdown"] = new() { EtaIsRelative = true },
        ["eta-naive"] = new() { Eta = Instant("2031-02-03T04:05:06Z") },
        ["eta-plus2"] = new() { Eta = Instant("2031-02-03T02:05:06Z") },
        ["eta-utc"] = new() { Eta = Instant("2031-02-03T04:05:06.789012Z") },
        ["expires-datetime"] = new() { Expires = Instant("2031-02-03T04:05:06.789012Z") },
        ["expires-seconds"] = new() { ExpiresIsRelative = true, Expiration = "3600000" },
        ["floats"] = new() { Task = "tasks.echo", Args = [Floats], IsList = true },
        ["group3"] = new() { Args = ["[0, 0]", "[1, 1]", "[2, 2]"], IsInGroup = true },
        ["headers"] = new() { Headers = new Dictionary<string, string> { ["x-custom"] = "\"v\"", ["n"] = "5" } },
        ["ignore-result"] = new() { IgnoreResult = true },
        ["ints"] = new() { Task = "tasks.echo", Args = [Ints], IsList = true },
        ["kwargs"] = new() { Args = ["[2]"], Kwargs = """{"y": 3}""" },
        ["link"] = new() { Callbacks = $"[{Signature("tasks.mul", "[10]")}]" },
        ["link-error"] = new() { Errbacks = $"[{Signature("tasks.on_error", "[\"ctx\"]")}]" },
        ["link-many"] = new()
        {
            Callbacks = $"[{Signature("tasks.mul", "[10]")}, {Signature("tasks.mul", "[3, 4]", immutable: true)}]",
            Errbacks = $"[{Signature("tasks.on_error")}]",
        },
        ["long-args"] = new()
        {
            Task = "tasks.echo",
            Args = [$"""["{new string('x', 2000)}", [{string.Join(", ", Enumerable.Range(0, 600))}]]"""],
            Kwargs = $$$"""{"k": {"n": "{{{new string('y', 1500)}}}"}}""",
        },
        ["nested"] = new() { Task = "tasks.echo", Args = [$"[{Nested}]"] },
        ["plain"] = new(),
        ["plain-noargs"] = new() { Task = "tasks.echo", Args = ["[]"] },
        ["priority"] = new() { Priority = 7 },
        ["retries"] = new() { Retries = 2 },
        ["shadow"] = new() { Shadow = "shadow.name" },
        ["stamped"] = new()
        {
            Headers = new Dictionary<string, string> { ["stamped_headers"] = """["stamp", "n"]""", ["stamps"] = """{"stamp": "value", "n": [1, 2]}""" },
        },
        ["task-id"] = new() { Id = "my-own-id" },
        ["timelimits"] = new() { TimeLimit = TimeSpan.FromSeconds(60), SoftTimeLimit = TimeSpan.FromSeconds(50.5) },
        ["unicode"] = new() { Task = "tasks.echo", Args = [Unicode], IsList = true, Kwargs = """{"ключ": "значение"}""" },
    };

    public const string Nested =
        """{"list": [1, [2, [3, {"deep": null}]]], "true": true, "false": false, "empty_list": [], "empty_map": {}, "str": ""}""";

    public const string Unicode = """["héllo", "日本語", "😀", "quote\"back\\slash", "tab\tnl\n", "\u0000x"]""";

    public const string Ints =
        "[0, -1, 2147483647, 2147483648, 9007199254740992, 9223372036854775807, -9223372036854775808, 18446744073709551615]";

    public const string Floats = "[0.0, -0.0, 1.5, 1e+16, 1e-07, 1.7976931348623157e+308, 0.1, 100.0]";

    private static string GroupChord => Signature(
        "celery.chord",
        kwargs: $$"""{"kwargs": {}, "header": {{Signature(
            "celery.group", kwargs: $$"""{"tasks": [{{Signature("tasks.mul", "[2]")}}, {{Signature("tasks.mul", "[3]")}}]}""", type: "group")}}, "body": {{Signature("tasks.xsum")}}}""",
        type: "chord");

    /// <summary>A signature without its options.</summary>
    public static string Signature(string task, string args = "[]", string kwargs = "{}", bool immutable = false, string? type = null, string? link = null)
        => $$"""
        {"task": "{{task}}", "args": {{args}}, "kwargs": {{kwargs}}, "immutable": {{(immutable ? "true" : "false")}}, "subtask_type": {{(type is null ? "null" : $"\"{type}\"")}}{{(link is null ? "" : $", \"link\": {link}")}}}
        """;

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
