using System.Buffers;
using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Sets <c>headers.redelivered</c> and <c>properties.delivery_info.redelivered</c> in a list element by cutting and joining its bytes: unknown keys, the
/// order of keys and the text of numbers stay as they are. kombu/transport/redis.py Channel._do_restore_message
/// </summary>
internal static class RedeliveredMark
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = CeleryJson.MaxDepth };

    /// <summary>The element with both marks set where their objects exist; as it is when it cannot be read.</summary>
    public static ReadOnlyMemory<byte> Set(ReadOnlyMemory<byte> json)
    {
        try
        {
            return Splice(json.Span, FindCuts(json.Span));
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private static List<Cut> FindCuts(ReadOnlySpan<byte> json)
    {
        var cuts = new List<Cut>(2);
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
                MarkObject(ref reader, cuts);
            }
            else if (isProperties && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isDeliveryInfo = reader.ValueTextEquals("delivery_info"u8);
                    reader.Read();
                    if (isDeliveryInfo)
                    {
                        MarkObject(ref reader, cuts);
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
    private static void MarkObject(ref Utf8JsonReader reader, List<Cut> cuts)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var marked = false;
        var empty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            empty = false;
            var isMark = reader.ValueTextEquals("redelivered"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isMark)
            {
                cuts.Add(new Cut(start, (int)reader.BytesConsumed, CutText.Value));
                marked = true;
            }
        }

        if (!marked)
        {
            var end = (int)reader.TokenStartIndex;
            cuts.Add(new Cut(end, end, empty ? CutText.OnlyMember : CutText.NextMember));
        }
    }

    private static ReadOnlyMemory<byte> Splice(ReadOnlySpan<byte> json, List<Cut> cuts)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 64);
        var position = 0;
        foreach (var cut in cuts)
        {
            output.Write(json[position..cut.Start]);
            output.Write(cut.Text switch
            {
                CutText.Value => "true"u8,
                CutText.OnlyMember => "\"redelivered\": true"u8,
                _ => ", \"redelivered\": true"u8,
            });
            position = cut.End;
        }

        output.Write(json[position..]);
        return output.WrittenMemory;
    }

    private enum CutText
    {
        Value,
        OnlyMember,
        NextMember,
    }

    private readonly record struct Cut(int Start, int End, CutText Text);
}
