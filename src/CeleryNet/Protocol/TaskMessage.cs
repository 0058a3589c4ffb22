namespace CeleryNet.Protocol;

/// <summary>A task message, its headers decoded and its body split.</summary>
/// <param name="Headers">What to run and how.</param>
/// <param name="Body">With what, and what comes after.</param>
/// <param name="Envelope">The message as it came, with headers the protocol does not define.</param>
internal sealed record TaskMessage(TaskHeaders Headers, TaskBody Body, Envelope Envelope)
{
    /// <summary>Whether the body is a map, as in protocol 1: some of what else would be in the headers is in it.</summary>
    public bool IsSimple { get; init; }
}
