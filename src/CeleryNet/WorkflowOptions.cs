namespace CeleryNet;

/// <summary>
/// The options of a call by which it hangs together with others. A part of its own, so that a call that stands alone carries none of them.
/// celery/canvas.py Signature.options
/// </summary>
internal sealed record WorkflowOptions
{
    /// <summary>Calls to make with the result (<c>link</c>); null when not set.</summary>
    public IReadOnlyList<Signature>? Links { get; init; }

    /// <summary>Calls to make when it fails (<c>link_error</c>); null when not set.</summary>
    public IReadOnlyList<Signature>? ErrorLinks { get; init; }

    /// <summary>The rest of the chain, the last step first (<c>chain</c>); null when not set.</summary>
    public IReadOnlyList<Signature>? Chain { get; init; }

    /// <summary>The body of the chord it is a part of (<c>chord</c>); null when it is part of none.</summary>
    public Signature? Chord { get; init; }

    /// <summary>Options that only others know, as JSON: they go on as they came.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Unknown { get; init; } = [];

    public bool IsEmpty => this is { Links: null, ErrorLinks: null, Chain: null, Chord: null, Unknown.Count: 0 };

    /// <summary>These, with those that are set in <paramref name="over"/> taking precedence.</summary>
    public static WorkflowOptions? Overlay(WorkflowOptions? stored, WorkflowOptions? over) => stored is null ? over : over is null ? stored : new()
    {
        Links = over.Links ?? stored.Links,
        ErrorLinks = over.ErrorLinks ?? stored.ErrorLinks,
        Chain = over.Chain ?? stored.Chain,
        Chord = over.Chord ?? stored.Chord,
        Unknown = over.Unknown.Count == 0 ? stored.Unknown
            : [.. stored.Unknown.Where(pair => over.Unknown.All(each => each.Key != pair.Key)), .. over.Unknown],
    };

    /// <summary>Null in place of options of which none is set.</summary>
    public WorkflowOptions? OrNull() => IsEmpty ? null : this;
}
