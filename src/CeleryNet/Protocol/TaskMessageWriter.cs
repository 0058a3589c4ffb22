using System.Globalization;
using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>Writes task messages. celery/app/amqp.py as_task_v2, as_task_v1</summary>
/// <param name="serializerOptions">How arguments are written.</param>
/// <param name="origin">Who sends, for logs: <c>gen&lt;pid&gt;@&lt;host&gt;</c>.</param>
/// <param name="content">How large bodies may be, and which serializers and compressions there are.</param>
/// <param name="format">How messages are written unless a call says otherwise.</param>
internal sealed class TaskMessageWriter(JsonSerializerOptions serializerOptions, string origin, ContentCodec content, TaskMessageFormat format)
{
    // RabbitMQ closes the channel over a larger one (some 49 days). The header "expires" holds without it.
    private const long MaxExpiration = uint.MaxValue;

    private readonly RecentNames _recent = new();
    private readonly JsonBuffers _buffers = new(new JsonWriterOptions { Encoder = serializerOptions.Encoder, SkipValidation = true });

    /// <exception cref="CelerySerializationException">An argument cannot be written, or the body gets too large.</exception>
    /// <exception cref="CeleryConfigurationException">The call names a serializer or a compression that is not known.</exception>
    public Envelope Write(TaskCall call)
    {
        var (json, argsLength, kwargsStart, kwargsLength) = WriteBody(call);
        var args = json.AsMemory(1, argsLength);
        var kwargs = json.AsMemory(kwargsStart, kwargsLength);
        var isSimple = format.Protocol == 1;
        var headers = isSimple
            ? WriteOwnHeaders(call, new MessageHeaders())
            : WriteHeaders(call, CallRepr.Args(call, args), CallRepr.Kwargs(call, kwargs));
        var body = isSimple ? Encode(call, SimpleBodyWriter.Write(call, args.Span, kwargs.Span, format.Utc)) : call.Content ?? Encode(call, json);
        if (body.Compression is { } compression)
        {
            headers.Set(HeaderNames.Compression, compression);
        }

        return new Envelope
        {
            Body = body.Body,
            ContentType = body.ContentType,
            ContentEncoding = body.ContentEncoding,
            CorrelationId = call.CorrelationId ?? call.Id.Value,
            ReplyTo = call.ReplyTo,
            Priority = call.Priority,
            Persistent = call.Persistent,
            Expiration = call.TimeToLive is { } timeToLive && timeToLive.TotalMilliseconds <= MaxExpiration
                ? Math.Max(0, (long)timeToLive.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)
                : null,
            Headers = headers,
        };
    }

    private EncodedContent Encode(TaskCall call, ReadOnlyMemory<byte> json)
    {
        var options = call.Options;
        var serializer = options.Serializer is null ? format.Serializer : content.FindSerializer(options.Serializer, nameof(options.Serializer));
        var compression = options.Compression is null ? format.Compression : content.FindCompression(options.Compression, nameof(options.Compression));
        try
        {
            return content.Encode(json, serializer, compression);
        }
        catch (CelerySerializationException error)
        {
            throw new CelerySerializationException($"The arguments of task '{call.TaskName}' cannot be sent: {error.Message}", error);
        }
    }

    // The order is Celery's. ignore_result is left out unless the caller decided: a worker of 5.6 takes a given false as an order to store.
    private MessageHeaders WriteHeaders(TaskCall call, string argsRepr, string kwargsRepr)
    {
        var options = call.Options;
        var headers = new MessageHeaders(_recent);
        headers.Add(HeaderNames.Lang, "py");
        headers.Add(HeaderNames.Task, call.TaskName);
        headers.Add(HeaderNames.Id, call.Id.Value);
        headers.Add(HeaderNames.Shadow, options.Shadow);
        headers.Add(HeaderNames.Eta, call.Eta is { } eta ? IsoTimestamp.Format(eta) : null);
        headers.Add(HeaderNames.Expires, call.Expires is { } expires ? IsoTimestamp.Format(expires) : null);
        headers.Add(HeaderNames.Group, options.GroupId);
        headers.Add(HeaderNames.GroupIndex, options.GroupIndex is { } index ? (long)index : null);
        headers.Add(HeaderNames.Retries, (long)(options.Retries ?? 0));
        headers.Add(HeaderNames.TimeLimit, new object?[] { Seconds(options.TimeLimit), Seconds(options.SoftTimeLimit) });
        headers.Add(HeaderNames.RootId, call.RootId.Value);
        headers.Add(HeaderNames.ParentId, call.ParentId?.Value);
        headers.Add(HeaderNames.ArgsRepr, argsRepr);
        headers.Add(HeaderNames.KwargsRepr, kwargsRepr);
        headers.Add(HeaderNames.Origin, origin);
        if (options.IgnoreResult is { } ignoreResult)
        {
            headers.Add(HeaderNames.IgnoreResult, ignoreResult);
        }

        // Celery 5.3 and newer; older workers take them for headers of the sender's own.
        if (options.Stamps is { Count: > 0 } stamps)
        {
            headers.Add(HeaderNames.StampedHeaders, stamps.Keys.ToArray<object?>());
            headers.Add(HeaderNames.Stamps, stamps.ToDictionary(stamp => stamp.Key, stamp => HeaderJson.ToHeader(stamp.Value)));
        }

        headers.ShareNames(_recent);
        return WriteOwnHeaders(call, headers);
    }

    private static MessageHeaders WriteOwnHeaders(TaskCall call, MessageHeaders headers)
    {
        if (call.Options.Headers is { } own)
        {
            foreach (var (name, value) in own)
            {
                headers.Set(name, HeaderJson.ToHeader(value));
            }
        }

        return headers;
    }

    private static object? Seconds(TimeSpan? span) => span switch
    {
        null => null,
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerSecond == 0 => ticks / TimeSpan.TicksPerSecond,
        { TotalSeconds: var seconds } => seconds,
    };

    // [args, kwargs, {"callbacks", "errbacks", "chain", "chord"}]
    private (byte[] Body, int ArgsLength, int KwargsStart, int KwargsLength) WriteBody(TaskCall call)
    {
        var buffer = _buffers.Rent();
        var writer = buffer.Writer;
        try
        {
            writer.WriteStartArray();
            writer.WriteStartArray();
            foreach (var argument in call.Args)
            {
                argument.Write(writer, serializerOptions);
            }

            writer.WriteEndArray();
            var argsEnd = (int)(writer.BytesCommitted + writer.BytesPending);
            writer.WriteStartObject();
            foreach (var (name, argument) in call.Kwargs)
            {
                PythonString.WriteName(writer, name);
                argument.Write(writer, serializerOptions);
            }

            writer.WriteEndObject();
            var kwargsEnd = (int)(writer.BytesCommitted + writer.BytesPending);
            writer.WriteStartObject();
            JsonParts.WriteMember(writer, "callbacks"u8, call.Embed.Callbacks);
            JsonParts.WriteMember(writer, "errbacks"u8, call.Embed.Errbacks);
            JsonParts.WriteMember(writer, "chain"u8, call.Embed.Chain);
            JsonParts.WriteMember(writer, "chord"u8, call.Embed.Chord);
            writer.WriteEndObject();
            writer.WriteEndArray();
            var body = buffer.ToArray();
            _buffers.Return(buffer);
            // One byte for the opening bracket before args, one for the comma before kwargs.
            return (body, argsEnd - 1, argsEnd + 1, kwargsEnd - argsEnd - 1);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new CelerySerializationException($"The arguments of task '{call.TaskName}' cannot be written as JSON: {error.Message}", error);
        }
    }
}
