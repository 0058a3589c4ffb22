using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CeleryNet.Serialization;

/// <summary>Reads a type that JSON lacks from the plain form that kombu before 5.3 writes and from the tags of later ones, and writes the tag.</summary>
/// <typeparam name="T">The type.</typeparam>
internal abstract class TaggedConverter<T> : JsonConverter<T>
{
    public sealed override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var depth = reader.CurrentDepth;
        if (!TypeTag.TryEnter(ref reader, out var type))
        {
            return ReadPlain(ref reader, options);
        }

        var value = ReadTagged(ref reader, type);
        TypeTag.End(ref reader, depth);
        return value;
    }

    // The converter of a type is asked for the keys of dictionaries too: texts, whatever JsonTypeTags says.
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadKey(PythonString.Read(ref reader));

    public override void WriteAsPropertyName(Utf8JsonWriter writer, [DisallowNull] T value, JsonSerializerOptions options)
        => PythonString.WriteName(writer, KeyOf(value));

    /// <summary>The value that a key of a map stands for.</summary>
    /// <exception cref="JsonException">It does not fit.</exception>
    /// <exception cref="NotSupportedException">The type can be no key.</exception>
    protected virtual T ReadKey(string text) => throw NoKey();

    /// <summary>The value as a key of a map.</summary>
    /// <exception cref="NotSupportedException">The type can be no key.</exception>
    protected virtual string KeyOf(T value) => throw NoKey();

    /// <exception cref="JsonException">The value does not fit.</exception>
    protected abstract T? ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options);

    /// <summary>Reads the value of a tag; the reader stands at it.</summary>
    /// <exception cref="JsonException">The tag is of another type, or its value does not fit.</exception>
    protected abstract T? ReadTagged(ref Utf8JsonReader reader, string type);

    protected static string Text(ref Utf8JsonReader reader)
        => reader.TokenType == JsonTokenType.String ? PythonString.Read(ref reader) : throw Unfit(reader.TokenType.ToString());

    private static NotSupportedException NoKey() => new($"a {typeof(T).Name} can be no key of a map");

    protected static JsonException Unfit(string what) => new($"{what} is no {typeof(T).Name}");
}
