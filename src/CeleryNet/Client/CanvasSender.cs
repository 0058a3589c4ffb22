using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Routing;
using CeleryNet.Workflows;

namespace CeleryNet.Client;

/// <summary>
/// Sends signatures, whatever they are composed of: the client's workflows, and what a worker calls after a task. Safe for concurrent use.
/// celery/canvas.py Signature.apply_async, _chain.run, group.apply_async, _chord.run
/// </summary>
/// <param name="publish">Sends one call under an id.</param>
/// <param name="results">The backend, and what handles to results need.</param>
/// <param name="bulk">Sends many at a time.</param>
/// <param name="router">Knows the queues.</param>
/// <param name="usesLinks">Whether the steps of a chain are linked to each other: messages of protocol 1 have no place for the rest of a chain.</param>
internal sealed class CanvasSender(PublishCall publish, ResultAccess results, BulkSender bulk, TaskRouter router, bool usesLinks = false)
{
    private const string UnlockName = "celery.chord_unlock";

    private static readonly TimeSpan _unlockCountdown = TimeSpan.FromSeconds(1);

    private readonly SignatureFreezer _freezer = new(results.Backend.ReplyTo);

    /// <summary>Applies a signature: a call is sent, of a chain its first step, of a group all its members, of a chord its header.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="partial">What is merged into its arguments, unless it takes none: a result for a callback.</param>
    /// <param name="options">
    /// What is merged into its options: the ids it belongs to, the rest of a chain, the body of a chord; <see cref="SendOptions.Default"/> for nothing. What is set
    /// here goes before what the signature has, except for its group and its stamps.
    /// </param>
    /// <param name="parent">The task that gets what is sent as its child; null for none.</param>
    /// <param name="cancellationToken">Ends the wait; some of it may have been sent by then.</param>
    /// <returns>The result of the last step, with those before it as its parents; of a chord that of its body; null for a chain without steps, of which nothing is sent.</returns>
    /// <exception cref="WorkflowSendException">Of a group or the header of a chord not all was sent.</exception>
    /// <exception cref="InvalidOperationException">The workflow is not one: something is linked to a group.</exception>
    /// <exception cref="CeleryConfigurationException">The backend cannot keep chords.</exception>
    public ValueTask<WorkflowResult?> ApplyAsync(
        Signature signature, PartialArguments partial, SendOptions options, TaskContext? parent, CancellationToken cancellationToken) => signature.Kind switch
        {
            SignatureKind.Chain => SendChainAsync(signature, partial, SignatureMerge.Merge(signature.Options, options), parent, cancellationToken),
            SignatureKind.Group => SendGroupAsync(signature, partial, SignatureMerge.Merge(signature.Options, options), parent, cancellationToken),
            SignatureKind.Chord => SendChordAsync(signature, partial, SignatureMerge.Merge(signature.Options, options), parent, cancellationToken),
            _ => SendCallAsync(SignatureMerge.Apply(signature, partial, options), parent, cancellationToken),
        };

    private static SendOptions ForParts(SendOptions options) => options == SendOptions.Default ? options : options with
    {
        TaskId = null,
        GroupId = null,
        GroupIndex = null,
        RootId = null,
        ParentId = null,
        Workflow = options.Workflow is { Unknown.Count: > 0 } workflow ? new WorkflowOptions { Unknown = workflow.Unknown } : null,
    };

    private static PartialArguments Join(Signature signature, PartialArguments partial) => signature.IsImmutable || partial.Args is null or []
        ? new PartialArguments(signature.Args, signature.IsImmutable ? [] : partial.Kwargs ?? [])
        : new PartialArguments([.. partial.Args, .. signature.Args], partial.Kwargs ?? []);

    // celery/canvas.py prepare_steps with use_link
    private static Signature LinkTo(Signature call, IReadOnlyList<Signature> chain)
    {
        var next = chain[0];
        for (var i = 1; i < chain.Count; i++)
        {
            next = SignatureLinks.Link(chain[i], next);
        }

        return SignatureLinks.Link(SignatureMerge.WithWorkflow(call, workflow => workflow with { Chain = null }), next);
    }

    private async ValueTask<WorkflowResult?> SendCallAsync(Signature call, TaskContext? parent, CancellationToken cancellationToken)
    {
        var id = call.Options.TaskId ?? TaskId.New();
        call = usesLinks && call.Options.Workflow?.Chain is { Count: > 0 } chain ? LinkTo(call, chain) : call;
        await publish(call, id, parent, cancellationToken).ConfigureAwait(false);
        return new WorkflowResult(id.Value);
    }

    private async ValueTask<WorkflowResult?> SendChainAsync(
        Signature chain, PartialArguments partial, SendOptions options, TaskContext? parent, CancellationToken cancellationToken)
    {
        var workflow = options.Workflow;
        var place = new WorkflowPlace
        {
            Id = options.TaskId,
            RootId = options.RootId,
            ParentId = options.ParentId,
            GroupId = options.GroupId,
            GroupIndex = options.GroupIndex,
            Chord = workflow?.Chord,
        };
        var prepared = _freezer.Prepare(chain, Join(chain, partial), place, workflow?.Links, workflow?.ErrorLinks);
        if (prepared.Steps is not [.., var first])
        {
            return null;
        }

        IReadOnlyList<Signature> rest = [.. prepared.Steps.SkipLast(1)];

        // What was to come after the chain comes after its own steps; the list is read from its end.
        IReadOnlyList<Signature> remainder = workflow?.Chain is { Count: > 0 } existing ? [.. existing, .. rest] : rest;
        var firstOptions = ForParts(options);
        if (remainder.Count > 0)
        {
            firstOptions = SignatureMerge.WithWorkflow(firstOptions, each => each with { Chain = remainder });
        }

        var result = await ApplyAsync(first, PartialArguments.None, firstOptions, parent, cancellationToken).ConfigureAwait(false);
        return rest.Count == 0 ? result : prepared.Results[0];
    }

    private async ValueTask<WorkflowResult?> SendGroupAsync(
        Signature group, PartialArguments partial, SendOptions options, TaskContext? parent, CancellationToken cancellationToken)
    {
        if (options.Workflow is { Links.Count: > 0 } or { ErrorLinks.Count: > 0 })
        {
            throw new InvalidOperationException("A group has no result and no failure of its own to link to; follow it by Then, which makes a chord of it, or link its members.");
        }

        var id = options.TaskId?.Value ?? TaskId.New().Value;
        var chord = options.Workflow?.Chord;
        var place = new WorkflowPlace { GroupId = id, RootId = options.RootId, ParentId = options.ParentId, Chord = chord };
        var (members, nodes) = _freezer.FreezeMembers(group, place);
        var memberOptions = ForParts(options);
        if (options.Workflow?.Chain is { Count: > 0 } chain)
        {
            memberOptions = SignatureMerge.WithWorkflow(memberOptions, each => each with { Chain = chain });
        }

        if (chord is not null && members.Count > 0 && results.Backend is IChordBackend chords)
        {
            await chords.SetSizeAsync(id, members.Sum(SignatureSize.Of), cancellationToken).ConfigureAwait(false);
        }

        await SendMembersAsync(id, "group", members, nodes, Join(group, partial), memberOptions, cancellationToken).ConfigureAwait(false);
        var result = nodes is [{ IsGroup: true } only] ? only : new WorkflowResult(id, nodes);
        parent?.AddChild(result);
        return result;
    }

    private async ValueTask<WorkflowResult?> SendChordAsync(
        Signature chord, PartialArguments partial, SendOptions options, TaskContext? parent, CancellationToken cancellationToken)
    {
        if (results.Backend is IChordlessBackend chordless)
        {
            throw new CeleryConfigurationException(chordless.ChordRefusal);
        }

        // What the chord is called with, and what comes after it, is the body's.
        var (header, body) = (chord.Parts!.Header!, chord.Parts.Body!);
        body = body.Copy(SignatureMerge.Merge(body.Options, options with { TaskId = null }));
        var id = header.Options.TaskId?.Value ?? TaskId.New().Value;
        var frozen = _freezer.Freeze(body, new WorkflowPlace { Id = options.TaskId, RootId = body.Options.RootId });
        var place = new WorkflowPlace { GroupId = id, RootId = body.Options.RootId, ParentId = options.ParentId, Chord = frozen.Signature };
        var (members, nodes) = _freezer.FreezeMembers(header, place);
        var group = new WorkflowResult(id, nodes);
        if (members.Count == 0)
        {
            await ApplyAsync(frozen.Signature, PartialArguments.Of(new ListValue([])), SendOptions.Default, null, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await PrepareJoinAsync(group, members, frozen.Signature, cancellationToken).ConfigureAwait(false);
            var given = Join(chord, partial);
            given = given with { Kwargs = SignatureMerge.Overlay(Compositions.HeaderKwargs(chord), given.Kwargs) };
            var memberOptions = SignatureMerge.Merge(ForParts(header.Options), ForParts(options));
            await SendMembersAsync(id, "header of the chord", members, nodes, given, memberOptions, cancellationToken).ConfigureAwait(false);
            parent?.AddChild(group);
        }

        frozen.Result.Root.Parent = group;
        return frozen.Result;
    }

    // All that is needed to bring the parts together is there before the first of them is sent: where it cannot be, nothing is sent.
    private async ValueTask PrepareJoinAsync(WorkflowResult group, IReadOnlyList<Signature> members, Signature body, CancellationToken cancellationToken)
    {
        if (results.Backend is IChordBackend chords)
        {
            if (group.Members!.Any(member => member.IsGroup))
            {
                await results.Backend.SaveGroupAsync(WorkflowResults.ToNode(group), cancellationToken).ConfigureAwait(false);
            }

            await chords.SetSizeAsync(group.Id, members.Sum(SignatureSize.Of), cancellationToken).ConfigureAwait(false);
            return;
        }

        // celery/backends/base.py fallback_chord_unlock
        var unlock = new Signature(
            UnlockName,
            [TaskValue.Of(group.Id), new SignatureValue(body)],
            [new("interval", TaskValue.Null), new("max_retries", TaskValue.Null), new("result", new ResultTupleValue(group.Members!))],
            new SendOptions
            {
                Countdown = _unlockCountdown,
                Queue = body.Options.Queue ?? QueueOf(body),
                Priority = body.Options.Priority,
                IgnoreResult = true,
            });
        await publish(unlock, TaskId.New(), null, cancellationToken).ConfigureAwait(false);
    }

    // Who can run the body can look after the chord.
    private string? QueueOf(Signature body)
    {
        var routed = router.Route(body);
        return routed.Options.Queue ?? routed.Destination.Declare?.Name;
    }

    private async ValueTask SendMembersAsync(
        string id,
        string what,
        IReadOnlyList<Signature> members,
        IReadOnlyList<WorkflowResult> nodes,
        PartialArguments partial,
        SendOptions options,
        CancellationToken cancellationToken)
    {
        var outcomes = await bulk.SendAsync(Enumerable.Range(0, members.Count), TrySendAsync, null, cancellationToken).ConfigureAwait(false);
        if (outcomes.FirstOrDefault(outcome => !outcome.IsSent) is { } failed)
        {
            // Where sending is running, a member that was sent may have failed.
            if (failed.Error is RemoteTaskException)
            {
                failed.ThrowIfFailed();
            }

            throw WorkflowSendException.Of(id, what, outcomes, failed);
        }

        async Task<SendOutcome> TrySendAsync(int index, CancellationToken token)
        {
            try
            {
                await ApplyAsync(members[index], partial, options, null, token).ConfigureAwait(false);
                return SendOutcome.Sent(AsyncResult.Create(nodes[index].Id, results));
            }
#pragma warning disable CA1031 // Whatever one member ends with, it is that member's outcome; the others are sent.
            catch (Exception error)
#pragma warning restore CA1031
            {
                return SendOutcome.Failed(nodes[index].Id, members[index], error);
            }
        }
    }
}

/// <summary>Sends one call.</summary>
/// <param name="call">The call.</param>
/// <param name="id">Its id.</param>
/// <param name="parent">The task that gets it as its child; null for none.</param>
/// <param name="cancellationToken">The sender's.</param>
internal delegate ValueTask PublishCall(Signature call, TaskId id, TaskContext? parent, CancellationToken cancellationToken);
