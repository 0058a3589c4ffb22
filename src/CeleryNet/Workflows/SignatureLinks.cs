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

    /// <summary>
    /// The steps of a chain that is to be taken apart. What is said of the chain is said of them: each has what is called when it fails, the last has its place and
    /// what is called with the result, the first has how the chain is sent. celery/canvas.py unchain_tasks
    /// </summary>
    public static IReadOnlyList<Signature> Unchain(Signature chain)
    {
        var options = chain.Options;
        if (ReferenceEquals(options, SendOptions.Default) || chain.Parts!.Tasks.Count == 0)
        {
            return chain.Parts!.Tasks;
        }

        var workflow = options.Workflow;
        Signature[] steps = [.. chain.Parts.Tasks.Select(step => (workflow?.ErrorLinks ?? []).Aggregate(step, OnError))];
        steps[^1] = (workflow?.Links ?? []).Aggregate(steps[^1], Link);
        var last = new SendOptions
        {
            TaskId = options.TaskId,
            GroupId = options.GroupId,
            GroupIndex = options.GroupIndex,
            Workflow = workflow?.Chord is { } chord ? new WorkflowOptions { Chord = chord } : null,
        };
        var first = options with
        {
            TaskId = null,
            GroupId = null,
            GroupIndex = null,
            Workflow = workflow is { Unknown.Count: > 0 } ? new WorkflowOptions { Unknown = workflow.Unknown } : null,
        };
        // What a step has of its own goes before what it gets from the chain only where it is its identity.
        steps[^1] = steps[^1].Copy(SignatureMerge.Merge(last, steps[^1].Options));
        steps[0] = first == SendOptions.Default ? steps[0] : steps[0].Copy(SignatureMerge.Merge(steps[0].Options, first));
        return steps;
    }

    private static IReadOnlyList<Signature> Append(IReadOnlyList<Signature>? links, Signature link)
        => links is null ? [link] : links.Contains(link, SignatureComparer.Instance) ? links : [.. links, link];
}
