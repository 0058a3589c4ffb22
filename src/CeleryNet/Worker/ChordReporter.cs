using CeleryNet.Client;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Workflows;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Reports the parts of chords, and whoever reports the last one sends the body or has it fail. To report again what was reported changes nothing, so that it may be
/// tried until it is done. celery/backends/redis.py on_chord_part_return
/// </summary>
internal sealed class ChordReporter
{
    private readonly CanvasSender _sender;
    private readonly IResultBackend _backend;
    private readonly ResultMetaFactory _metas;
    private readonly ILogger _logger;

    public ChordReporter(CanvasSender sender, IResultBackend backend, ResultMetaFactory metas, OutcomeRecorder recorder, ErrorCallbacks errbacks, ILogger logger)
    {
        _sender = sender;
        _backend = backend;
        _metas = metas;
        _logger = logger;
        Failures = new FailureSpreader(this, metas, recorder, errbacks);
    }

    /// <summary>Has fail what cannot be reached any more.</summary>
    public FailureSpreader Failures { get; }

    /// <summary>Reports a part.</summary>
    /// <param name="part">The member.</param>
    /// <param name="body">The body of its chord.</param>
    /// <param name="state">SUCCESS, FAILURE or REVOKED.</param>
    /// <param name="result">The result as its document has it, as JSON.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ResultBackendException">The backend is away: it is to be tried again.</exception>
    /// <exception cref="BrokerUnavailableException">The broker is away: it is to be tried again.</exception>
    public async ValueTask ReportAsync(EndedTask part, Signature body, TaskState state, ReadOnlyMemory<byte> result, CancellationToken cancellationToken)
    {
        if (part.GroupId is not { Length: > 0 } groupId)
        {
            return;
        }

        if (_backend is not IChordParts chords)
        {
            if (_backend is IChordlessBackend chordless)
            {
                _logger.ChordNotReported(part.Name, part.Id.Value, groupId, chordless.ChordRefusal);
            }

            // Else a task looks after the chord that waits for the members' own documents.
            return;
        }

        var report = new ChordPart(part.Id, state, result) { Index = part.GroupIndex };
        ChordParts? all;
        try
        {
            all = await chords.AddPartAsync(groupId, report, cancellationToken).ConfigureAwait(false);
        }
        catch (CelerySerializationException error)
        {
            // The chord has to learn that this part has ended, whether or not all of it can be written.
            report = report with { State = TaskState.Failure, Result = _metas.OfException(part.Id, TaskState.Failure, error).Result };
            all = await chords.AddPartAsync(groupId, report, cancellationToken).ConfigureAwait(false);
        }

        if (all is not null)
        {
            await CompleteAsync(part, groupId, body, all, cancellationToken).ConfigureAwait(false);
            await chords.DeleteChordAsync(groupId, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends the body of a chord all of whose parts have ended, or has it fail.</summary>
    /// <param name="last">The task that ended last, or that looks after the chord.</param>
    /// <param name="groupId">The id of the header.</param>
    /// <param name="body">The body.</param>
    /// <param name="all">The parts.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="ReportAsync" path="/exception" />
    public async ValueTask CompleteAsync(EndedTask last, string groupId, Signature body, ChordParts all, CancellationToken cancellationToken)
    {
        if (all.Parts.FirstOrDefault(part => part.State.IsFailed) is { } failed)
        {
            var cause = ExceptionInfo.Read(new ResultMeta(failed.TaskId, failed.State) { Result = failed.Result });
            await FailAsync(last, groupId, body, new ChordException($"Dependency {failed.TaskId} raised {cause.Repr}"), cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            var results = await ChordJoin.ToJsonAsync(all, _backend, cancellationToken).ConfigureAwait(false);
            var options = new SendOptions { RootId = body.Options.RootId ?? last.RootId, ParentId = body.Options.ParentId ?? last.Id };
            TaskContext.Current = last.Context;
            await _sender.ApplyAsync(body, PartialArguments.OfJson(results), options, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!IsPassing(error))
        {
            await FailAsync(last, groupId, body, new ChordException($"Callback error: {_metas.ReprOf(error)}", error), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has the body of a chord fail.</summary>
    public async ValueTask FailAsync(EndedTask last, string groupId, Signature body, ChordException error, CancellationToken cancellationToken)
    {
        _logger.ChordFailed(groupId, body.TaskName, error.Message);
        await Failures.FailBodyAsync(body, error, last, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether an error is an outage, after which the same will work.</summary>
    public static bool IsPassing(Exception error) => error switch
    {
        WorkflowSendException { InnerException: { } first } => IsPassing(first),
        _ => error is BrokerUnavailableException or ResultBackendException or OperationCanceledException,
    };
}
