using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Workflows;

namespace CeleryNet.Worker;

/// <summary>The tasks every worker has, beside the program's own. celery/app/builtins.py</summary>
internal sealed class BuiltInTasks
{
    public const string Accumulate = "celery.accumulate";

    private static readonly TaskParameter _task = new("task", "task", isOptional: false, isKeywordOnly: false);
    private static readonly TaskParameter _items = new("it", "items", isOptional: false, isKeywordOnly: false);

    private BuiltInServices? _services;

    public BuiltInTasks() => Definitions =
    [
        Define(Accumulate, AccumulateAsync, Rest("args"), Keyword("index")),
        Define("celery.map", call => MapAsync(call, spread: false), _task, _items),
        Define("celery.starmap", call => MapAsync(call, spread: true), _task, _items),
        Define("celery.chunks", ChunkAsync, _task, _items, new TaskParameter("n", "size", isOptional: false, isKeywordOnly: false)),
        Define("celery.group", SendGroupAsync, Optional("tasks"), Optional("result"), Optional("group_id"), Optional("partial_args"), Optional("add_to_parent"), More()),
        Define("celery.chord", SendChordAsync, Optional("header"), Optional("body"), Optional("partial_args"), Optional("interval"), Optional("countdown"), Optional("max_retries"), Optional("eager"), More()),
        Define("celery.chain", _ => throw new NotImplementedException("chain is not a real task"), Rest("args"), More()),
        Define("celery.backend_cleanup", CleanUpAsync),
        new TaskDefinition(
            ChordUnlock.Name,
            [Optional("group_id"), Optional("callback"), Optional("interval"), Optional("max_retries"), Optional("result"), More()],
            call => ChordUnlock.RunAsync(call, Services)) { IsBuiltIn = true, IgnoreResult = true, MaxRetries = null },
    ];

    public IReadOnlyList<TaskDefinition> Definitions { get; }

    /// <summary>What they work with. Set once, when the worker is put together: some of it needs the tasks to be there first.</summary>
    public BuiltInServices Services
    {
        get => _services ?? throw new InvalidOperationException("The worker is not put together yet.");
        set => _services = _services is null ? value : throw new InvalidOperationException("The worker is put together already.");
    }

    /// <summary>One argument as JSON; empty when it was not given, or is null.</summary>
    internal static ReadOnlyMemory<byte> Argument(TaskInvocation call, int position, string name)
    {
        var args = JsonParts.Items(call.Body.Args);
        var value = position < args.Count ? args[position] : JsonParts.Members(call.Body.Kwargs).FirstOrDefault(pair => pair.Key == name).Value;
        return value.Span.SequenceEqual("null"u8) ? default : value;
    }

    private static TaskDefinition Define(string name, Func<TaskInvocation, ValueTask<TaskValue>> invoke, params TaskParameter[] parameters) => new(name, parameters, call =>
    {
        call.BindArguments();
        return invoke(call);
    })
    { IsBuiltIn = true };

    private static TaskParameter Optional(string name) => new(name, name, isOptional: true, isKeywordOnly: false);

    private static TaskParameter Keyword(string name) => new(name, name, isOptional: true, isKeywordOnly: true);

    private static TaskParameter Rest(string name) => new(name, name, isOptional: true, isKeywordOnly: false) { Collects = CollectedArguments.Positional };

    private static TaskParameter More() => new("kwargs", "kwargs", isOptional: true, isKeywordOnly: true) { Collects = CollectedArguments.Keyword };

    private static ValueTask<TaskValue> AccumulateAsync(TaskInvocation call)
    {
        var index = JsonParts.Members(call.Body.Kwargs).FirstOrDefault(pair => pair.Key == "index").Value;
        if (index.IsEmpty || index.Span.SequenceEqual("null"u8))
        {
            return new(new JsonTaskValue(call.Body.Args));
        }

        var items = JsonParts.Items(call.Body.Args);
        var place = Number(index, "index");
        place = place < 0 ? place + items.Count : place;
        return place >= 0 && place < items.Count
            ? new(new JsonTaskValue(items[place]))
#pragma warning disable CA2201 // What Python raises has this counterpart.
            : throw new IndexOutOfRangeException("tuple index out of range");
#pragma warning restore CA2201
    }

    // No messages and no results of each: the task is called as a method is. Only its name counts.
    private async ValueTask<TaskValue> MapAsync(TaskInvocation call, bool spread)
    {
        var name = SignatureReader.Read(Argument(call, 0, "task")).TaskName;
        var task = Services.Registry.Find(name) ?? throw new UnknownTaskException(
            name, $"Task '{name}', which {call.Definition.Name} is to call, is not registered on this worker; registered: {string.Join(", ", Services.Registry.Names)}.");
        var results = new List<TaskValue>();
        foreach (var item in JsonParts.Items(Argument(call, 1, "it")))
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            ReadOnlyMemory<byte> args = spread ? item : (byte[])[(byte)'[', .. item.Span, (byte)']'];
            if (spread && SignatureReader.First(item) != JsonTokenType.StartArray)
            {
                throw new InvalidCastException($"{call.Definition.Name} needs a list of arguments for each call of '{name}', one of its items is none.");
            }

            var each = new TaskInvocation(task, new TaskBody(args, TaskBody.Empty.Kwargs, TaskEmbed.Empty), call.SerializerOptions, call.Context, Services.Scopes);
            try
            {
                results.Add(await task.Invoke(each).ConfigureAwait(false));
            }
            finally
            {
                if (each.Scope is { } scope)
                {
                    await scope.DisposeAsync().ConfigureAwait(false);
                }
            }
        }

        return new ListValue(results);
    }

    // celery/canvas.py chunks.apply_chunks, group
    private async ValueTask<TaskValue> ChunkAsync(TaskInvocation call)
    {
        var (task, size) = (Argument(call, 0, "task"), Number(Argument(call, 2, "n"), "n"));
        if (size < 1)
        {
            throw new ArgumentException($"n of celery.chunks must be 1 or more, was {size}.");
        }

        Signature[] parts =
        [
            .. JsonParts.Items(Argument(call, 1, "it")).Chunk(size).Select(part => new Signature(
                "celery.starmap", [], [new("task", new JsonTaskValue(task)), new("it", new ListValue([.. part.Select(item => new JsonTaskValue(item))]))])),
        ];
        return await ApplyAsync(call, Compositions.Group(parts), PartialArguments.None, SendOptions.Default).ConfigureAwait(false);
    }

    private async ValueTask<TaskValue> SendGroupAsync(TaskInvocation call)
    {
        var tasks = SignatureReader.ReadList(Argument(call, 0, "tasks"));
        var id = Argument(call, 2, "group_id") is { IsEmpty: false } text ? PythonText(text) : null;
        var options = id is null ? SendOptions.Default : new SendOptions { TaskId = id };
        return await ApplyAsync(call, Compositions.Group(tasks), Partial(call, 3), options).ConfigureAwait(false);
    }

    private async ValueTask<TaskValue> SendChordAsync(TaskInvocation call)
    {
        var header = Argument(call, 0, "header");
        var group = SignatureReader.First(header) == JsonTokenType.StartArray ? Compositions.Group(SignatureReader.ReadList(header)) : SignatureReader.Read(header);
        group = group.Kind == SignatureKind.Group ? group : Compositions.Group([group]);
        var chord = Compositions.Chord(group, SignatureReader.Read(Argument(call, 1, "body")));
        return await ApplyAsync(call, chord, Partial(call, 2), SendOptions.Default).ConfigureAwait(false);
    }

    // Backends that do not forget by themselves are told to.
    private ValueTask<TaskValue> CleanUpAsync(TaskInvocation call) => Services.CleanUpAsync(call.CancellationToken);

    private async ValueTask<TaskValue> ApplyAsync(TaskInvocation call, Signature signature, PartialArguments partial, SendOptions options)
    {
        var result = await Services.Sender.ApplyAsync(signature, partial, options, call.Context, call.CancellationToken).ConfigureAwait(false);
        return result is null ? TaskValue.Null : new ResultTupleTaskValue(WorkflowResults.ToNode(result));
    }

    private static PartialArguments Partial(TaskInvocation call, int position) => Argument(call, position, "partial_args") is { IsEmpty: false } args
        ? new PartialArguments([.. JsonParts.Items(args).Select(item => new JsonTaskValue(item))], [])
        : PartialArguments.None;

    internal static int Number(ReadOnlyMemory<byte> json, string name)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number)
            ? number
            : throw new InvalidCastException($"'{name}' must be an integer.");
    }

    internal static string PythonText(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? PythonString.Read(ref reader) : throw new InvalidCastException("An id must be a text.");
    }

    private sealed class ResultTupleTaskValue(ResultNode node) : TaskValue
    {
        public override object AsObject() => node;

        public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options) => node.Write(writer);
    }
}
