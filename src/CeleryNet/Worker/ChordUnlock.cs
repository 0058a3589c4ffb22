using System.Globalization;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Workflows;

namespace CeleryNet.Worker;

/// <summary>
/// Looks after a chord whose result backend does not count its parts: is run again and again until all members have ended. Celery goes on for ever; here the chord fails
/// once its members' results would have expired, since there would be nothing to bring together any more. celery/app/builtins.py unlock_chord
/// </summary>
internal static class ChordUnlock
{
    public const string Name = "celery.chord_unlock";

    public static async ValueTask<TaskValue> RunAsync(TaskInvocation call, BuiltInServices services)
    {
        call.BindArguments();
        var groupId = BuiltInTasks.PythonText(BuiltInTasks.Argument(call, 0, "group_id"));
        var body = SignatureReader.Read(BuiltInTasks.Argument(call, 1, "callback"));
        var members = ResultNode.ReadList(BuiltInTasks.Argument(call, 4, "result"));
        var context = call.Context;
        var last = new EndedTask(context.Id, Name) { RootId = context.RootId, Context = context };
        if (services.Results.Backend is IChordlessBackend chordless)
        {
            await services.Chords.FailAsync(last, groupId, body, new ChordException(chordless.ChordRefusal), call.CancellationToken).ConfigureAwait(false);
            return TaskValue.Null;
        }

        var parts = new List<ChordPart>();
        foreach (var leaf in members.SelectMany(Leaves))
        {
            if (await FindAsync(call, services, leaf).ConfigureAwait(false) is not { } part)
            {
                return await WaitAsync(call, services, groupId, body, last, leaf).ConfigureAwait(false);
            }

            parts.Add(part);
        }

        var isFlat = members.All(member => member.Members is null);
        var all = new ChordParts(parts, isFlat ? null : new ResultNode(groupId, null, members));
        await services.Chords.CompleteAsync(last, groupId, body, all, call.CancellationToken).ConfigureAwait(false);
        return TaskValue.Null;
    }

    private static async ValueTask<ChordPart?> FindAsync(TaskInvocation call, BuiltInServices services, ResultNode leaf)
    {
        try
        {
            var meta = await services.Results.Backend.GetAsync(leaf.Id, call.CancellationToken).ConfigureAwait(false);
            return meta is { State.IsReady: true } ? new ChordPart(leaf.Id, meta.State, meta.Result) : null;
        }
        catch (ResultBackendException error)
        {
            // Looked at again when it is back.
            throw call.Context.Retry(Interval(call, services), exception: error);
        }
    }

    private static async ValueTask<TaskValue> WaitAsync(
        TaskInvocation call, BuiltInServices services, string groupId, Signature body, EndedTask last, ResultNode missing)
    {
        var (interval, context) = (Interval(call, services), call.Context);
        var given = BuiltInTasks.Argument(call, 3, "max_retries");
        var limit = !given.IsEmpty ? BuiltInTasks.Number(given, "max_retries")
            : services.Results.ResultExpires > TimeSpan.Zero ? (int)Math.Min(int.MaxValue, Math.Ceiling(services.Results.ResultExpires / interval))
            : int.MaxValue;
        if (context.Retries < limit)
        {
            throw context.Retry(interval);
        }

        var error = new ChordException(string.Create(
            CultureInfo.InvariantCulture, $"Dependency {missing.Id} has not ended after {context.Retries} looks at it, {interval.TotalSeconds}s apart"));
        await services.Chords.FailAsync(last, groupId, body, error, call.CancellationToken).ConfigureAwait(false);
        return TaskValue.Null;
    }

    private static TimeSpan Interval(TaskInvocation call, BuiltInServices services)
    {
        var given = BuiltInTasks.Argument(call, 2, "interval");
        if (given.IsEmpty)
        {
            return services.ChordRetryInterval;
        }

        var reader = new System.Text.Json.Utf8JsonReader(given.Span);
        return reader.Read() && reader.TokenType == System.Text.Json.JsonTokenType.Number && reader.TryGetDouble(out var seconds) && seconds is > 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds)
            : services.ChordRetryInterval;
    }

    private static IEnumerable<ResultNode> Leaves(ResultNode node) => node.Members is { } members ? members.SelectMany(Leaves) : [node];
}
