using CeleryNet.Protocol;
using CeleryNet.Results;

namespace CeleryNet.Extensibility;

/// <summary>
/// How the values of a result backend are written and read: by the serializer of <c>result_serializer</c>, within the limits of the options. Safe for concurrent use.
/// </summary>
public sealed class ResultFormat
{
    private readonly ResultCodec _codec;

    internal ResultFormat(ResultCodec codec) => _codec = codec;

    /// <summary>The content type of what is written.</summary>
    public string ContentType => _codec.ContentType;

    /// <summary>The content encoding of what is written: <c>utf-8</c> for text, <c>binary</c> otherwise.</summary>
    public string ContentEncoding => _codec.ContentEncoding;

    /// <summary>What no value may exceed.</summary>
    public ContentLimits Limits => _codec.Limits;

    /// <summary>Writes a record as the one document that Celery's key-value backends keep of a task.</summary>
    /// <param name="record">The record.</param>
    /// <exception cref="CelerySerializationException">The serializer has no way to say something in it, or it gets too large.</exception>
    public ReadOnlyMemory<byte> EncodeDocument(ResultRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return _codec.Encode(ResultRecords.ToMeta(record)).Body;
    }

    /// <summary>Reads such a document.</summary>
    /// <param name="taskId">The task it was stored for.</param>
    /// <param name="document">The document; the record keeps parts of it.</param>
    /// <returns>The record; when the document cannot be read, one that says so.</returns>
    public ResultRecord DecodeDocument(TaskId taskId, ReadOnlyMemory<byte> document)
    {
        try
        {
            return ResultRecords.FromMeta(_codec.Decode(document, taskId));
        }
        catch (ResultBackendException error)
        {
            return ResultRecord.Unreadable(taskId, error.Message);
        }
    }

    /// <summary>Writes one value.</summary>
    /// <param name="json">The value, as JSON.</param>
    /// <exception cref="CelerySerializationException">The serializer has no way to say something in it, or it gets too large.</exception>
    public ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json) => _codec.EncodeValue(json).Body;

    /// <summary>Reads one value.</summary>
    /// <param name="content">The value as it was written.</param>
    /// <param name="contentType">Its content type; null for <see cref="ContentType"/>.</param>
    /// <param name="contentEncoding">Its content encoding; null for <see cref="ContentEncoding"/>.</param>
    /// <returns>The value, as JSON.</returns>
    /// <exception cref="MalformedMessageException">Its content type is not accepted, or it is not what it says to be.</exception>
    public ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> content, string? contentType = null, string? contentEncoding = null)
        => _codec.Open(content, contentType ?? ContentType, contentEncoding ?? (contentType is null ? ContentEncoding : null));
}
