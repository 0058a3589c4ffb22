using System.Text.Json;
using CeleryNet.Control;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Worker;

/// <summary>
/// The commands <c>revoke</c>, <c>terminate</c> and <c>revoke_by_stamped_headers</c>, with the answers that scripts and monitors know. A <c>signal</c> is taken and
/// has no meaning here: a task is ended by its token. celery/worker/control.py
/// </summary>
internal static class RevokeCommands
{
    public static ControlCommands AddRevokes(this ControlCommands commands, Revoker revoker) => commands
        .Add("revoke", arguments => Revoke(revoker, "revoke", arguments, ControlArguments.Flag(arguments, "terminate")))
        .Add("terminate", arguments => Revoke(revoker, "terminate", arguments, terminate: true))
        .Add("revoke_by_stamped_headers", arguments => RevokeByStamps(revoker, arguments));

    private static ControlReply Revoke(Revoker revoker, string command, JsonElement arguments, bool terminate)
    {
        TaskId[] ids = [.. ControlArguments.Texts(arguments, command, "task_id").Distinct().Select(id => new TaskId(id))];
        var ended = revoker.Revoke(ids, terminate);
        return ControlReply.Ok(!terminate ? $"tasks {string.Join(", ", ids)} flagged as revoked"
            : ended.Count == 0 ? "terminate: tasks unknown"
            : $"terminate: {string.Join(", ", ended)}");
    }

    private static ControlReply RevokeByStamps(Revoker revoker, JsonElement arguments)
    {
        const string Headers = "headers";
        var headers = ControlArguments.Required(arguments, "revoke_by_stamped_headers", Headers);
        var stamps = headers.ValueKind switch
        {
            JsonValueKind.Object => headers.EnumerateObject().SelectMany(header => Values(header.Value).Select(value => new Stamp(header.Name, value))).ToArray(),
            JsonValueKind.Array => [.. ControlArguments.Texts(arguments, "revoke_by_stamped_headers", Headers).Select(Split)],
            _ => throw new ControlArgumentException("headers must be a map of names and values, or a list of 'name=value'."),
        };
        if (!ControlArguments.Flag(arguments, "terminate"))
        {
            revoker.Revoke(stamps, terminate: false);
            return ControlReply.Ok($"headers {Show(headers, stamps)} flagged as revoked, but not terminated");
        }

        var ended = revoker.Revoke(stamps, terminate: true);
        Stamp[] met = [.. stamps.Where(stamp => ended.Any(request => Stamp.IsAny(request.Headers, stamp.Equals)))];
        return ControlReply.Ok(met.Length == 0 ? $"headers {Show(headers, stamps)} were not terminated" : $"headers {Show(met)} revoked");
    }

    private static IEnumerable<object> Values(JsonElement value) => HeaderJson.ToHeader(value) switch
    {
        object?[] several => several.OfType<object>(),
        { } one => [one],
        null => [],
    };

    private static Stamp Split(string header)
        => header.Split('=') is [var name, var value, ..] ? new Stamp(name, value) : throw new ControlArgumentException($"'{header}' is no 'name=value'.");

    private static string Show(JsonElement headers, Stamp[] stamps)
        => headers.ValueKind == JsonValueKind.Object ? PythonRepr.Repr(headers)
            : $"{{{string.Join(", ", stamps.GroupBy(stamp => stamp.Name).Select(group => $"{Repr(group.Key)}: {Repr(group.Last().Value)}"))}}}";

    private static string Show(Stamp[] stamps) => $"{{{string.Join(", ", stamps
        .GroupBy(stamp => stamp.Name)
        .Select(group => $"{Repr(group.Key)}: {{{string.Join(", ", group.Select(stamp => Repr(stamp.Value)).Distinct())}}}"))}}}";

    private static string Repr(object value) => PythonRepr.Repr(HeaderJson.ToElement(value));
}
