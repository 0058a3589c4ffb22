using CeleryNet.Extensibility;

namespace CeleryNet.Pickle.Reading;

/// <summary>Reads a pickle as the JSON this library works with.</summary>
internal static class PickleReader
{
    /// <exception cref="MalformedMessageException">It is no pickle, holds more than data, or exceeds a limit.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> pickle, ContentLimits limits)
    {
        var budget = new ReadingBudget(limits);
        var body = PickleMachine.Run(pickle, budget);
        ResultExceptions.Replace(body, budget);
        ReadOnlyMemory<byte> json;
        try
        {
            // What contains itself, and what is small only because it refers back, is found here, by its depth and its size.
            json = WireJson.FromObject(body, limits);
        }
        catch (ArgumentException error)
        {
            throw new MalformedMessageException($"The pickle cannot be read: it has a text that is too long ({error.Message})", error);
        }

        return json.Length <= limits.MaxSize
            ? json
            : throw Refusal.Because($"it takes more than {limits.MaxSize} bytes as JSON, which is what MaxBodySize allows");
    }
}
