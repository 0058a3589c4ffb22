using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>Writes task messages of protocol 2. celery/app/amqp.py as_task_v2</summary>
/// <param name="serializerOptions">How arguments are written.</param>
/// <param name="origin">Who sends, for logs: <c>gen&lt;pid&gt;@&lt;host&gt;</c>.</param>
/// <param name="maxBodySize">The largest body, in bytes.</param>
internal sealed class TaskMessageWriter(JsonSerializerOptions serializerOptions, string origin, int maxBodySize)
{
    // RabbitMQ closes the channel over a larger one (some 49 days). The header "expires" holds without it.
    private const long MaxExpiration = uint.MaxValue;

    /// <exception cref="CelerySerializationException">An argument cannot be written, or the body gets too large.</exception>
    public Envelope Write(TaskCall call)
    {
        var (body, argsLength, kwargsStart, kwargsLength) = WriteBody(call);
        var argsRepr = CallRepr.Args(call, body.AsMemory(1, argsLength));
        var kwargsRepr = CallRepr.Kwargs(call, body.AsMemory(kwargsStart, kwargsLength));
        return new Envelope
        {
            Body = body,
            ContentType = TaskMessageReader.JsonContentType,
            ContentEncoding = "utf-8",
            CorrelationId = call.Id.Value,
            ReplyTo = call.ReplyTo,
            Priority = call.Priority,
            Expiration = call.TimeToLive is { } timeToLive && timeToLive.TotalMilliseconds <= MaxExpiration
                ? Math.Max(0, (long)timeToLive.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)
                : null,
            Headers = WriteHeaders(call, argsRepr, kwargsRepr),
        };
    }

    // The order is Celery's. ignore_result is left out unless the caller decided: a worker of 5.6 takes a given false as an order to store.
    private MessageHeaders WriteHeaders(TaskCall call, string argsRepr, string kwargsRepr)
    {
        var options = call.Options;
        var headers = new MessageHeaders();
        headers.Add(HeaderNames.Lang, "py");
        headers.Add(HeaderNames.Task, call.TaskName);
        headers.Add(HeaderNames.Id, call.Id.Value);
        headers.Add(HeaderNames.Shadow, options.Shadow);
        headers.Add(HeaderNames.Eta, call.Eta is { } eta ? IsoTimestamp.Format(eta) : null);
        headers.Add(HeaderNames.Expires, call.Expires is { } expires ? IsoTimestamp.Format(expires) : null);
        headers.Add(HeaderNames.Group, null);
        headers.Add(HeaderNames.GroupIndex, null);
        headers.Add(HeaderNames.Retries, 0L);
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

        if (options.Headers is { } own)
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

    // [args, kwargs, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]
    private (byte[] Body, int ArgsLength, int KwargsStart, int KwargsLength) WriteBody(TaskCall call)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        try
        {
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = serializerOptions.Encoder, SkipValidation = true });
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
                writer.WritePropertyName(name);
                argument.Write(writer, serializerOptions);
            }

            writer.WriteEndObject();
            var kwargsEnd = (int)(writer.BytesCommitted + writer.BytesPending);
            writer.WriteStartObject();
            writer.WriteNull("callbacks"u8);
            writer.WriteNull("errbacks"u8);
            writer.WriteNull("chain"u8);
            writer.WriteNull("chord"u8);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.Flush();
            if (buffer.WrittenCount > maxBodySize)
            {
                throw new CelerySerializationException(
                    $"The arguments of task '{call.TaskName}' take {buffer.WrittenCount} bytes; MaxBodySize allows {maxBodySize}. "
                    + "Store large data elsewhere and send a reference to it.");
            }

            // One byte for the opening bracket before args, one for the comma before kwargs.
            return (buffer.WrittenSpan.ToArray(), argsEnd - 1, argsEnd + 1, kwargsEnd - argsEnd - 1);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new CelerySerializationException($"The arguments of task '{call.TaskName}' cannot be written as JSON: {error.Message}", error);
        }
    }
}
