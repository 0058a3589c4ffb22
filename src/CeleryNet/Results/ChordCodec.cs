using System.Buffers;
using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Results;

/// <summary>
/// What Celery keeps of the members of a chord beside their documents, in the serializer of results: reports, <c>[1, task id, state, result]</c>.
/// celery/backends/redis.py on_chord_part_return
/// </summary>
internal sealed class ChordCodec(ResultCodec codec)
{
    private readonly JsonBuffers _buffers = new(new() { SkipValidation = true });

    /// <summary>Writes a report, in JSON by Python's separators: of two reports that say the same only one is counted if they are the same bytes.</summary>
    /// <exception cref="CelerySerializationException">The serializer has no way to say something in it, or it gets too large.</exception>
    public ReadOnlyMemory<byte> EncodePart(ChordPart part)
    {
        var json = _buffers.Write(part, static (buffer, each) =>
        {
            buffer.Output.Write("[1, "u8);
            PythonString.Write(buffer.Writer, each.TaskId.Value);
            buffer.Writer.Flush();
            buffer.Output.Write(", \""u8);
            buffer.Output.Write(Encoding.UTF8.GetBytes(each.State.Name));
            buffer.Output.Write("\", "u8);
            PythonSpacing.Write(buffer.Output, each.Result.IsEmpty ? "null"u8 : each.Result.Span);
            buffer.Output.Write("]"u8);
        });
        try
        {
            return codec.EncodeJson(json);
        }
        catch (CelerySerializationException error)
        {
            throw new CelerySerializationException($"The {part.State} of task {part.TaskId}, which is part of a chord, cannot be stored: {error.Message}", error);
        }
    }

    /// <summary>What a report of the task has at its beginning, and no other task's; empty where that cannot be told from the bytes.</summary>
    public ReadOnlyMemory<byte> MarkOf(TaskId id) => codec.IsJson
        ? _buffers.Write(id, static (buffer, each) => PythonString.Write(buffer.Writer, each.Value))
        : default;

    /// <exception cref="ResultBackendException">It is no report.</exception>
    public ChordPart DecodePart(ReadOnlyMemory<byte> report)
    {
        try
        {
            var json = codec.DecodeJson(report);
            var parts = Items(json);
            return parts is [_, var id, var state, var result, ..]
                ? new ChordPart(Text(id), new TaskState(Text(state)), result)
                : throw new MalformedMessageException("it must be a list of four.");
        }
        catch (Exception error) when (error is MalformedMessageException or JsonException)
        {
            throw new ResultBackendException($"What is stored as a part of a chord cannot be read: {error.Message}", error);
        }
    }

    /// <inheritdoc cref="ResultCodec.DecodeGroup" />
    public ResultNode DecodeGroup(ReadOnlyMemory<byte> document, TaskId groupId) => codec.DecodeGroup(document, groupId);

    private static List<ReadOnlyMemory<byte>> Items(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.StartArray ? JsonParts.Items(json) : throw new MalformedMessageException("it is no list.");
    }

    private static string Text(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.String
            ? PythonString.Read(ref reader)
            : throw new MalformedMessageException("its id and its state must be texts.");
    }
}
