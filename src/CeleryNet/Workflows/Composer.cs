namespace CeleryNet.Workflows;

/// <summary>Puts signatures one after the other, and settles which of them get the result of what is before them. celery/canvas.py __or__ of Signature and its subclasses</summary>
internal static class Composer
{
    /// <summary>A signature followed by another.</summary>
    public static Signature Join(Signature first, Signature next) => (first.Kind, next.Kind) switch
    {
        (SignatureKind.Group, _) => Compositions.Chord(first, next),
        (SignatureKind.Chain, _) => Chain(JoinChain(SignatureLinks.Unchain(first), next)),
        (SignatureKind.Chord, SignatureKind.Call) => AppendToBody(first, next),
        _ => Chain([first, .. Steps(next)]),
    };

    /// <summary>What a lambda makes of the result it is given.</summary>
    /// <exception cref="ArgumentException">It was given the result of another step.</exception>
    public static Signature Bind<T>(Func<IPrevious<T>, Signature> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var previous = new Previous<T>();
        var signature = next(previous) ?? throw new ArgumentException("What makes the next step of a workflow must return a signature, it returned null.", nameof(next));
        return Settle(signature, previous.Step);
    }

    /// <summary>Looks that nothing waits for a result it will not get.</summary>
    /// <exception cref="ArgumentException">Something does.</exception>
    public static void ThrowIfUnsettled(Signature signature)
    {
        if (signature.Parts is not { } parts)
        {
            return;
        }

        if (parts.Previous is not null)
        {
            throw Misplaced(signature);
        }

        foreach (var task in parts.Tasks)
        {
            ThrowIfUnsettled(task);
        }

        if (parts is { Header: { } header, Body: { } body })
        {
            ThrowIfUnsettled(header);
            ThrowIfUnsettled(body);
        }
    }

    public static Signature<T> Typed<T>(Signature signature) => new(signature.TaskName, signature.Args, signature.Kwargs, signature.Options, signature.Parts);

    public static GroupSignature<T> TypedGroup<T>(Signature signature) => new(signature.TaskName, signature.Args, signature.Kwargs, signature.Options, signature.Parts);

    // What begins the step gets the result when it has taken it; Celery would give it to all that does not refuse.
    private static Signature Settle(Signature signature, object step)
    {
        switch (signature.Kind)
        {
            case SignatureKind.Chain:
                return signature.Parts!.Tasks is [var first, ..] && Settle(first, step) is var settled && !ReferenceEquals(settled, first)
                    ? Compositions.WithTasks(signature, [settled, .. signature.Parts.Tasks.Skip(1)])
                    : signature;
            case SignatureKind.Group:
                return Compositions.WithTasks(signature, [.. signature.Parts!.Tasks.Select(member => Settle(member, step))]);
            case SignatureKind.Chord:
                return Compositions.WithChord(signature, Settle(signature.Parts!.Header!, step), signature.Parts.Body!);
            default:
                if (signature.Parts is { Previous: { } taken } parts)
                {
                    return ReferenceEquals(taken, step)
                        ? signature.Copy(signature.Args, signature.Kwargs, signature.Options, Without(parts))
                        : throw Misplaced(signature);
                }

                return SignatureLinks.Immutable(signature);
        }
    }

    // A call that has nothing else about it is a plain one again.
    private static SignatureParts? Without(SignatureParts parts) => parts with { Previous = null } is var rest && rest == new SignatureParts() ? null : rest;

    private static ArgumentException Misplaced(Signature signature) => new(
        $"The call of task '{signature.TaskName}' takes the result of a step that is not the one right before it; what Then gives to its lambda can be taken by what that lambda returns, and there only at the beginning.");

    private static IReadOnlyList<Signature> JoinChain(IReadOnlyList<Signature> steps, Signature next) => (steps, next.Kind) switch
    {
        ([.., { Kind: SignatureKind.Group } last], SignatureKind.Call or SignatureKind.Group or SignatureKind.Chord) => Replace(steps, Compositions.Chord(last, next)),
        ([.., { Kind: SignatureKind.Group } last], _) => Steps(next) is [var body, ..]
            ? [.. Replace(steps, Compositions.Chord(last, body)), .. Steps(next).Skip(1)]
            : steps,
        ([.., { Kind: SignatureKind.Chord } last], SignatureKind.Call) => Replace(steps, AppendToBody(last, next)),
        _ => [.. steps, .. Steps(next)],
    };

    private static Signature AppendToBody(Signature chord, Signature next) => Compositions.WithChord(chord, chord.Parts!.Header!, Join(chord.Parts.Body!, next));

    private static IReadOnlyList<Signature> Replace(IReadOnlyList<Signature> steps, Signature last) => [.. steps.SkipLast(1), last];

    private static IReadOnlyList<Signature> Steps(Signature signature) => signature.Kind == SignatureKind.Chain ? SignatureLinks.Unchain(signature) : [signature];

    private static Signature Chain(IReadOnlyList<Signature> steps) => Compositions.Chain(steps);
}
