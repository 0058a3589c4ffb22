using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>
/// Writes the body of protocol 1: a map of task, id, args, kwargs, group, group_index, retries, eta, expires, utc, callbacks, errbacks, timelimit, taskset,
/// chord. What protocol 2 has beyond that is not sent. celery/app/amqp.py as_task_v1
/// </summary>
internal static class SimpleBodyWriter
{
    /// <param name="call">The call.</param>
    /// <param name="args">Its positional arguments as JSON.</param>
    /// <param name="kwargs">Its keyword arguments as JSON.</param>
    /// <param name="utc">Whether the sender's dates are UTC's by default; dates here have their offset, so it is for the record.</param>
    public static ReadOnlyMemory<byte> Write(TaskCall call, ReadOnlySpan<byte> args, ReadOnlySpan<byte> kwargs, bool utc)
    {
        var buffer = new ArrayBufferWriter<byte>(args.Length + kwargs.Length + 512);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("task", call.TaskName);
        writer.WriteString("id", call.Id.Value);
        writer.WritePropertyName("args");
        writer.WriteRawValue(args, skipInputValidation: true);
        writer.WritePropertyName("kwargs");
        writer.WriteRawValue(kwargs, skipInputValidation: true);
        writer.WriteString("group", call.Options.GroupId);
        Number(writer, "group_index", call.Options.GroupIndex);
        Number(writer, "retries", call.Options.Retries ?? 0);
        Instant(writer, "eta", call.Eta);
        Instant(writer, "expires", call.Expires);
        writer.WriteBoolean("utc", utc);
        JsonParts.WriteMember(writer, "callbacks"u8, call.Embed.Callbacks);
        JsonParts.WriteMember(writer, "errbacks"u8, call.Embed.Errbacks);
        writer.WriteStartArray("timelimit");
        Seconds(writer, call.Options.TimeLimit);
        Seconds(writer, call.Options.SoftTimeLimit);
        writer.WriteEndArray();
        writer.WriteString("taskset", call.Options.GroupId);
        JsonParts.WriteMember(writer, "chord"u8, call.Embed.Chord);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void Instant(Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } instant)
        {
            writer.WriteString(name, IsoTimestamp.Format(instant));
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void Number(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void Seconds(Utf8JsonWriter writer, TimeSpan? value)
    {
        if (value is { } span)
        {
            writer.WriteRawValue(span.TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
