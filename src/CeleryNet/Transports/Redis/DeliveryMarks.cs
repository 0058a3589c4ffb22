using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Sets what a list element says of its deliveries by cutting and joining its bytes: unknown keys, the order of keys and the text of numbers stay as they are.
/// <c>headers.redelivered</c> and <c>properties.delivery_info.redelivered</c> are kombu's (kombu/transport/redis.py Channel._do_restore_message), and
/// <c>properties.delivery_info.delivery_count</c> is ours. What cannot be read stays as it is, and so does what has no such objects.
/// </summary>
internal static class DeliveryMarks
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = CeleryJson.MaxDepth };
    private static readonly Mark _redelivered = new("redelivered", "true");

    /// <summary>The element of a message that somebody has left: it was delivered, and whatever was counted stays counted.</summary>
    public static ReadOnlyMemory<byte> Restore(ReadOnlyMemory<byte> json) => Set(json, [_redelivered], [_redelivered]);

    /// <summary>The element of a message that goes back: it was delivered, and this is how many runs were begun of it.</summary>
    public static ReadOnlyMemory<byte> Return(ReadOnlyMemory<byte> json, int count) => Set(json, [_redelivered], [_redelivered, CountOf(count)]);

    /// <summary>The element of a message of which so many runs were begun.</summary>
    public static ReadOnlyMemory<byte> Count(ReadOnlyMemory<byte> json, int count) => Set(json, [], [CountOf(count)]);

    /// <summary>The element of a message that is to be as new: nothing is counted.</summary>
    public static ReadOnlyMemory<byte> Forget(ReadOnlyMemory<byte> json)
    {
        try
        {
            return RedisEnvelopeReader.Read(json.Span).DeliveryCount == 0 ? json : Count(json, 0);
        }
        catch (MalformedMessageException)
        {
            return json;
        }
    }

    private static Mark CountOf(int count) => new("delivery_count", count.ToString(CultureInfo.InvariantCulture));

    private static ReadOnlyMemory<byte> Set(ReadOnlyMemory<byte> json, ReadOnlySpan<Mark> inHeaders, ReadOnlySpan<Mark> inDeliveryInfo)
    {
        try
        {
            return Splice(json.Span, FindCuts(json.Span, inHeaders, inDeliveryInfo));
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private static List<Cut> FindCuts(ReadOnlySpan<byte> json, ReadOnlySpan<Mark> inHeaders, ReadOnlySpan<Mark> inDeliveryInfo)
    {
        var cuts = new List<Cut>(3);
        var reader = new Utf8JsonReader(json, _options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return cuts;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isHeaders = reader.ValueTextEquals("headers"u8);
            var isProperties = reader.ValueTextEquals("properties"u8);
            reader.Read();
            if (isHeaders)
            {
                MarkObject(ref reader, inHeaders, cuts);
            }
            else if (isProperties && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isDeliveryInfo = reader.ValueTextEquals("delivery_info"u8);
                    reader.Read();
                    if (isDeliveryInfo)
                    {
                        MarkObject(ref reader, inDeliveryInfo, cuts);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return cuts;
    }

    // Leaves the reader at the end of the value, whatever it is.
    private static void MarkObject(ref Utf8JsonReader reader, ReadOnlySpan<Mark> marks, List<Cut> cuts)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        Span<bool> isSet = stackalloc bool[marks.Length];
        var separator = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            separator = ", ";
            var place = Find(ref reader, marks);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (place >= 0)
            {
                cuts.Add(new Cut(start, (int)reader.BytesConsumed, marks[place].Value));
                isSet[place] = true;
            }
        }

        var end = (int)reader.TokenStartIndex;
        for (var i = 0; i < marks.Length; i++)
        {
            if (!isSet[i])
            {
                cuts.Add(new Cut(end, end, $"{separator}\"{marks[i].Name}\": {marks[i].Value}"));
                separator = ", ";
            }
        }
    }

    private static int Find(ref Utf8JsonReader reader, ReadOnlySpan<Mark> marks)
    {
        for (var i = 0; i < marks.Length; i++)
        {
            if (reader.ValueTextEquals(marks[i].Name))
            {
                return i;
            }
        }

        return -1;
    }

    private static ReadOnlyMemory<byte> Splice(ReadOnlySpan<byte> json, List<Cut> cuts)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 96);
        var position = 0;
        foreach (var cut in cuts)
        {
            output.Write(json[position..cut.Start]);
            Encoding.UTF8.GetBytes(cut.Text, output);
            position = cut.End;
        }

        output.Write(json[position..]);
        return output.WrittenMemory;
    }

    private readonly record struct Mark(string Name, string Value);

    private readonly record struct Cut(int Start, int End, string Text);
}
