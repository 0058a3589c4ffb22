using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>
/// Between bodies on the wire and the JSON this library works with: what is accepted, how large, how compressed, by which serializer. What is not accepted is
/// not looked into. kombu/serialization.py loads, dumps
/// </summary>
internal sealed class ContentCodec
{
    private readonly SerializerRegistry _serializers;
    private readonly CompressionRegistry _compressions;
    private readonly Dictionary<string, CelerySerializer> _accepted;

    /// <param name="serializers">The known serializers.</param>
    /// <param name="compressions">The known compressions.</param>
    /// <param name="accept">Names or content types of the accepted serializers.</param>
    /// <param name="acceptOption">The option that has the list, for errors.</param>
    /// <param name="limits">What no body may exceed.</param>
    /// <exception cref="CeleryConfigurationException">The list names a serializer that is not known.</exception>
    public ContentCodec(
        SerializerRegistry serializers, CompressionRegistry compressions, IEnumerable<string> accept, string acceptOption, ContentLimits limits)
    {
        _serializers = serializers;
        _compressions = compressions;
        _accepted = accept.Select(name => serializers.Find(name, acceptOption)).Distinct().ToDictionary(serializer => serializer.ContentType, StringComparer.Ordinal);
        Limits = limits;
    }

    public ContentLimits Limits { get; }

    /// <summary>JSON only, nothing compressed.</summary>
    public static ContentCodec CreateJson(ContentLimits? limits = null)
        => new(new SerializerRegistry([new JsonCelerySerializer(typeTags: false)]), new CompressionRegistry([]), [JsonCelerySerializer.SerializerName], "", limits ?? new());

    /// <summary>Finds the serializer an option names.</summary>
    /// <exception cref="CeleryConfigurationException">It is not known.</exception>
    public CelerySerializer FindSerializer(string name, string option) => _serializers.Find(name, option);

    /// <summary>Finds the compression an option names; null for none.</summary>
    /// <exception cref="CeleryConfigurationException">It is not known.</exception>
    public CeleryCompression? FindCompression(string? name, string option) => string.IsNullOrEmpty(name) ? null : _compressions.Find(name, option);

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body as it came.</param>
    /// <param name="contentType">Its content type; null when it has none.</param>
    /// <param name="contentEncoding">Its content encoding; null when it has none.</param>
    /// <param name="compression">Its compression by any of its names; null when it has none.</param>
    /// <exception cref="MalformedMessageException">It is not accepted, too large, or not what it says to be.</exception>
    public ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentType, string? contentEncoding, string? compression)
    {
        // kombu compares the content type exactly; so do we: what it refuses, we refuse.
        if (contentType is null || !_accepted.TryGetValue(contentType, out var serializer))
        {
            throw new MalformedMessageException(
                $"The content type '{contentType ?? "(none)"}' is not accepted here; accepted: {string.Join(", ", _accepted.Keys.Select(type => $"'{type}'"))}.");
        }

        if (body.Length > Limits.MaxSize)
        {
            throw new MalformedMessageException($"The body has {body.Length} bytes; MaxBodySize allows {Limits.MaxSize}.");
        }

        if (!string.IsNullOrEmpty(compression))
        {
            var found = _compressions.Find(compression) ?? throw new MalformedMessageException(
                $"The body is compressed with '{compression}', which is not known here; known: {_compressions.KnownNames}. {CompressionRegistry.Hint}");
            body = Decompressor.Decompress(found, body, Limits);
        }

        return serializer.Decode(body, contentEncoding, Limits);
    }

    /// <summary>Writes a body.</summary>
    /// <param name="json">What to write.</param>
    /// <param name="serializer">By which serializer.</param>
    /// <param name="compression">By which compression; null for none.</param>
    /// <exception cref="CelerySerializationException">The serializer has no way to say something in it, or the body gets too large or is nested too deep.</exception>
    public EncodedContent Encode(ReadOnlyMemory<byte> json, CelerySerializer serializer, CeleryCompression? compression)
    {
        CheckDepth(json.Span);
        var body = serializer.Encode(json);
        if (body.Length > Limits.MaxSize)
        {
            throw new CelerySerializationException(
                $"the body takes {body.Length} bytes; MaxBodySize allows {Limits.MaxSize}. Store large data elsewhere and send a reference to it.");
        }

        return new EncodedContent(compression?.Compress(body) ?? body, serializer.ContentType, serializer.ContentEncoding, compression?.ContentType);
    }

    // Those who have the same limits must be able to read it.
    private void CheckDepth(ReadOnlySpan<byte> json)
    {
        // Most bodies have fewer brackets than levels are allowed.
        if (json.Count((byte)'[') + json.Count((byte)'{') <= Limits.MaxDepth)
        {
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Limits.MaxDepth });
            while (reader.Read())
            {
            }
        }
        catch (JsonException error)
        {
            throw new CelerySerializationException(
                $"the body is not JSON, or nested deeper than the {Limits.MaxDepth} levels that MaxDepth allows: {error.Message}", error);
        }
    }
}

/// <summary>A body on the wire and what its properties have to say of it.</summary>
/// <param name="Body">The body.</param>
/// <param name="ContentType">Its content type; null for none.</param>
/// <param name="ContentEncoding">Its content encoding; null for none.</param>
/// <param name="Compression">The value of the header <c>compression</c>; null when it is not compressed.</param>
internal readonly record struct EncodedContent(ReadOnlyMemory<byte> Body, string? ContentType, string? ContentEncoding, string? Compression);
