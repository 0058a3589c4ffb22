namespace CeleryNet.Workflows;

/// <summary>What a signature is: <c>subtask_type</c> on the wire.</summary>
internal enum SignatureKind
{
    /// <summary>A call of one task; those of <c>celery.map</c> and <c>celery.starmap</c> are such, too.</summary>
    Call,

    /// <summary>Steps, one after the other.</summary>
    Chain,

    /// <summary>Members, at the same time.</summary>
    Group,

    /// <summary>A group and what is called with all its results.</summary>
    Chord,
}

/// <summary>What there is of a signature beyond a call with arguments.</summary>
internal sealed record SignatureParts
{
    /// <summary>Those of a call that takes no arguments from what it follows.</summary>
    public static SignatureParts Immutable { get; } = new() { IsImmutable = true };

    public SignatureKind Kind { get; init; }

    public bool IsImmutable { get; init; }

    /// <summary>The step whose result it gets in front of its arguments; null when it gets none, or that has become a matter of where it stands.</summary>
    public object? Previous { get; init; }

    /// <summary>The steps of a chain in the order they run, or the members of a group.</summary>
    public IReadOnlyList<Signature> Tasks { get; init; } = [];

    /// <summary>The group of a chord; null for what is no chord.</summary>
    public Signature? Header { get; init; }

    /// <summary>What a chord calls with the results of its header; null for what is no chord.</summary>
    public Signature? Body { get; init; }

    /// <summary>Keys that only others know, as JSON: they go on as they came.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Unknown { get; init; } = [];
}
