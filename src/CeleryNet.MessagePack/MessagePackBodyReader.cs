using System.Buffers;
using System.Text;
using CeleryNet.Extensibility;
using MessagePack;

namespace CeleryNet.MessagePack;

/// <summary>Reads MessagePack into objects, and all of a body: what is cut off or followed by more is refused.</summary>
internal static class MessagePackBodyReader
{
    private const sbyte Timestamp = -1;

    // Even the shortest value takes two bytes as JSON: a digit and a comma.
    private const int LeastJsonBytes = 2;

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static object? Read(ReadOnlyMemory<byte> body, ContentLimits limits)
    {
        var reader = new MessagePackReader(body);
        var room = limits.MaxSize / LeastJsonBytes;
        try
        {
            var value = ReadValue(ref reader, limits, 0, ref room);
            return reader.End
                ? value
                : throw new MalformedMessageException($"The body is a MessagePack value of {reader.Consumed} bytes and {body.Length - reader.Consumed} bytes more.");
        }
        catch (EndOfStreamException error)
        {
            throw new MalformedMessageException($"The body of {body.Length} bytes is no MessagePack: it ends within a value, or a length in it is more than what follows.", error);
        }
        catch (Exception error) when (error is MessagePackSerializationException or DecoderFallbackException or ArgumentException or OverflowException)
        {
            throw new MalformedMessageException($"The body is no MessagePack at byte {reader.Consumed}: {error.Message}", error);
        }
    }

    private static object? ReadValue(ref MessagePackReader reader, ContentLimits limits, int depth, ref int room)
    {
        if (--room < 0)
        {
            throw new MalformedMessageException($"The body has more values than fit into the {limits.MaxSize} bytes of JSON that MaxBodySize allows.");
        }

        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Nil:
                reader.ReadNil();
                return null;
            case MessagePackType.Boolean:
                return reader.ReadBoolean();
            case MessagePackType.Integer:
                return reader.NextCode == MessagePackCode.UInt64 ? reader.ReadUInt64() : reader.ReadInt64();
            case MessagePackType.Float:
                return reader.ReadDouble();
            case MessagePackType.String:
                return ReadText(ref reader);
            case MessagePackType.Binary:
                return reader.ReadBytes()!.Value.ToArray();
            case MessagePackType.Array:
                return ReadList(ref reader, limits, Deeper(limits, depth), ref room);
            case MessagePackType.Map:
                return ReadMap(ref reader, limits, Deeper(limits, depth), ref room);
            case MessagePackType.Extension:
                return ReadExtension(ref reader);
            default:
                throw new MalformedMessageException($"The body is no MessagePack: no value begins with the byte 0x{reader.NextCode:x2}, which stands at {reader.Consumed}.");
        }
    }

    // The reader has seen that the body has a byte or more for each item that the header claims.
    private static List<object?> ReadList(ref MessagePackReader reader, ContentLimits limits, int depth, ref int room)
    {
        var count = reader.ReadArrayHeader();
        var items = new List<object?>();
        for (var i = 0; i < count; i++)
        {
            items.Add(ReadValue(ref reader, limits, depth, ref room));
        }

        return items;
    }

    private static OrderedDictionary<string, object?> ReadMap(ref MessagePackReader reader, ContentLimits limits, int depth, ref int room)
    {
        var count = reader.ReadMapHeader();
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var key = WireJson.KeyText(ReadValue(ref reader, limits, depth, ref room));
            map[key] = ReadValue(ref reader, limits, depth, ref room);
        }

        return map;
    }

    private static string ReadText(ref MessagePackReader reader)
    {
        var bytes = reader.ReadStringSequence()!.Value;
        return bytes.IsSingleSegment ? _utf8.GetString(bytes.FirstSpan) : _utf8.GetString(bytes.ToArray());
    }

    private static DateTimeOffset ReadExtension(ref MessagePackReader reader)
    {
        var header = reader.ReadExtensionFormatHeader();
        return header.TypeCode == Timestamp
            ? new DateTimeOffset(reader.ReadDateTime(header))
            : throw new MalformedMessageException(
                $"The body has a MessagePack extension of type {header.TypeCode}; kombu writes none, and -1 (timestamp) is the only one that is read.");
    }

    private static int Deeper(ContentLimits limits, int depth) => depth < limits.MaxDepth
        ? depth + 1
        : throw new MalformedMessageException($"The body is nested deeper than {limits.MaxDepth} levels, which is what MaxDepth allows.");
}
