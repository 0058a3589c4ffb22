using CeleryNet.Extensibility;

namespace CeleryNet.Sql;

/// <summary>
/// A saved group as Celery's <c>database</c> backend has it: a pickled <c>GroupResult</c>. What is written makes Python call
/// <c>celery.result.result_from_tuple</c>, which makes one.
/// </summary>
internal static class GroupPickle
{
    private const int HeaderLength = 2; // PROTO and its version, which begin every pickle.

    // TUPLE1, REDUCE, STOP of pickletools; the call begins with GLOBAL.
    private static ReadOnlySpan<byte> Call => "ccelery.result\nresult_from_tuple\n"u8;

    private static ReadOnlySpan<byte> End => [0x85, (byte)'R', (byte)'.'];

    public static byte[] Write(PickleCelerySerializer pickle, ReadOnlyMemory<byte> tuple)
    {
        var value = pickle.Encode(tuple).Span;
        return [.. value[..HeaderLength], .. Call, .. value[HeaderLength..^1], .. End];
    }

    /// <exception cref="ResultBackendException">It cannot be read.</exception>
    public static ReadOnlyMemory<byte> Read(PickleCelerySerializer pickle, byte[] stored, string groupId, ContentLimits limits)
    {
        try
        {
            return pickle.Decode(stored, null, limits);
        }
        catch (MalformedMessageException error)
        {
            throw new ResultBackendException($"What is stored of group {groupId} cannot be read: {error.Message}", error);
        }
    }
}
