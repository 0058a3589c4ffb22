using CeleryNet.Extensibility;

namespace CeleryNet.Workflows;

/// <summary>
/// Whether two signatures are the same call: a callback that is there twice is called once. Values of types of the user's own are compared as they compare themselves.
/// </summary>
internal sealed class SignatureComparer : IEqualityComparer<Signature>
{
    public static SignatureComparer Instance { get; } = new();

    public bool Equals(Signature? x, Signature? y) => ReferenceEquals(x, y)
        || (x is not null && y is not null
            && x.TaskName == y.TaskName
            && x.Kind == y.Kind
            && x.IsImmutable == y.IsImmutable
            && AreSame(x.Options, y.Options)
            && x.Args.Count == y.Args.Count
            && x.Kwargs.Count == y.Kwargs.Count
            && x.Args.Zip(y.Args).All(pair => AreSame(pair.First, pair.Second))
            && x.Kwargs.Zip(y.Kwargs).All(pair => pair.First.Key == pair.Second.Key && AreSame(pair.First.Value, pair.Second.Value)));

    public int GetHashCode(Signature obj) => StringComparer.Ordinal.GetHashCode(obj.TaskName);

    private bool AreSame(SendOptions x, SendOptions y)
        => (x with { Workflow = null }) == (y with { Workflow = null }) && AreSame(x.Workflow, y.Workflow);

    private bool AreSame(WorkflowOptions? x, WorkflowOptions? y) => ReferenceEquals(x, y)
        || (x is not null && y is not null
            && AreSame(x.Links, y.Links)
            && AreSame(x.ErrorLinks, y.ErrorLinks)
            && AreSame(x.Chain, y.Chain)
            && (x.Chord is null ? y.Chord is null : Equals(x.Chord, y.Chord))
            && x.Unknown.Count == y.Unknown.Count
            && x.Unknown.Zip(y.Unknown).All(pair => pair.First.Key == pair.Second.Key && pair.First.Value.Span.SequenceEqual(pair.Second.Value.Span)));

    private bool AreSame(IReadOnlyList<Signature>? x, IReadOnlyList<Signature>? y) => x is null || y is null ? x is null && y is null : x.SequenceEqual(y, this);

    private bool AreSame(TaskValue x, TaskValue y) => (x, y) switch
    {
        _ when ReferenceEquals(x, y) => true,
        (JsonTaskValue own, JsonTaskValue other) => own.Json.Span.SequenceEqual(other.Json.Span),
        (SignatureValue, SignatureValue) => Equals((Signature?)x.AsObject(), (Signature?)y.AsObject()),
        (SignatureListValue, SignatureListValue) => AreSame((IReadOnlyList<Signature>?)x.AsObject(), (IReadOnlyList<Signature>?)y.AsObject()),
        _ => x.GetType() == y.GetType() && x.AsObject() is var value && Equals(value, y.AsObject()),
    };
}
