using CeleryNet.Results;
using CeleryNet.Workflows;

namespace CeleryNet.Worker;

/// <summary>
/// Has tasks fail that will not be run since something before them did: stores the failure under their ids, for those who wait, and reports it to the chords they are
/// parts of. celery/backends/base.py mark_as_failure, chord_error_from_stack
/// </summary>
internal sealed class FailureSpreader(ChordReporter chords, ResultMetaFactory metas, OutcomeRecorder recorder, ErrorCallbacks errbacks)
{
    /// <summary>Has the rest of a chain fail with what ended it.</summary>
    /// <param name="chain">The steps, in any order.</param>
    /// <param name="failure">What is stored of each.</param>
    /// <param name="cause">The task that ended it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ResultBackendException">The backend is away: it is to be tried again.</exception>
    /// <exception cref="BrokerUnavailableException">The broker is away: it is to be tried again.</exception>
    public async ValueTask FailAsync(IReadOnlyList<Signature> chain, FailureRecord failure, EndedTask cause, CancellationToken cancellationToken)
    {
        foreach (var step in chain)
        {
            await FailAsync(step, failure, cause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has the body of a chord fail that is not reached, and calls what the body calls then.</summary>
    /// <param name="body">The body.</param>
    /// <param name="error">Why.</param>
    /// <param name="cause">The task that ended last.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="FailAsync(IReadOnlyList{Signature}, FailureRecord, EndedTask, CancellationToken)" path="/exception" />
    public async ValueTask FailBodyAsync(Signature body, ChordException error, EndedTask cause, CancellationToken cancellationToken)
    {
        var meta = metas.OfException(cause.Id, TaskState.Failure, error);
        var failure = new FailureRecord(TaskState.Failure, error, meta.Result, null);
        await FailAsync(body, failure, cause, cancellationToken).ConfigureAwait(false);
        var callbacks = ErrorLinks(body);
        if (callbacks.Count > 0)
        {
            var failed = new EndedTask(IdOf(body) ?? cause.Id, body.TaskName) { RootId = body.Options.RootId ?? cause.RootId, Context = cause.Context };
            await errbacks.CallAsync(callbacks, failed, failure, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask FailAsync(Signature signature, FailureRecord failure, EndedTask cause, CancellationToken cancellationToken)
    {
        var id = IdOf(signature);
        switch (signature.Kind)
        {
            case SignatureKind.Chain or SignatureKind.Group:
                await FailAsync(signature.Parts!.Tasks, failure, cause, cancellationToken).ConfigureAwait(false);
                break;
            case SignatureKind.Chord:
                await FailAsync(signature.Parts!.Body!, failure, cause, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await StoreAsync(signature, id, failure, cancellationToken).ConfigureAwait(false);
                break;
        }

        // Who waits for what is composed waits for the id of its last step, or for one of its own.
        if (signature.Kind is SignatureKind.Chain or SignatureKind.Chord && signature.Options.TaskId is { } own && own != id)
        {
            await StoreAsync(signature, own, failure, cancellationToken).ConfigureAwait(false);
        }

        var workflow = signature.Options.Workflow;
        if (workflow?.Chain is { } rest)
        {
            await FailAsync(rest, failure, cause, cancellationToken).ConfigureAwait(false);
        }

        // The members of a group report for themselves.
        if (workflow?.Chord is { } body && id is { } part && signature.Kind != SignatureKind.Group)
        {
            var ended = new EndedTask(part, signature.TaskName)
            {
                RootId = signature.Options.RootId ?? cause.RootId,
                GroupId = signature.Options.GroupId,
                GroupIndex = signature.Options.GroupIndex,
                Context = cause.Context,
            };
            await chords.ReportAsync(ended, body, failure.State, failure.Result, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask StoreAsync(Signature signature, TaskId? id, FailureRecord failure, CancellationToken cancellationToken)
    {
        if (id is { } own && signature.Options.IgnoreResult is not true)
        {
            var options = signature.Options;
            var meta = metas.OfFailure(own, failure) with { GroupId = options.GroupId, ParentId = options.ParentId };
            await recorder.RecordUnreachedAsync(signature.TaskName, meta, new ReplyAddress(options.ReplyTo, own.Value), cancellationToken).ConfigureAwait(false);
        }
    }

    // The id that stands for the whole: of a chain its last step's, of a chord its body's, of a group none.
    private static TaskId? IdOf(Signature signature) => signature.Kind switch
    {
        SignatureKind.Chain => (signature.Parts!.Tasks is [.., var last] ? IdOf(last) : null) ?? signature.Options.TaskId,
        SignatureKind.Chord => IdOf(signature.Parts!.Body!) ?? signature.Options.TaskId,
        SignatureKind.Group => null,
        _ => signature.Options.TaskId,
    };

    private static List<Signature> ErrorLinks(Signature body)
    {
        List<Signature> links = [.. body.ErrorLinks];
        IEnumerable<Signature> parts = body.Kind switch
        {
            SignatureKind.Group => body.Parts!.Tasks,
            SignatureKind.Chord => [body.Parts!.Body!],
            _ => [],
        };
        foreach (var link in parts.SelectMany(ErrorLinks))
        {
            if (!links.Contains(link, SignatureComparer.Instance))
            {
                links.Add(link);
            }
        }

        return links;
    }
}
