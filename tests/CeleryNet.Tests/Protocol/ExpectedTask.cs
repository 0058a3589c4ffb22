using System.Globalization;

namespace CeleryNet.Tests.Protocol;

/// <summary>What a captured case says, known from the call that made it rather than from the capture.</summary>
internal sealed record ExpectedTask
{
    public const string Callbacks = "callbacks";
    public const string Errbacks = "errbacks";
    public const string Chain = "chain";
    public const string Chord = "chord";

    public string Task { get; init; } = "tasks.add";

    /// <summary>The arguments of each message the call sends.</summary>
    public IReadOnlyList<string> Args { get; init; } = ["[2, 3]"];

    public string Kwargs { get; init; } = "{}";

    public string? Id { get; init; }

    public DateTimeOffset? Eta { get; init; }

    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the instant depends on when the capture was made; the header's text tells it then.</summary>
    public bool EtaIsRelative { get; init; }

    public bool ExpiresIsRelative { get; init; }

    public int Retries { get; init; }

    public TimeSpan? TimeLimit { get; init; }

    public TimeSpan? SoftTimeLimit { get; init; }

    public string? Shadow { get; init; }

    public bool IgnoreResult { get; init; }

    public int? Priority { get; init; }

    public bool IsInGroup { get; init; }

    /// <summary>The parts of embed that are there.</summary>
    public IReadOnlyList<string> Embed { get; init; } = [];

    /// <summary>By the names of the files.</summary>
    public static IReadOnlyDictionary<string, ExpectedTask> Cases { get; } = new Dictionary<string, ExpectedTask>
    {
        ["argsrepr"] = new(),
        ["chain-of-group"] = new() { Args = ["[1, 1]"], Embed = [Chain] },
        ["chain3"] = new() { Args = ["[1, 2]"], Embed = [Chain] },
        ["chord2"] = new() { Args = ["[1, 1]", "[2, 2]"], IsInGroup = true, Embed = [Chord] },
        ["countdown"] = new() { EtaIsRelative = true },
        ["eta-naive"] = new() { Eta = Instant("2031-02-03T04:05:06Z") },
        ["eta-plus2"] = new() { Eta = Instant("2031-02-03T02:05:06Z") },
        ["eta-utc"] = new() { Eta = Instant("2031-02-03T04:05:06.789012Z") },
        ["expires-datetime"] = new() { Expires = Instant("2031-02-03T04:05:06.789012Z") },
        ["expires-seconds"] = new() { ExpiresIsRelative = true },
        ["floats"] = new() { Task = "tasks.echo", Args = ["[0.0, -0.0, 1.5, 1e+16, 1e-07, 1.7976931348623157e+308, 0.1, 100.0]"] },
        ["group3"] = new() { Args = ["[0, 0]", "[1, 1]", "[2, 2]"], IsInGroup = true },
        ["headers"] = new(),
        ["ignore-result"] = new() { IgnoreResult = true },
        ["ints"] = new()
        {
            Task = "tasks.echo",
            Args = ["[0, -1, 2147483647, 2147483648, 9007199254740992, 9223372036854775807, -9223372036854775808, 18446744073709551615]"],
        },
        ["kwargs"] = new() { Args = ["[2]"], Kwargs = """{"y": 3}""" },
        ["link"] = new() { Embed = [Callbacks] },
        ["link-error"] = new() { Embed = [Errbacks] },
        ["link-many"] = new() { Embed = [Callbacks, Errbacks] },
        ["long-args"] = new()
        {
            Task = "tasks.echo",
            Args = [$"""["{new string('x', 2000)}", [{string.Join(", ", Enumerable.Range(0, 600))}]]"""],
            Kwargs = $$$"""{"k": {"n": "{{{new string('y', 1500)}}}"}}""",
        },
        ["nested"] = new()
        {
            Task = "tasks.echo",
            Args = ["""[{"list": [1, [2, [3, {"deep": null}]]], "true": true, "false": false, "empty_list": [], "empty_map": {}, "str": ""}]"""],
        },
        ["plain"] = new(),
        ["plain-noargs"] = new() { Task = "tasks.echo", Args = ["[]"] },
        ["priority"] = new() { Priority = 7 },
        ["retries"] = new() { Retries = 2 },
        ["shadow"] = new() { Shadow = "shadow.name" },
        ["stamped"] = new(),
        ["task-id"] = new() { Id = "my-own-id" },
        ["timelimits"] = new() { TimeLimit = TimeSpan.FromSeconds(60), SoftTimeLimit = TimeSpan.FromSeconds(50.5) },
        ["unicode"] = new()
        {
            Task = "tasks.echo",
            Args = ["""["héllo", "日本語", "😀", "quote\"back\\slash", "tab\tnl\n", "\u0000x"]"""],
            Kwargs = """{"ключ": "значение"}""",
        },
    };

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
