namespace CeleryNet.Workflows;

/// <summary>What is called after a signature, whatever it is composed of. celery/canvas.py Signature.link, link_error, set_immutable and those of its subclasses</summary>
internal static class SignatureLinks
{
    /// <summary>The signature with one more call to make with its result: the result of the last step, or of the body.</summary>
    /// <exception cref="InvalidOperationException">It is a group, which has no result of its own.</exception>
    public static Signature Link(Signature signature, Signature callback) => signature.Kind switch
    {
        SignatureKind.Group => throw new InvalidOperationException(
            "A group has no single result to call anything with; follow it by Then, which makes a chord of it, or link its members."),
        SignatureKind.Chord => Compositions.WithChord(signature, signature.Parts!.Header!, Link(signature.Parts.Body!, callback)),
        SignatureKind.Chain when signature.Parts!.Tasks is [.., { Kind: SignatureKind.Group }] => throw new InvalidOperationException(
            "A chain that ends in a group has no single result to call anything with; follow it by Then, which makes a chord of it, or link the group's members."),
        _ => SignatureMerge.WithWorkflow(signature, workflow => workflow with { Links = Append(workflow.Links, callback) }),
    };

    /// <summary>The signature with one more call to make when it fails: any of a group's members, or a chord as a whole.</summary>
    public static Signature OnError(Signature signature, Signature errback) => signature.Kind switch
    {
        SignatureKind.Group => Compositions.WithTasks(signature, [.. signature.Parts!.Tasks.Select(member => OnError(member, errback))]),
        SignatureKind.Chord => Compositions.WithChord(signature, signature.Parts!.Header!, OnError(signature.Parts.Body!, errback)),
        _ => SignatureMerge.WithWorkflow(signature, workflow => workflow with { ErrorLinks = Append(workflow.ErrorLinks, errback) }),
    };

    /// <summary>
    /// The signature taking no arguments from what it follows. What is composed hands such arguments on to what it begins with, and a reader of the message looks
    /// for the mark there.
    /// </summary>
    public static Signature Immutable(Signature signature)
    {
        switch (signature.Kind)
        {
            case SignatureKind.Group:
                return Compositions.WithTasks(signature, [.. signature.Parts!.Tasks.Select(Immutable)]);
            case SignatureKind.Chord:
                return Compositions.WithChord(signature, Immutable(signature.Parts!.Header!), signature.Parts.Body!);
            case SignatureKind.Chain:
                return signature.Parts!.Tasks is [var first, ..]
                    ? Compositions.WithTasks(signature, [Immutable(first), .. signature.Parts.Tasks.Skip(1)])
                    : signature;
            default:
                return signature.IsImmutable
                    ? signature
                    : signature.Copy(signature.Args, signature.Kwargs, signature.Options, signature.Parts is { } parts ? parts with { IsImmutable = true } : SignatureParts.Immutable);
        }
    }

    /// <summary>The steps of a chain, each with what the chain calls when it fails, the last with what it calls with its result. celery/canvas.py unchain_tasks</summary>
    public static IReadOnlyList<Signature> Unchain(Signature chain)
    {
        var steps = chain.Parts!.Tasks.ToArray();
        foreach (var errback in chain.ErrorLinks)
        {
            for (var i = 0; i < steps.Length; i++)
            {
                steps[i] = OnError(steps[i], errback);
            }
        }

        foreach (var callback in steps.Length == 0 ? [] : chain.Links)
        {
            steps[^1] = Link(steps[^1], callback);
        }

        return steps;
    }

    private static IReadOnlyList<Signature> Append(IReadOnlyList<Signature>? links, Signature link)
        => links is null ? [link] : links.Contains(link, SignatureComparer.Instance) ? links : [.. links, link];
}
