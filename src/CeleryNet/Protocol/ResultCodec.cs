using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>Result documents as a backend keeps or sends them: in the serializer of <c>result_serializer</c>. celery/backends/base.py encode, decode</summary>
/// <param name="content">What of replies is accepted, and how large.</param>
/// <param name="serializer">How documents are written, and read where nothing tells their content type.</param>
internal sealed class ResultCodec(ContentCodec content, CelerySerializer serializer)
{
    // A long chain is nested deeply.
    private readonly JsonBuffers _groups = new(new() { MaxDepth = 100_000 });
    private readonly ResultMetaWriter _writer = new();

    /// <summary>The content type of what is written.</summary>
    public string ContentType => serializer.ContentType;

    /// <summary>The content encoding of what is written.</summary>
    public string ContentEncoding => serializer.ContentEncoding;

    public ContentLimits Limits => content.Limits;

    public static ResultCodec CreateJson()
    {
        var content = ContentCodec.CreateJson();
        return new ResultCodec(content, content.FindSerializer(JsonCelerySerializer.SerializerName, ""));
    }

    /// <summary>Writes a document.</summary>
    /// <exception cref="CelerySerializationException">The serializer has no way to say something in it, or it gets too large.</exception>
    public EncodedContent Encode(ResultMeta meta)
    {
        try
        {
            return content.Encode(_writer.Write(meta), serializer, null);
        }
        catch (CelerySerializationException error)
        {
            throw new CelerySerializationException($"The {meta.State} of task {meta.TaskId} cannot be stored: {error.Message}", error);
        }
    }

    /// <summary>Writes one value, for backends that keep the parts of a document apart.</summary>
    /// <exception cref="CelerySerializationException">The serializer has no way to say something in it, or it gets too large.</exception>
    public EncodedContent EncodeValue(ReadOnlyMemory<byte> json) => content.Encode(json, serializer, null);

    /// <summary>Reads a document that this application's serializer has written.</summary>
    /// <exception cref="ResultBackendException">It is no such document.</exception>
    public ResultMeta Decode(ReadOnlyMemory<byte> document, TaskId expected)
    {
        try
        {
            return ResultMetaReader.Read(Open(document, serializer.ContentType, serializer.ContentEncoding), expected);
        }
        catch (MalformedMessageException error)
        {
            throw new ResultBackendException($"What is stored as the result of task {expected} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Writes the document of a group that is saved: <c>{"result": result tuple}</c>. celery/backends/base.py KeyValueStoreBackend._save_group</summary>
    public ReadOnlyMemory<byte> EncodeGroup(ResultNode group) => serializer.Encode(_groups.Write(group, static (buffer, group) =>
    {
        buffer.Writer.WriteStartObject();
        buffer.Writer.WritePropertyName("result"u8);
        group.Write(buffer.Writer);
        buffer.Writer.WriteEndObject();
    }));

    /// <summary>Reads the document of a saved group.</summary>
    /// <exception cref="ResultBackendException">It is no such document.</exception>
    public ResultNode DecodeGroup(ReadOnlyMemory<byte> document, TaskId groupId)
    {
        try
        {
            using var json = ResultNode.Parse(Open(document, serializer.ContentType, serializer.ContentEncoding));
            var node = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("result"u8, out var result)
                ? ResultNode.Read(result)
                : throw new FormatException("it must be a map with a 'result'.");
            return node.Members is not null ? node : throw new FormatException("its 'result' is that of a task.");
        }
        catch (Exception error) when (error is MalformedMessageException or FormatException or JsonException or InvalidOperationException)
        {
            throw new ResultBackendException($"What is stored of group {groupId} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Opens a document that came with its content type; what it says is read by <see cref="ResultMetaReader"/>.</summary>
    /// <exception cref="MalformedMessageException">It is not accepted, or not what it says to be.</exception>
    public ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> document, string? contentType, string? contentEncoding)
        => content.Decode(document, contentType, contentEncoding, null);

    /// <summary>Writes a document that is JSON: a report of a chord's member, a saved group.</summary>
    /// <exception cref="CelerySerializationException">The serializer has no way to say something in it, or it gets too large.</exception>
    public ReadOnlyMemory<byte> EncodeJson(ReadOnlyMemory<byte> json) => content.Encode(json, serializer, null).Body;

    /// <summary>Reads a document of any form as JSON.</summary>
    /// <exception cref="MalformedMessageException">It is not what this application's serializer has written.</exception>
    public ReadOnlyMemory<byte> DecodeJson(ReadOnlyMemory<byte> document) => Open(document, serializer.ContentType, serializer.ContentEncoding);

    /// <summary>Whether documents are JSON texts.</summary>
    public bool IsJson => serializer.Name == JsonCelerySerializer.SerializerName;
}
