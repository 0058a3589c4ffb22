using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>
/// Reads the document a result backend keeps, as <see cref="ResultMetaWriter"/> and Python write it. Unknown keys are passed over, all but the status may
/// be missing. The values of tasks are cut out unread: whoever wants them reads them.
/// </summary>
internal static class ResultMetaReader
{
    /// <summary>Reads a document.</summary>
    /// <param name="json">The document; the returned record keeps parts of it.</param>
    /// <param name="expected">The task it was stored for.</param>
    /// <exception cref="ResultBackendException">It is no such document.</exception>
    public static ResultMeta Read(ReadOnlyMemory<byte> json, TaskId expected)
    {
        try
        {
            return ReadDocument(json, expected);
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidOperationException)
        {
            throw new ResultBackendException($"What is stored as the result of task {expected} cannot be read: {error.Message}", error);
        }
    }

    private static ResultMeta ReadDocument(ReadOnlyMemory<byte> json, TaskId expected)
    {
        string? status = null, traceback = null, dateDone = null, groupId = null, parentId = null, name = null, worker = null, queue = null;
        ReadOnlyMemory<byte> result = default, children = default, args = default, kwargs = default;
        var retries = 0;

        var members = new JsonSlices(json.Span);
        while (members.Next())
        {
            var value = json[members.Value];
            if (members.Name.SequenceEqual("status"u8))
            {
                status = Text(value);
            }
            else if (members.Name.SequenceEqual("result"u8))
            {
                result = Json(value);
            }
            else if (members.Name.SequenceEqual("traceback"u8))
            {
                traceback = Text(value);
            }
            else if (members.Name.SequenceEqual("children"u8))
            {
                children = Json(value);
            }
            else if (members.Name.SequenceEqual("date_done"u8))
            {
                dateDone = Text(value);
            }
            else if (members.Name.SequenceEqual("group_id"u8))
            {
                groupId = Text(value);
            }
            else if (members.Name.SequenceEqual("parent_id"u8))
            {
                parentId = Text(value);
            }
            else if (members.Name.SequenceEqual("name"u8))
            {
                name = Text(value);
            }
            else if (members.Name.SequenceEqual("args"u8))
            {
                args = Json(value);
            }
            else if (members.Name.SequenceEqual("kwargs"u8))
            {
                kwargs = Json(value);
            }
            else if (members.Name.SequenceEqual("worker"u8))
            {
                worker = Text(value);
            }
            else if (members.Name.SequenceEqual("retries"u8))
            {
                retries = Integer(value);
            }
            else if (members.Name.SequenceEqual("queue"u8))
            {
                queue = Text(value);
            }
        }

        return new ResultMeta(expected, status ?? throw new FormatException("it has no status."))
        {
            Result = result,
            Traceback = traceback,
            Children = children,
            DateDone = Time(dateDone),
            GroupId = groupId,
            ParentId = parentId is null ? default(TaskId?) : new TaskId(parentId),
            Extension = name is null ? null : new ResultExtension(name, args, kwargs, worker ?? "", retries, queue),
        };
    }

    private static ReadOnlyMemory<byte> Json(ReadOnlyMemory<byte> value) => value.Span.SequenceEqual("null"u8) ? default : value;

    private static string? Text(ReadOnlyMemory<byte> value)
    {
        var reader = new Utf8JsonReader(value.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // A traceback may quote half a surrogate pair, which Python writes and .NET's strings refuse: the escapes themselves are readable enough.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static int Integer(ReadOnlyMemory<byte> value)
    {
        var reader = new Utf8JsonReader(value.Span);
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var integer) ? integer : 0;
    }

    // Celery 5.2 writes a naive time, which is UTC; later versions an aware one.
    private static DateTimeOffset? Time(string? text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}
