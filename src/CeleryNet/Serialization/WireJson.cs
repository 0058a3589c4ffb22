using CeleryNet.Serialization;

namespace CeleryNet.Extensibility;

/// <summary>
/// The JSON that serializers are given and give, as objects: null, <see cref="bool"/>, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/>,
/// <see cref="double"/>, <see cref="string"/> (which may hold half a surrogate pair), <see cref="byte"/>[], <see cref="DateTimeOffset"/>, <see cref="DateTime"/>
/// of unspecified kind (Python's naive ones), <see cref="DateOnly"/>, <see cref="TimeOnly"/>, <see cref="TimeSpan"/>, <see cref="decimal"/>, <see cref="Guid"/>,
/// <see cref="System.Numerics.Complex"/>, <see cref="TaggedText"/>, lists of these (<see cref="List{T}"/>) and maps (<see cref="OrderedDictionary{TKey, TValue}"/>
/// with string keys).
/// </summary>
public static class WireJson
{
    /// <summary>Turns JSON into objects; tags become what they stand for, unknown ones stay maps.</summary>
    /// <param name="json">One JSON text, as <see cref="CelerySerializer.Encode"/> gets it.</param>
    /// <exception cref="CelerySerializationException">The text is not that, an integer has more than 4300 digits, or a tag's value does not fit the tag.</exception>
    public static object? ToObject(ReadOnlySpan<byte> json) => WireJsonReader.Read(json);

    /// <summary>
    /// Turns objects into JSON: those listed above, all integers, <see cref="float"/>, any <see cref="System.Collections.IDictionary"/> and any
    /// <see cref="System.Collections.IEnumerable"/>. Keys of maps become strings as in Python's JSON: 1 is <c>"1"</c>, null is <c>"null"</c>.
    /// </summary>
    /// <param name="value">The objects.</param>
    /// <param name="limits">Size and depth that must not be exceeded.</param>
    /// <exception cref="MalformedMessageException">A limit is exceeded, or a type is not one of these.</exception>
    public static ReadOnlyMemory<byte> FromObject(object? value, ContentLimits limits) => WireJsonWriter.Write(value, limits);

    /// <summary>
    /// The text for a value of which a format has no type: what kombu before 5.3 wrote to JSON for it, such as <c>2026-01-02T03:04:05Z</c>, <c>12.340</c>, a UUID with dashes.
    /// </summary>
    /// <param name="value">One of the objects listed above.</param>
    /// <returns>Null when there is none: for <see cref="TimeSpan"/> and <see cref="System.Numerics.Complex"/>, which kombu does not write, and for what JSON has a word for.</returns>
    public static string? PlainText(object? value) => Serialization.PlainText.Of(value);

    /// <summary>The name that a map's key has in JSON: as in Python's JSON, 1 is <c>1</c> and null is <c>null</c>; dates, times, decimals and UUIDs are their <see cref="PlainText"/>.</summary>
    /// <param name="key">The key; <see cref="DBNull"/> stands for null too, which no dictionary takes for a key.</param>
    /// <exception cref="MalformedMessageException">It is bytes, a list, a map or of another type that is no key.</exception>
    public static string KeyText(object? key) => WireKey.Of(key);
}
