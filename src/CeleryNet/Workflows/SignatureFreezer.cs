namespace CeleryNet.Workflows;

/// <summary>Where a signature stands in its workflow, as far as that is decided.</summary>
internal readonly record struct WorkflowPlace
{
    public TaskId? Id { get; init; }

    public TaskId? RootId { get; init; }

    public TaskId? ParentId { get; init; }

    public string? GroupId { get; init; }

    public int? GroupIndex { get; init; }

    /// <summary>The body of the chord it is part of.</summary>
    public Signature? Chord { get; init; }
}

/// <summary>A signature whose parts have their ids, and the results they will have.</summary>
internal readonly record struct FrozenSignature(Signature Signature, WorkflowResult Result);

/// <summary>The steps of a chain, ready to be sent, the last one first; and their results in the same order.</summary>
internal readonly record struct PreparedChain(IReadOnlyList<Signature> Steps, IReadOnlyList<WorkflowResult> Results);

/// <summary>
/// Gives the parts of a workflow their ids before anything is sent, so that each can be waited for. Ids that are there stay: to freeze again changes nothing.
/// celery/canvas.py Signature.freeze, _chain.prepare_steps, group._freeze_group_tasks, _chord.freeze
/// </summary>
/// <param name="replyTo">Where results that travel as messages are to go; empty for nowhere.</param>
internal sealed class SignatureFreezer(string replyTo)
{
    private readonly string? _replyTo = replyTo.Length == 0 ? null : replyTo;

    /// <exception cref="InvalidOperationException">A chain has no steps, or something is linked to what has no single result.</exception>
    public FrozenSignature Freeze(Signature signature, WorkflowPlace place) => signature.Kind switch
    {
        SignatureKind.Chain => FreezeChain(signature, place),
        SignatureKind.Group => FreezeGroup(signature, place),
        SignatureKind.Chord => FreezeChord(signature, place),
        _ => FreezeCall(signature, place),
    };

    /// <summary>Of a group of one, that one; anything else as it is. celery/canvas.py maybe_unroll_group</summary>
    public static Signature Unroll(Signature step)
    {
        while (step is { Kind: SignatureKind.Group, Parts.Tasks: [var only] })
        {
            step = only.Copy(SignatureMerge.Merge(only.Options, ForMembers(step)));
        }

        return step;
    }

    /// <summary>The members of a group as they are sent: groups within it are taken apart, the others get their places.</summary>
    /// <remarks>The order is that of the members. Celery turns the members of a group within the header of a chord around, and promises no order there.</remarks>
    public (IReadOnlyList<Signature> Members, IReadOnlyList<WorkflowResult> Results) FreezeMembers(Signature group, WorkflowPlace place)
    {
        var members = new List<Signature>();
        var results = new List<WorkflowResult>();
        foreach (var each in Flatten(group))
        {
            var member = place.Chord is null ? each : PartOfChord.Of(each);
            var frozen = Freeze(member, place with { Id = null, GroupIndex = member.Options.GroupIndex ?? members.Count });
            members.Add(frozen.Signature);
            results.Add(frozen.Result);
        }

        return (members, results);
    }

    /// <summary>
    /// The steps of a chain as they are sent: chains within it are spliced in, a group that something follows becomes a chord with that. The first step gets the
    /// arguments, the last one the place of the chain and what is called with its result; each gets what is called when it fails.
    /// </summary>
    public PreparedChain Prepare(
        Signature chain, PartialArguments partial, WorkflowPlace place, IReadOnlyList<Signature>? links = null, IReadOnlyList<Signature>? errorLinks = null)
    {
        var todo = new Stack<Signature>(chain.Parts!.Tasks);
        var (steps, results) = (new List<Signature>(), new List<WorkflowResult>());
        while (todo.TryPop(out var step))
        {
            step = Unroll(step);
            if (step.Kind == SignatureKind.Chain)
            {
                foreach (var inner in SignatureLinks.Unchain(step))
                {
                    todo.Push(inner);
                }

                continue;
            }

            var (isFirst, isLast) = (todo.Count == 0, steps.Count == 0);
            step = isFirst ? Give(step, partial) : step;
            var own = new WorkflowPlace { RootId = place.RootId, ParentId = isFirst ? place.ParentId : null };
            if (step.Kind == SignatureKind.Group && !isLast)
            {
                // What follows is its body; it is frozen, and has been given what is called when it fails.
                var (body, result) = (steps[^1], results[^1]);
                var header = FreezeGroup(step, own with { Chord = body });
                result.Root.Parent = header.Result;
                steps[^1] = Compositions.Chord(header.Signature, body, new SendOptions { TaskId = result.Id, RootId = place.RootId });
                continue;
            }

            foreach (var errback in errorLinks ?? [])
            {
                step = SignatureLinks.OnError(step, errback);
            }

            foreach (var callback in isLast ? links ?? [] : [])
            {
                step = SignatureLinks.Link(step, callback);
            }

            var frozen = Freeze(step, isLast ? place with { ParentId = own.ParentId } : own);
            if (!isLast)
            {
                results[^1].Root.Parent = frozen.Result;
            }

            steps.Add(frozen.Signature);
            results.Add(frozen.Result);
        }

        return new PreparedChain(steps, results);
    }

    private static Signature Give(Signature step, PartialArguments partial) => step.Kind == SignatureKind.Group && !partial.IsEmpty
        ? Compositions.WithTasks(step, [.. step.Parts!.Tasks.Select(member => Give(member, partial))])
        : step.Kind == SignatureKind.Chain && !partial.IsEmpty && step.Parts!.Tasks is [var first, ..]
            ? Compositions.WithTasks(step, [Give(first, partial), .. step.Parts.Tasks.Skip(1)])
            : SignatureMerge.Apply(step, partial, SendOptions.Default);

    // What a group says of how it is sent, it says of its members.
    private static IEnumerable<Signature> Flatten(Signature group)
    {
        foreach (var member in group.Parts!.Tasks)
        {
            if (member.Kind != SignatureKind.Group)
            {
                yield return member;
                continue;
            }

            var options = ForMembers(member);
            foreach (var inner in Flatten(member))
            {
                yield return inner.Copy(SignatureMerge.Merge(inner.Options, options));
            }
        }
    }

    private static SendOptions ForMembers(Signature group)
        => group.Options == SendOptions.Default
            ? SendOptions.Default
            : group.Options with { TaskId = null, GroupId = null, GroupIndex = null, RootId = null, ParentId = null };

    private FrozenSignature FreezeCall(Signature signature, WorkflowPlace place)
    {
        var options = signature.Options;
        var id = options.TaskId ?? place.Id ?? TaskId.New();
        var frozen = signature.Copy(options with
        {
            TaskId = id,
            RootId = place.RootId ?? options.RootId,
            ParentId = place.ParentId ?? options.ParentId,
            ReplyTo = options.ReplyTo ?? _replyTo,
            GroupId = options.GroupId ?? place.GroupId,
            GroupIndex = place.GroupIndex ?? options.GroupIndex,
            Workflow = WithChord(options.Workflow, place.Chord),
        });
        return new FrozenSignature(frozen, new WorkflowResult(id.Value));
    }

    private FrozenSignature FreezeChain(Signature chain, WorkflowPlace place)
    {
        var prepared = Prepare(chain, PartialArguments.None, place with { Id = chain.Options.TaskId ?? place.Id });
        if (prepared.Steps.Count == 0)
        {
            throw new InvalidOperationException("A chain without steps has no result that anything could wait for; leave it out, or give it a step.");
        }

        // The id of its last step stands for the chain: a worker that gives up what comes after a failure stores that under it.
        var result = prepared.Results[0];
        var steps = Compositions.WithTasks(chain, [.. prepared.Steps.Reverse()]);
        return new FrozenSignature(steps.Copy(steps.Options with { TaskId = result.Id }), result);
    }

    private FrozenSignature FreezeGroup(Signature group, WorkflowPlace place)
    {
        var options = group.Options;
        var id = options.TaskId?.Value ?? place.GroupId ?? TaskId.New().Value;
        // The members are told the id when they are sent: Celery 5.2 gives the header of a chord within a workflow another one then.
        var (members, results) = FreezeMembers(group, place);
        var frozen = Compositions.WithTasks(group.Copy(options with
        {
            TaskId = id,
            RootId = options.RootId ?? place.RootId,
            ParentId = options.ParentId ?? place.ParentId,
            Workflow = WithChord(options.Workflow, place.Chord),
        }), members);
        return new FrozenSignature(frozen, new WorkflowResult(id, results));
    }

    private FrozenSignature FreezeChord(Signature chord, WorkflowPlace place)
    {
        var body = Freeze(chord.Parts!.Body!, place with { Id = place.Id ?? chord.Options.TaskId, ParentId = null });
        var header = FreezeGroup(chord.Parts.Header!, new WorkflowPlace { RootId = place.RootId, ParentId = place.ParentId, Chord = body.Signature });
        body.Result.Root.Parent = header.Result;
        var frozen = Compositions.WithChord(chord, header.Signature, body.Signature);
        // Celery puts the id of the header here. That of the body is what somebody waits for, and what a worker fails when the chord is not reached.
        return new FrozenSignature(frozen.Copy(frozen.Options with { TaskId = chord.Options.TaskId ?? body.Result.Id }), body.Result);
    }

    private static WorkflowOptions? WithChord(WorkflowOptions? workflow, Signature? chord)
        => chord is null ? workflow : (workflow ?? new WorkflowOptions()) with { Chord = chord };
}
