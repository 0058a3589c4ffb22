using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Worker;

/// <summary>Tasks that others come after, and the messages that say so, written as a Python client writes them.</summary>
internal static class CanvasTasks
{
    public static TaskDefinition[] All =>
    [
        Late("add", ["x", "y"], call => TaskValue.Of(call.BindArguments() is var given ? given.Get<int>(0) + given.Get<int>(1, 0) : 0)),
        Late("mul", ["x", "y"], call => TaskValue.Of(call.BindArguments() is var given ? given.Get<int>(0) * given.Get<int>(1) : 0)),
        Late("sum", ["items"], call => TaskValue.Of(call.BindArguments().Get<int[]>(0).Sum())),
        Late("list", ["items"], call => TaskValue.Of($"[{string.Join(", ", call.BindArguments().Get<JsonElement[]>(0).Select(item => item.GetRawText()))}]")),
        Late("fail", ["x"], _ => throw new ArgumentException("it failed")),
        Late("ignore", [], call => throw call.Context.Ignore()),
        Late("unwritable", [], _ => TaskValue.Of<object>(new Unwritable())),
        Late("flaky", [], call => call.Context.Retries == 0 ? throw call.Context.Retry(TimeSpan.Zero) : TaskValue.Of(call.Context.Retries)),
    ];

    /// <summary>A task that is acknowledged late, as those should be that others wait for.</summary>
    public static TaskDefinition Late(string name, string[] parameters, Func<TaskInvocation, TaskValue> run)
        => new(name, [.. parameters.Select(Parameter)], call => new(run(call))) { AcksLate = true };

    public static TaskParameter Parameter(string name) => new(name, name, isOptional: true, isKeywordOnly: false);

    public static Envelope Call(string task, string args = "[]", string? embed = null, bool ignore = false)
        => MessageFactory.Task(task, args, headers: headers => headers.Set("ignore_result", ignore), embed: embed ?? Embed());

    public static string Embed(string[]? callbacks = null, string[]? errbacks = null, string[]? chain = null, string? chord = null)
        => $$"""{"callbacks": {{List(callbacks)}}, "errbacks": {{List(errbacks)}}, "chain": {{List(chain)}}, "chord": {{chord ?? "null"}}}""";

    /// <summary>A signature with an id.</summary>
    public static string Step(string task, string id, string args = "[]", string options = "", string extra = "\"immutable\": false", string kwargs = "{}")
        => $$"""{"task": "{{task}}", "args": {{args}}, "kwargs": {{kwargs}}, "options": {"task_id": "{{id}}"{{options}}}, "subtask_type": null, {{extra}}}""";

    public static string Chord(string id, string[] header, string body)
        => $$"""
            {"task": "celery.chord", "args": [], "kwargs": {"kwargs": {}, "header": {{List(header)}}, "body": {{Step(body, id)}}},
             "options": {"task_id": "{{id}}"}, "subtask_type": "chord", "immutable": false}
            """;

    /// <summary>The message of a part of a chord.</summary>
    public static Envelope Part(Envelope message, string group, int index)
    {
        message.Headers.Set("group", group);
        message.Headers.Set("group_index", (long)index);
        return message;
    }

    /// <summary>Sends a chord as Python does: its size, then the parts.</summary>
    /// <returns>The ids of the parts.</returns>
    public static async Task<string[]> StartChordAsync(WorkerHarness harness, string group, string body, Envelope[] parts, int[]? order = null)
    {
        await harness.SizeAsync(group, parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = Part(WithChord(parts[i], body), group, i);
        }

        foreach (var i in order ?? [.. Enumerable.Range(0, parts.Length)])
        {
            await harness.PublishAsync(parts[i]);
        }

        return [.. parts.Select(part => part.Headers.GetString("id")!)];
    }

    /// <summary>Says how many parts a chord has.</summary>
    public static ValueTask SizeAsync(this WorkerHarness harness, string group, int size) => ((IChordBackend)harness.Backend).SetSizeAsync(group, size, CancellationToken.None);

    private static Envelope WithChord(Envelope message, string body)
    {
        var text = MessageFactory.TextOf(message);
        return new Envelope
        {
            Body = System.Text.Encoding.UTF8.GetBytes(text.Replace("\"chord\": null", $"\"chord\": {body}", StringComparison.Ordinal)),
            ContentType = message.ContentType,
            ContentEncoding = message.ContentEncoding,
            Headers = message.Headers,
            CorrelationId = message.CorrelationId,
        };
    }

    private static string List(string[]? items) => items is null ? "null" : $"[{string.Join(", ", items)}]";

    private sealed class Unwritable
    {
#pragma warning disable CA1822 // A property that is written is one of the object.
        public int Value => throw new InvalidOperationException("it cannot be read");
#pragma warning restore CA1822
    }
}
