using System.Text.Unicode;
using CeleryNet.Serialization;

namespace CeleryNet.Extensibility;

/// <summary>The serializer <c>json</c>, which is always known: JSON as Python's <c>json</c> and kombu write and read it. kombu/utils/json.py</summary>
/// <param name="typeTags">Whether types that JSON lacks are written as kombu 5.3's tags, which earlier versions do not understand; else as plain texts.</param>
public sealed class JsonCelerySerializer(bool typeTags) : CelerySerializer(SerializerName, MimeType, "utf-8")
{
    /// <summary>Its name in Celery.</summary>
    public const string SerializerName = "json";
    /// <summary>Its content type.</summary>
    public const string MimeType = "application/json";

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json) => PythonJson.FromWireJson(json, typeTags);

    /// <inheritdoc />
    // kombu does not look at the content encoding of JSON, and neither do we: it is UTF-8.
    public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentEncoding, ContentLimits limits)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw new MalformedMessageException("The body is not JSON: it is not UTF-8.");
        }

        var json = PythonJson.ToWireJson(body);
        return json.Length <= limits.MaxSize
            ? json
            : throw new MalformedMessageException($"The body has {json.Length} bytes with its NaN and Infinity spelled out; MaxBodySize allows {limits.MaxSize}.");
    }
}
