using CeleryNet.Extensibility;

namespace CeleryNet.Protocol;

/// <summary>The texts by which people and monitors see the arguments of a call: the caller's own, or made from the arguments without the sensitive ones.</summary>
internal static class CallRepr
{
    /// <summary>The positional arguments.</summary>
    /// <param name="call">The call.</param>
    /// <param name="json">Its positional arguments as JSON.</param>
    public static string Args(TaskCall call, ReadOnlyMemory<byte> json)
        => call.Options.ArgsRepr ?? ArgumentRepr.Args(HasSensitive(call.Args) ? Mask(call.Args, json) : json.Span);

    /// <summary>The keyword arguments.</summary>
    /// <param name="call">The call.</param>
    /// <param name="json">Its keyword arguments as JSON.</param>
    public static string Kwargs(TaskCall call, ReadOnlyMemory<byte> json)
        => call.Options.KwargsRepr ?? ArgumentRepr.Kwargs(HasSensitive(call.Kwargs) ? Mask(call.Kwargs, json) : json.Span);

    private static byte[] Mask(IReadOnlyList<TaskValue> args, ReadOnlyMemory<byte> json) => ArgumentMask.Args(json, place => args[place].IsSensitive);

    private static byte[] Mask(IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs, ReadOnlyMemory<byte> json)
    {
        var names = kwargs.Where(pair => pair.Value.IsSensitive).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        return ArgumentMask.Kwargs(json, names.Contains);
    }

    // Every call passes here: no enumerator, no closure.
    private static bool HasSensitive(IReadOnlyList<TaskValue> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i].IsSensitive)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasSensitive(IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs)
    {
        for (var i = 0; i < kwargs.Count; i++)
        {
            if (kwargs[i].Value.IsSensitive)
            {
                return true;
            }
        }

        return false;
    }
}
