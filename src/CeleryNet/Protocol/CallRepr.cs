namespace CeleryNet.Protocol;

/// <summary>The texts by which people and monitors see the arguments of a call: the caller's own, or made from the arguments without the sensitive ones.</summary>
internal static class CallRepr
{
    /// <summary>The positional arguments.</summary>
    /// <param name="call">The call.</param>
    /// <param name="json">Its positional arguments as JSON.</param>
    public static string Args(TaskCall call, ReadOnlyMemory<byte> json)
        => call.Options.ArgsRepr
            ?? ArgumentRepr.Args(call.Args.Any(value => value.IsSensitive) ? ArgumentMask.Args(json, place => call.Args[place].IsSensitive) : json.Span);

    /// <summary>The keyword arguments.</summary>
    /// <param name="call">The call.</param>
    /// <param name="json">Its keyword arguments as JSON.</param>
    public static string Kwargs(TaskCall call, ReadOnlyMemory<byte> json)
        => call.Options.KwargsRepr
            ?? ArgumentRepr.Kwargs(
                call.Kwargs.Any(pair => pair.Value.IsSensitive)
                    ? ArgumentMask.Kwargs(json, name => call.Kwargs.Any(pair => pair.Key == name && pair.Value.IsSensitive))
                    : json.Span);
}
