using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>
/// Writes the document a result backend keeps: <c>{"status", "result", "traceback", "children", "date_done", ["group_id"], ["parent_id"], ["name", "args",
/// "kwargs", "worker", "retries", "queue"], "task_id"}</c>, with Python's separators. Safe for concurrent use. celery/backends/base.py Backend._get_result_meta
/// </summary>
internal sealed class ResultMetaWriter
{
    private readonly JsonBuffers _buffers = new(new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    public byte[] Write(ResultMeta meta) => _buffers.Write(meta, static (buffer, meta) => Write(buffer.Output, buffer.Writer, meta));

    private static void Write(PooledBuffer output, Utf8JsonWriter writer, ResultMeta meta)
    {
        Text(output, writer, "{\"status\": "u8, meta.State.Name);
        Json(output, ", \"result\": "u8, meta.Result, "null"u8);
        Text(output, writer, ", \"traceback\": "u8, meta.Traceback);
        Json(output, ", \"children\": "u8, meta.Children, "[]"u8);
        Time(output, ", \"date_done\": "u8, meta.DateDone);
        if (meta.GroupId is { } groupId)
        {
            Text(output, writer, ", \"group_id\": "u8, groupId);
        }

        if (meta.ParentId is { } parentId)
        {
            Text(output, writer, ", \"parent_id\": "u8, parentId.Value);
        }

        if (meta.Extension is { } extension)
        {
            Text(output, writer, ", \"name\": "u8, extension.Name);
            Json(output, ", \"args\": "u8, extension.Args, "[]"u8);
            Json(output, ", \"kwargs\": "u8, extension.Kwargs, "{}"u8);
            Text(output, writer, ", \"worker\": "u8, extension.Worker);
            output.Write(", \"retries\": "u8);
            writer.Reset(output);
            writer.WriteNumberValue(extension.Retries);
            writer.Flush();
            Text(output, writer, ", \"queue\": "u8, extension.Queue);
        }

        Text(output, writer, ", \"task_id\": "u8, meta.TaskId.Value);
        output.Write("}"u8);
    }

    // datetime.isoformat() of an aware UTC time; Celery 5.2 reads a fraction of six digits only.
    private static void Time(PooledBuffer output, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        output.Write(name);
        if (time is { } instant)
        {
            // The framework's own form has a seventh digit, and its zone is written otherwise.
            const int digits = 26;
            var text = output.GetSpan(1 + digits + 7);
            text[0] = (byte)'"';
            instant.UtcDateTime.TryFormat(text[1..], out _, "O", CultureInfo.InvariantCulture);
            "+00:00\""u8.CopyTo(text[(1 + digits)..]);
            output.Advance(1 + digits + 7);
        }
        else
        {
            output.Write("null"u8);
        }
    }

    private static void Text(PooledBuffer output, Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        output.Write(name);
        writer.Reset(output);
        writer.WriteStringValue(value);
        writer.Flush();
    }

    // What a task returned is JSON of the application's or of Python's making and goes in as it is.
    private static void Json(PooledBuffer output, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> json, ReadOnlySpan<byte> otherwise)
    {
        output.Write(name);
        output.Write(json.IsEmpty ? otherwise : json.Span);
    }
}
