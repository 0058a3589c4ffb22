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
}
