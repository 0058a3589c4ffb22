using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Tests.Client;
using CeleryNet.Workflows;

namespace CeleryNet.Tests.Workflows;

/// <summary>Workflows composed here are, as documents and in the messages sent for them, what Celery 5.2.6 makes of the same. tests/vectors/workflows.py has its side.</summary>
public sealed class CeleryDocumentTests
{
    private static readonly JsonObject _vectors = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "vectors", "workflows.json")))!.AsObject();

    private static readonly Dictionary<string, Func<Signature>> _workflows = new()
    {
        ["call"] = () => new Signature("a", [TaskValue.Of(1)], [new("k", TaskValue.Of(2))]),
        ["immutable"] = () => S("a", 1).AsImmutable(),
        ["chain"] = () => Canvas.Chain(S("a", 1), S("b", 2), S("c", 3)),
        ["chain_immutable"] = () => Canvas.Chain(S("a", 1), S("b", 2).AsImmutable(), S("c")),
        ["chain_nested"] = () => Canvas.Chain(S("a"), Canvas.Chain(S("b"), S("c")), S("d")),
        ["group"] = () => Canvas.Group(S("a", 1), S("b", 2)),
        ["group_nested"] = () => Canvas.Group((Signature)Canvas.Group(S("a"), S("b")), S("c")),
        ["chord"] = () => Canvas.Chain(Canvas.Group(S("a", 1), S("b", 2)), S("c")),
        ["chord_of_one"] = () => Canvas.Group(S("a")).Then(x => Take(x, "b")),
        ["chord_then_task"] = () => Canvas.Chain(Canvas.Group(S("a"), S("b")), S("c"), S("d")),
        ["chain_group_task"] = () => Canvas.Chain(S("a"), Canvas.Group(S("b"), S("c")), S("d")),
        ["chain_group_task_task"] = () => Canvas.Chain(S("a"), Canvas.Group(S("b"), S("c")), S("d"), S("e")),
        ["chain_group"] = () => Canvas.ChainToGroup<int>(S("a"), Canvas.Group(S("b"), S("c"))),
        ["chain_group_of_one"] = () => Canvas.Chain(S("a"), Canvas.Group(S("b")), S("c")),
        ["chord_then_group"] = () => Canvas.ChainToGroup<int>(Canvas.Group(S("a"), S("b")), S("c"), Canvas.Group(S("d"), S("e"))),
        ["chord_of_chains"] = () => Canvas.Chain(Canvas.Group(Canvas.Chain(S("a"), S("b")), Canvas.Chain(S("c"), S("d"))), S("e")),
        ["chord_of_chords"] = () => Canvas.Chain(Canvas.Group(Canvas.Chain(Canvas.Group(S("a"), S("b")), S("c")), S("d")), S("e")),
        ["chord_body_chain"] = () => Canvas.Group(S("a"), S("b")).Then(x => Take(x, "c").Then(y => Take(y, "d"))),
        ["chord_body_chord"] = () => Canvas.Group(S("a"), S("b")).Then(x => Canvas.Group(Take(x, "c"), Take(x, "d")).Then(y => Take(y, "e"))),
        ["link"] = () => S("a").Link(x => Take(x, "b")).Link(S("c")),
        ["error"] = () => S("a").Then(x => Take(x, "b")).OnError(S("e")),
        ["error_of_chord"] = () => Canvas.Group(S("a"), S("b")).Then(x => Take(x, "c")).OnError(S("e")),
        ["options"] = () => S("a")
            .With(new SendOptions { Queue = "q", Priority = 3, Countdown = TimeSpan.FromSeconds(10), ExpiresAfter = TimeSpan.FromSeconds(60), TimeLimit = TimeSpan.FromSeconds(5) })
            .Then(x => Take(x, "b").With(new SendOptions { Queue = "r", Shadow = "x" })),
        ["map"] = () => Canvas.Map([1, 2], i => S("a", i)),
    };

    public static TheoryData<string> Names => [.. _vectors.Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Document_is_what_Celery_writes(string name)
        => Same(Document(_workflows[name]()), _vectors[name]!["document"]!);

    [Theory]
    [MemberData(nameof(Names))]
    public void Document_of_Celery_is_read_and_written_as_it_is(string name)
    {
        var document = _vectors[name]!["document"]!;

        Same(Document(SignatureReader.Read(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()))), document);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Messages_are_what_Celery_sends(string name)
    {
        await using var setup = new ClientSetup();
        var expected = _vectors[name]!["sent"]!.AsArray();

        await setup.Client.SendAsync(_workflows[name](), TestContext.Current.CancellationToken);

        var sent = new JsonArray();
        foreach (var message in expected)
        {
            var read = await setup.ReadAsync(name == "options" ? "q" : "celery");
            sent.Add(new JsonObject
            {
                ["task"] = read.Headers.TaskName,
                ["id"] = read.Headers.Id.Value,
                ["group"] = read.Headers.GroupId,
                ["args"] = Node(read.Body.Args),
                ["kwargs"] = Node(read.Body.Kwargs),
                ["embed"] = new JsonObject
                {
                    ["callbacks"] = Node(read.Body.Embed.Callbacks),
                    ["errbacks"] = Node(read.Body.Embed.Errbacks),
                    ["chain"] = Node(read.Body.Embed.Chain),
                    ["chord"] = Node(read.Body.Embed.Chord),
                },
            });
        }

        Same(sent, expected);
    }

    // Ids become numbers in the order in which they are met.
    private static void Same(JsonNode actual, JsonNode expected)
        => Plain(actual, []).ToJsonString(_indented).ShouldBe(Plain(expected, []).ToJsonString(_indented));

    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    private static JsonNode Plain(JsonNode node, Dictionary<string, string> ids) => node switch
    {
        JsonObject map => new JsonObject(map
            .Where(pair => !IsLeftOpen(map, pair))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value is null ? null : Plain(pair.Value, ids)))),
        JsonArray { Count: 0 } => new JsonArray(),
        JsonArray list => new JsonArray([.. list.Select(item => item is null ? null : Plain(item, ids))]),
        _ when node.GetValueKind() == JsonValueKind.String && Guid.TryParse(node.GetValue<string>(), out _)
            => ids.TryGetValue(node.GetValue<string>(), out var number) ? number : ids[node.GetValue<string>()] = $"#{ids.Count}",
        _ => node.DeepClone(),
    };

    // What Celery leaves out and newer versions of it or this library say; what is null; what tells the sender from others. The id of a chord is here that of its
    // body, there that of its header; a chain has here that of its last step.
    private static bool IsLeftOpen(JsonObject map, KeyValuePair<string, JsonNode?> member) => member.Key switch
    {
        "reply_to" or "add_to_parent" => true,
        "options" when member.Value is JsonObject options && map["subtask_type"]?.GetValue<string>() is "chain" or "chord" => options.Remove("task_id") && false,
        "group_index" or "root_id" or "parent_id" or "callbacks" or "errbacks" or "chain" or "chord" or "group" => member.Value is null or JsonArray { Count: 0 },
        _ => false,
    };

    private static JsonNode Document(Signature signature) => Node(SignatureWriter.ToJson(signature, CeleryJson.Complete(null)))!;

    private static JsonNode? Node(ReadOnlyMemory<byte> json) => json.IsEmpty ? null : JsonNode.Parse(json.Span);

    private static Signature<int> S(string task, params int[] args) => new(task, [.. args.Select(TaskValue.Of)]);

    private static Signature<int> Take<T>(IPrevious<T> previous, string task) => PartialSignatures.Take(previous, new Signature<int>(task, []));
}
