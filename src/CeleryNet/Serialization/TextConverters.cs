using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CeleryNet.Serialization;

/// <summary>Strings, half surrogate pairs included; of a tag that is a text the text.</summary>
internal sealed class PythonStringConverter : TaggedConverter<string>
{
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => PythonString.Write(writer, value);

    protected override string ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String ? PythonString.Read(ref reader) : throw Unfit(reader.TokenType.ToString());

    protected override string ReadTagged(ref Utf8JsonReader reader, string type) => type switch
    {
        TypeTag.DateTime or TypeTag.Date or TypeTag.Time or TypeTag.Decimal => Text(ref reader),
        TypeTag.Uuid => TagValues.ReadGuid(ref reader).ToString(),
        _ => throw Unfit($"a {type}"),
    };

    // A converter for strings is asked for the keys of dictionaries too.
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => PythonString.Read(ref reader);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
        => PythonString.WriteName(writer, options.DictionaryKeyPolicy?.ConvertName(value) ?? value);
}

/// <summary>UUIDs: a tag, or a text with or without dashes.</summary>
internal sealed class GuidConverter : TaggedConverter<Guid>
{
    public override void Write(Utf8JsonWriter writer, Guid value, JsonSerializerOptions options) => TagValues.WriteGuid(writer, value);

    protected override Guid ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options) => Parse(Text(ref reader));

    protected override Guid ReadKey(string text) => Parse(text);

    protected override string KeyOf(Guid value) => value.ToString();

    protected override Guid ReadTagged(ref Utf8JsonReader reader, string type)
        => type == TypeTag.Uuid ? TagValues.ReadGuid(ref reader) : throw Unfit($"a {type}");

    private static Guid Parse(string text) => Guid.TryParse(text, out var value) ? value : throw Unfit($"'{text}'");
}

/// <summary>Bytes: a tag, or base64.</summary>
internal sealed class BytesConverter : TaggedConverter<byte[]>
{
    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => Write(writer, value);

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> value)
    {
        writer.WriteStartObject();
        writer.WriteString(TypeTag.TypeKey, TypeTag.Base64);
        writer.WriteBase64String(TypeTag.ValueKey, value);
        writer.WriteEndObject();
    }

    protected override byte[] ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options) => ReadPlain(ref reader);

    protected override byte[] ReadTagged(ref Utf8JsonReader reader, string type) => Read(ref reader, type);

    // A list of small integers is what Python's list(data) becomes.
    public static byte[] ReadPlain(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes) ? bytes : throw Unfit("what is no base64");
        }

        var list = new List<byte>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            list.Add(reader.GetByte());
        }

        return [.. list];
    }

    public static byte[] Read(ref Utf8JsonReader reader, string type) => type switch
    {
        TypeTag.Base64 => reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes) ? bytes : throw Unfit("what is no base64"),
        TypeTag.Bytes => Encoding.UTF8.GetBytes(Text(ref reader)),
        _ => throw Unfit($"a {type}"),
    };
}

/// <inheritdoc cref="BytesConverter" />
internal sealed class MemoryConverter : TaggedConverter<ReadOnlyMemory<byte>>
{
    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) => BytesConverter.Write(writer, value.Span);

    protected override ReadOnlyMemory<byte> ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options) => BytesConverter.ReadPlain(ref reader);

    protected override ReadOnlyMemory<byte> ReadTagged(ref Utf8JsonReader reader, string type) => BytesConverter.Read(ref reader, type);
}

/// <summary>JSON that is passed on as it is, digit by digit.</summary>
internal sealed class RawJsonConverter : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

    // An element can have been read with comments or commas at the end, which no receiver takes; a single value has none.
    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options)
        => writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
}
