using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>Reads what is stored as results.</summary>
internal static class ResultJson
{
    private static readonly byte[] _null = "null"u8.ToArray();

    /// <summary>The result's JSON text, as it came.</summary>
    public static ReadOnlyMemory<byte> Of(ResultMeta meta) => meta.Result.IsEmpty ? _null : meta.Result;

    /// <summary>Reads JSON of a task; nothing is an undefined element.</summary>
    /// <exception cref="ResultBackendException">It is not JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> json, TaskId taskId)
    {
        try
        {
            return new ResultMeta(taskId, default) { Result = json }.ReadResult();
        }
        catch (JsonException error)
        {
            throw new ResultBackendException($"What is stored as the result of task {taskId} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads a result as a type, from the bytes that came.</summary>
    /// <exception cref="CelerySerializationException">It is not JSON, or does not fit the type.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json, TaskId taskId, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Deserialize(json.IsEmpty ? _null : json.Span, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))!;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new CelerySerializationException($"The result of task {taskId} cannot be read as {typeof(T)}: {error.Message}", error);
        }
    }

    /// <summary>Puts the results of a group's members together to a list, those of a nested group to a list within.</summary>
    /// <param name="members">The members.</param>
    /// <param name="json">The results of the tasks among them and within them, in order.</param>
    public static ReadOnlyMemory<byte> Join(IReadOnlyList<AsyncResult> members, ReadOnlySpan<ReadOnlyMemory<byte>> json)
    {
        using var joined = new MemoryStream(2 + Length(json));
        var next = 0;
        Join(joined, members, json, ref next);
        return joined.GetBuffer().AsMemory(0, (int)joined.Length);
    }

    private static int Length(ReadOnlySpan<ReadOnlyMemory<byte>> json)
    {
        var length = 0L;
        foreach (var each in json)
        {
            length += each.Length + 2;
        }

        return (int)Math.Min(length, Array.MaxLength - 2);
    }

    private static void Join(MemoryStream joined, IReadOnlyList<AsyncResult> members, ReadOnlySpan<ReadOnlyMemory<byte>> json, ref int next)
    {
        joined.WriteByte((byte)'[');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0)
            {
                joined.Write(", "u8);
            }

            if (members[i].Members is { } inner)
            {
                Join(joined, inner, json, ref next);
            }
            else
            {
                joined.Write(json[next++].Span);
            }
        }

        joined.WriteByte((byte)']');
    }
}
