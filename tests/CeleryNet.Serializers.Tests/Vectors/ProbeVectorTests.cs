using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>Messages made by hand, to see what of a message a Python worker needs. Ours reads what either version has run, and refuses what killed one.</summary>
public sealed class ProbeVectorTests
{
    private const string Signature = """[{"task": "tasks.mul", "args": [10], "options": {"task_id": "cb-1"}}]""";
    private const string ChainSignature = """[{"task": "tasks.mul", "args": [10], "kwargs": {}, "options": {"task_id": "ch-1"}}]""";

    // In the order in which they were sent.
    private static readonly Probe[] _probes =
    [
        new("headers task+id only, embed null", "5"),
        new("embed empty map", "5") { Body = "[[2, 3], {}, {}]" },
        new("lang dotnet", "5") { Headers = """, "lang": "dotnet" """ },
        new("timelimit null", "5") { Headers = """, "timelimit": null""" },
        new("eta 7 digits past", "5") { Headers = """, "eta": "2020-01-02T03:04:05.1234567Z" """, Eta = Past(1_234_567), Old = null },
        new("eta Z past", "5") { Headers = """, "eta": "2020-01-02T03:04:05Z" """, Eta = Past(0) },
        new("eta 3 digits past", "5") { Headers = """, "eta": "2020-01-02T03:04:05.123+00:00" """, Eta = Past(1_230_000) },
        new("no content-encoding", "5") { ContentEncoding = null },
        new("content-type with charset", null) { ContentType = "application/json; charset=utf-8", Refusal = "is not accepted here" },
        new("ignore_result null", "5") { Headers = """, "ignore_result": null""" },
        new("ignore_result missing on ignore_result task", null) { Task = "tasks.ignored", Body = "[[], {}, null]", Args = "[]" },
        new("ignore_result false on ignore_result task", "\"not stored\"")
        {
            Task = "tasks.ignored", Body = "[[], {}, null]", Args = "[]", Headers = """, "ignore_result": false""", IgnoreResult = false, Old = null,
        },
        new("body has __type__ unknown", null)
        {
            // 5.3 and later refuse it; here it is the map that 5.2 takes it for.
            Task = "tasks.echo", Body = """[[{"__type__": "x", "__value__": 1}], {}, null]""", Args = """[{"__type__": "x", "__value__": 1}]""",
            Old = """[[{"__type__": "x", "__value__": 1}], {}]""",
        },
        new("body has __type__ datetime with Z", """[[{"__type__": "datetime", "__value__": "2026-01-02T03:04:05+00:00"}], {}]""")
        {
            Task = "tasks.echo", Body = """[[{"__type__": "datetime", "__value__": "2026-01-02T03:04:05Z"}], {}, null]""",
            Args = """[{"__type__": "datetime", "__value__": "2026-01-02T03:04:05+00:00"}]""",
            Old = """[[{"__type__": "datetime", "__value__": "2026-01-02T03:04:05Z"}], {}]""",
        },
        new("kwargs null", null) { Body = "[[2, 3], null, null]", Refusal = "kwargs must be an object, was null" },
        new("signature callback minimal", "5") { Body = $$"""[[2, 3], {}, {"callbacks": {{Signature}}}]""", Callbacks = Signature, Linked = 50 },
        new("chain minimal", "5") { Body = $$"""[[2, 3], {}, {"chain": {{ChainSignature}}}]""", Chain = ChainSignature, Linked = 50 },
        new("embed missing (2 items)", null) { Body = "[[2, 3], {}]", Refusal = "exactly three parts", Kills = true },
        // What killed the Python worker here is no part of the message to us.
        new("no delivery_info", null) { DeliveryInfo = "", Kills = true },
        new("no delivery_tag", null) { DeliveryTag = "", Kills = true },
    ];

    [Theory]
    [VectorData(VectorKind.Probes)]
    public void Message_that_some_worker_runs_is_read_and_what_none_can_read_is_refused(string file)
    {
        var cases = VectorFiles.Read(file).GetProperty("cases");
        cases.EnumerateObject().Select(item => item.Name).ShouldBe(_probes.Select(probe => probe.Name));

        foreach (var probe in _probes)
        {
            ShouldHaveEnded(cases.GetProperty(probe.Name), probe, VectorFiles.IsOld(file));
            ShouldBeRead(probe);
        }
    }

    // What Python made of it.
    private static void ShouldHaveEnded(JsonElement outcome, Probe probe, bool isOld)
    {
        var result = isOld && probe.Old != Probe.Same ? probe.Old : probe.Result;
        Meaning.Of(outcome.GetProperty("result")).ShouldBe(Meaning.OfJson(result ?? "null"), probe.Name);
        outcome.GetProperty("status").GetString().ShouldBe(result is null ? null : "SUCCESS", probe.Name);
        outcome.GetProperty("worker_alive_after").GetBoolean().ShouldBe(!probe.Kills, probe.Name);
        if (probe.Linked is { } linked)
        {
            outcome.GetProperty("linked").GetInt32().ShouldBe(linked);
        }
    }

    private static void ShouldBeRead(Probe probe)
    {
        TaskMessage Read() => VectorReaders.Tasks.Read(RedisEnvelopeReader.Read(Encoding.UTF8.GetBytes(probe.ToElement())).Envelope);
        if (probe.Refusal is { } refusal)
        {
            Should.Throw<MalformedMessageException>(Read, probe.Name).Message.ShouldContain(refusal);
            return;
        }

        var message = Read();
        message.Headers.ShouldBe(new TaskHeaders(probe.Task, Probe.Id) { Eta = probe.Eta, IgnoreResult = probe.IgnoreResult }, probe.Name);
        Meaning.Of(message.Body.Args).ShouldBe(Meaning.OfJson(probe.Args), probe.Name);
        Meaning.Of(message.Body.Kwargs).ShouldBe("{}");
        Meaning.Of(message.Body.Embed.Callbacks).ShouldBe(Meaning.OfJson(probe.Callbacks));
        Meaning.Of(message.Body.Embed.Chain).ShouldBe(Meaning.OfJson(probe.Chain));
    }

    private static DateTimeOffset Past(long ticks) => new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(ticks);

    /// <param name="Name">Its name in the file.</param>
    /// <param name="Result">What the later version's worker stored, as JSON; null for nothing.</param>
    private sealed record Probe(string Name, string? Result)
    {
        public const string Same = "same";
        public const string Id = "6a6e2f0a-6b6b-4b8e-9a5e-111111111111";

        public string? Old { get; init; } = Same;

        public string Task { get; init; } = "tasks.add";

        public string Headers { get; init; } = "";

        public string Body { get; init; } = "[[2, 3], {}, null]";

        public string Args { get; init; } = "[2, 3]";

        public string Callbacks { get; init; } = "null";

        public string Chain { get; init; } = "null";

        public string ContentType { get; init; } = "application/json";

        public string? ContentEncoding { get; init; } = "utf-8";

        public string DeliveryInfo { get; init; } = """ "delivery_info": {"exchange": "", "routing_key": "celery"},""";

        public string DeliveryTag { get; init; } = """, "delivery_tag": "2b0c8a8e-1111-4111-8111-222222222222" """;

        public DateTimeOffset? Eta { get; init; }

        public bool? IgnoreResult { get; init; }

        public int? Linked { get; init; }

        public bool Kills { get; init; }

        /// <summary>Words of our refusal; null when it is read.</summary>
        public string? Refusal { get; init; }

        public string ToElement()
        {
            var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(Body));
            var encoding = ContentEncoding is null ? "" : $"\"content-encoding\": \"{ContentEncoding}\", ";
            return $$$"""
                {"body": "{{{body}}}", {{{encoding}}}"content-type": "{{{ContentType}}}", "headers": {"task": "{{{Task}}}", "id": "{{{Id}}}"{{{Headers}}}},
                "properties": {{{{DeliveryInfo}}} "body_encoding": "base64"{{{DeliveryTag}}}}}
                """;
        }
    }
}
