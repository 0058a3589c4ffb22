using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>Takes JSON apart and puts it together without reading the values.</summary>
internal static class JsonParts
{
    /// <summary>The items of a list.</summary>
    /// <param name="json">A JSON list.</param>
    public static List<ReadOnlyMemory<byte>> Items(ReadOnlyMemory<byte> json)
    {
        var items = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(SkipValue(ref reader, json));
        }

        return items;
    }

    /// <summary>The members of an object, in their order.</summary>
    /// <param name="json">A JSON object.</param>
    public static List<KeyValuePair<string, ReadOnlyMemory<byte>>> Members(ReadOnlyMemory<byte> json)
    {
        var members = new List<KeyValuePair<string, ReadOnlyMemory<byte>>>();
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = PythonString.Read(ref reader);
            reader.Read();
            members.Add(new(name, SkipValue(ref reader, json)));
        }

        return members;
    }

    /// <summary>Writes a member.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="name">Its name.</param>
    /// <param name="json">Its value; empty for null.</param>
    public static void WriteMember(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> json)
    {
        writer.WritePropertyName(name);
        if (json.IsEmpty)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(json.Span, skipInputValidation: true);
        }
    }

    private static ReadOnlyMemory<byte> SkipValue(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }
}
