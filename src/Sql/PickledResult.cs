using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Sql;

/// <summary>
/// The column of the result, which is always a pickle. Where <c>result_serializer</c> is pickle too, Python puts the exception of a failed task there as the
/// object itself, which can be read as the result of a document that says that the task has failed.
/// </summary>
internal static class PickledResult
{
    private const int HeaderLength = 2; // PROTO and its version, which begin every pickle.

    // Instructions of pickletools.
    private const byte EmptyDict = (byte)'}', Mark = (byte)'(', BinUnicode = (byte)'X', SetItems = (byte)'u', Stop = (byte)'.';

    /// <exception cref="MalformedMessageException">It cannot be read.</exception>
    public static ReadOnlyMemory<byte> Read(PickleCelerySerializer pickle, byte[] stored, TaskState state, ContentLimits limits)
    {
        if (!state.IsException || stored.Length <= HeaderLength || stored[^1] != Stop)
        {
            return pickle.Decode(stored, null, limits);
        }

        byte[] document =
        [
            .. stored.AsSpan(0, HeaderLength), EmptyDict, Mark, .. Text("status"), .. Text(state.Name), .. Text("result"),
            .. stored.AsSpan(HeaderLength..^1), SetItems, Stop,
        ];
        using var json = JsonDocument.Parse(pickle.Decode(document, null, limits), new JsonDocumentOptions { MaxDepth = limits.MaxDepth + 1 });
        return Encoding.UTF8.GetBytes(json.RootElement.GetProperty("result").GetRawText());
    }

    private static byte[] Text(string text)
    {
        var length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length); // ASCII
        return [BinUnicode, .. length, .. Encoding.ASCII.GetBytes(text)];
    }
}
