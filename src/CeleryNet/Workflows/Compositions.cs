using CeleryNet.Extensibility;

namespace CeleryNet.Workflows;

/// <summary>Makes composed signatures, and the same ones with other parts. What they are on the wire is their arguments. celery/canvas.py _chain, group, _chord</summary>
internal static class Compositions
{
    public const string ChainName = "celery.chain";
    public const string GroupName = "celery.group";
    public const string ChordName = "celery.chord";

    public static Signature Chain(IReadOnlyList<Signature> steps, SendOptions? options = null)
    {
        var (kwargs, parts) = ChainContent(steps);
        return new Signature(ChainName, [], kwargs, options ?? SendOptions.Default, parts);
    }

    public static Signature Group(IReadOnlyList<Signature> members, SendOptions? options = null)
    {
        var (kwargs, parts) = GroupContent(members);
        return new Signature(GroupName, [], kwargs, options ?? SendOptions.Default, parts);
    }

    public static Signature Chord(
        Signature header, Signature body, SendOptions? options = null, IReadOnlyList<KeyValuePair<string, TaskValue>>? headerKwargs = null)
    {
        var (kwargs, parts) = ChordContent(header, body, headerKwargs ?? []);
        return new Signature(ChordName, [], kwargs, options ?? SendOptions.Default, parts);
    }

    /// <summary>The same chain or group of other tasks.</summary>
    public static Signature WithTasks(Signature signature, IReadOnlyList<Signature> tasks)
    {
        var (kwargs, parts) = signature.Kind == SignatureKind.Chain ? ChainContent(tasks) : GroupContent(tasks);
        return signature.Copy(signature.Args, kwargs, signature.Options, Keep(signature, parts));
    }

    /// <summary>The same chord of other parts.</summary>
    public static Signature WithChord(Signature chord, Signature header, Signature body)
    {
        var (kwargs, parts) = ChordContent(header, body, HeaderKwargs(chord));
        return chord.Copy(chord.Args, kwargs, chord.Options, Keep(chord, parts));
    }

    /// <summary>Whether what it ends in is a group, which has no single result.</summary>
    public static bool EndsInGroup(Signature signature) => signature.Kind switch
    {
        SignatureKind.Group => true,
        SignatureKind.Chain => signature.Parts!.Tasks is [.., var last] && EndsInGroup(last),
        SignatureKind.Chord => EndsInGroup(signature.Parts!.Body!),
        _ => false,
    };

    /// <summary>Whether it has a chord, or will have one where a group is followed by something.</summary>
    public static bool HasChord(Signature signature) => signature.Kind == SignatureKind.Chord || (signature.Parts is { } parts
        && (parts.Tasks.Any(HasChord)
            || (signature.Kind == SignatureKind.Chain && parts.Tasks.SkipLast(1).Any(step => step is { Kind: SignatureKind.Group, Parts.Tasks.Count: not 1 }))));

    /// <summary>The keyword arguments that a chord has for all of its header.</summary>
    public static IReadOnlyList<KeyValuePair<string, TaskValue>> HeaderKwargs(Signature chord)
        => chord.Kwargs.FirstOrDefault(pair => pair.Key == "kwargs").Value is MapValue map ? map.Entries : [];

    public static (IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs, SignatureParts Parts) ChainContent(IReadOnlyList<Signature> steps)
        => (Tasks(steps), new SignatureParts { Kind = SignatureKind.Chain, Tasks = steps });

    public static (IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs, SignatureParts Parts) GroupContent(IReadOnlyList<Signature> members)
        => (Tasks(members), new SignatureParts { Kind = SignatureKind.Group, Tasks = members });

    public static (IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs, SignatureParts Parts) ChordContent(
        Signature header, Signature body, IReadOnlyList<KeyValuePair<string, TaskValue>> headerKwargs) =>
    (
        [
            new("kwargs", new MapValue(headerKwargs)),
            // A header that has options of its own needs a place for them; without, Celery writes the bare list.
            new("header", ReferenceEquals(header.Options, SendOptions.Default) ? new SignatureListValue(header.Parts!.Tasks) : new SignatureValue(header)),
            new("body", new SignatureValue(body)),
        ],
        new SignatureParts { Kind = SignatureKind.Chord, Header = header, Body = body });

    private static IReadOnlyList<KeyValuePair<string, TaskValue>> Tasks(IReadOnlyList<Signature> tasks) => [new("tasks", new SignatureListValue(tasks))];

    private static SignatureParts Keep(Signature signature, SignatureParts parts)
        => parts with { IsImmutable = signature.IsImmutable, Unknown = signature.Parts?.Unknown ?? [] };
}
