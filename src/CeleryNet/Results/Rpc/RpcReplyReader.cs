using System.Text.Json;
using CeleryNet.Protocol;

namespace CeleryNet.Results.Rpc;

/// <summary>A reply: the state of a task, or why it cannot be read.</summary>
internal readonly record struct RpcReply(TaskId TaskId, ResultMeta? Meta, ResultBackendException? Error)
{
    public bool IsFinal => Meta is null || Meta.State.IsReady;
}

/// <summary>
/// Reads the message that a worker sends for each state of a task: <c>{"task_id", "status", "result", "traceback", "children"}</c> from Celery 5.2, the whole
/// document of other backends from later ones; correlation_id = the task's. celery/backends/rpc.py RPCBackend.on_out_of_band_result
/// </summary>
internal static class RpcReplyReader
{
    /// <summary>Reads a reply.</summary>
    /// <returns>A reply that cannot be read comes with its error.</returns>
    /// <exception cref="ResultBackendException">It does not even say which task it is about.</exception>
    public static RpcReply Read(Envelope envelope, ResultCodec codec)
    {
        ReadOnlyMemory<byte> document;
        TaskId id;
        try
        {
            document = codec.Open(envelope.Body, envelope.ContentType, envelope.ContentEncoding);
            id = IdOf(FindTaskId(document.Span) ?? envelope.CorrelationId, "it names no task.");
        }
        catch (Exception error) when (error is MalformedMessageException or FormatException or JsonException or InvalidOperationException)
        {
            return new(
                IdOf(envelope.CorrelationId, error.Message),
                null,
                new ResultBackendException($"The reply for task {envelope.CorrelationId} cannot be read: {error.Message}", error));
        }

        try
        {
            return new(id, ResultMetaReader.Read(document, id), null);
        }
        catch (ResultBackendException error)
        {
            return new(id, null, error);
        }
    }

    private static TaskId IdOf(string? id, string otherwise)
        => string.IsNullOrEmpty(id) ? throw new ResultBackendException($"A reply cannot be read: {otherwise}") : new TaskId(id);

    private static string? FindTaskId(ReadOnlySpan<byte> json)
    {
        var members = new JsonSlices(json);
        string? id = null;
        while (members.Next())
        {
            if (members.Name.SequenceEqual("task_id"u8))
            {
                var reader = new Utf8JsonReader(json[members.Value]);
                reader.Read();
                id = reader.GetString();
            }
        }

        return id;
    }
}
