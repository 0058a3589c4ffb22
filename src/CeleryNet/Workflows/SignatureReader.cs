using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Workflows;

/// <summary>Reads signatures as messages bring them; arguments stay the JSON they are. celery/canvas.py Signature.from_dict, maybe_signature</summary>
internal static class SignatureReader
{
    /// <param name="json">A signature.</param>
    /// <exception cref="MalformedMessageException">It is none.</exception>
    public static Signature Read(ReadOnlyMemory<byte> json) => Guard(json, ReadOne);

    /// <param name="json">A list of signatures, or one alone.</param>
    /// <exception cref="MalformedMessageException">It is not that.</exception>
    public static IReadOnlyList<Signature> ReadList(ReadOnlyMemory<byte> json) => Guard(json, ReadMany);

    internal static IReadOnlyList<Signature> ReadMany(ReadOnlyMemory<byte> json) => First(json) switch
    {
        JsonTokenType.StartArray => [.. JsonParts.Items(json).Select(ReadOne)],
        JsonTokenType.StartObject => [ReadOne(json)],
        var other => throw new MalformedMessageException($"Signatures must be a list of JSON objects, was {other}."),
    };

    internal static JsonTokenType First(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() ? reader.TokenType : JsonTokenType.None;
    }

    internal static Signature ReadOne(ReadOnlyMemory<byte> json)
    {
        if (First(json) is var type and not JsonTokenType.StartObject)
        {
            throw new MalformedMessageException($"A signature must be a JSON object with a member 'task', was {type}.");
        }

        string? task = null, kind = null;
        IReadOnlyList<TaskValue> args = [];
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> kwargs = [], unknown = [];
        var options = SendOptions.Default;
        var isImmutable = false;
        foreach (var (name, value) in JsonParts.Members(json))
        {
            var token = First(value);
            switch (name)
            {
                case "task": task = Text(name, value, token); break;
                case "args" when token == JsonTokenType.StartArray: args = [.. JsonParts.Items(value).Select(item => new JsonTaskValue(item))]; break;
                case "kwargs" when token == JsonTokenType.StartObject: kwargs = JsonParts.Members(value); break;
                case "options" when token == JsonTokenType.StartObject: options = SignatureOptionsReader.Read(value); break;
                case "args" or "kwargs" or "options" when token == JsonTokenType.Null: break;
                case "args" or "kwargs" or "options": throw new MalformedMessageException($"'{name}' of a signature must be {(name == "args" ? "a list" : "an object")}, was {token}.");
                case "subtask_type": kind = Text(name, value, token); break;
                case "immutable": isImmutable = token == JsonTokenType.True; break;
                default: unknown.Add(new(name, value)); break;
            }
        }

        if (string.IsNullOrEmpty(task))
        {
            throw new MalformedMessageException("A signature must have a member 'task' with the name of the task; it has none.");
        }

        var signature = kind switch
        {
            null or "" or "xmap" or "xstarmap" or "chunks" => Call(task, args, kwargs, options, isImmutable),
            "chain" => Compositions.Chain(Tasks(kind, kwargs), options),
            "group" => Compositions.Group(Tasks(kind, kwargs), options),
            "chord" => Chord(kwargs, options),
            _ => throw new MalformedMessageException($"The subtask_type of a signature must be null, chain, group, chord, xmap, xstarmap or chunks, was '{kind}' (task '{task}')."),
        };
        return unknown.Count == 0 && isImmutable == signature.IsImmutable && args.Count == signature.Args.Count
            ? signature
            : signature.Copy(args, signature.Kwargs, options, (signature.Parts ?? new SignatureParts()) with { IsImmutable = isImmutable, Unknown = unknown });
    }

    private static Signature Call(
        string task, IReadOnlyList<TaskValue> args, List<KeyValuePair<string, ReadOnlyMemory<byte>>> kwargs, SendOptions options, bool isImmutable)
        => new(task, args, Values(kwargs), options, isImmutable ? SignatureParts.Immutable : null);

    private static Signature Chord(List<KeyValuePair<string, ReadOnlyMemory<byte>>> kwargs, SendOptions options)
    {
        var header = Member("chord", kwargs, "header");
        // Frozen, a header is a group; else it is the bare list of its members.
        var group = First(header) == JsonTokenType.StartArray ? Compositions.Group(ReadMany(header)) : ReadOne(header);
        group = group.Kind switch
        {
            SignatureKind.Group => group,
            SignatureKind.Chain => Compositions.Group(group.Parts!.Tasks),
            _ => Compositions.Group([group]),
        };
        var inner = kwargs.FirstOrDefault(pair => pair.Key == "kwargs").Value;
        return Compositions.Chord(
            group,
            ReadOne(Member("chord", kwargs, "body")),
            options,
            !inner.IsEmpty && First(inner) == JsonTokenType.StartObject ? Values(JsonParts.Members(inner)) : []);
    }

    private static IReadOnlyList<Signature> Tasks(string kind, List<KeyValuePair<string, ReadOnlyMemory<byte>>> kwargs) => ReadMany(Member(kind, kwargs, "tasks"));

    private static ReadOnlyMemory<byte> Member(string kind, List<KeyValuePair<string, ReadOnlyMemory<byte>>> kwargs, string name)
        => kwargs.FirstOrDefault(pair => pair.Key == name).Value is { IsEmpty: false } value
            ? value
            : throw new MalformedMessageException($"The kwargs of a {kind} must have a member '{name}'; they have {(kwargs.Count == 0 ? "none" : string.Join(", ", kwargs.Select(pair => pair.Key)))}.");

    private static KeyValuePair<string, TaskValue>[] Values(List<KeyValuePair<string, ReadOnlyMemory<byte>>> members)
        => [.. members.Select(pair => KeyValuePair.Create<string, TaskValue>(pair.Key, new JsonTaskValue(pair.Value)))];

    private static string? Text(string name, ReadOnlyMemory<byte> json, JsonTokenType token)
    {
        if (token == JsonTokenType.Null)
        {
            return null;
        }

        if (token != JsonTokenType.String)
        {
            throw new MalformedMessageException($"'{name}' of a signature must be a string, was {token}.");
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        return PythonString.Read(ref reader);
    }

    private static T Guard<T>(ReadOnlyMemory<byte> json, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(json);
        }
        catch (JsonException error)
        {
            throw new MalformedMessageException($"A signature is not JSON, or nested too deep: {error.Message}", error);
        }
    }
}
