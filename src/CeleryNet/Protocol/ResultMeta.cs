using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>The document a result backend keeps of a task. celery/backends/base.py Backend._get_result_meta</summary>
internal sealed record ResultMeta(TaskId TaskId, TaskState State)
{
    // How deep a body may be nested is for those who write and receive it to limit.
    private const int MaxDepth = 1024;

    /// <summary>The result as JSON: a return value, the meta of a custom state, or an encoded exception. Empty stands for null.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    public string? Traceback { get; init; }

    /// <summary>The tasks this one sent, as JSON (a list of result tuples); empty stands for an empty list.</summary>
    public ReadOnlyMemory<byte> Children { get; init; }

    /// <summary>When the final state was reached; null before.</summary>
    public DateTimeOffset? DateDone { get; init; }

    public string? GroupId { get; init; }

    public TaskId? ParentId { get; init; }

    /// <summary>The fields of <c>result_extended</c>; null when it is off or the document has none.</summary>
    public ResultExtension? Extension { get; init; }

    /// <summary>Reads the result as JSON.</summary>
    public JsonElement ReadResult()
    {
        if (Result.IsEmpty)
        {
            return default;
        }

        using var document = JsonDocument.Parse(Result, new JsonDocumentOptions { MaxDepth = MaxDepth });
        return document.RootElement.Clone();
    }
}

/// <summary>What <c>result_extended</c> adds to a document. Args and kwargs are JSON.</summary>
internal sealed record ResultExtension(string Name, ReadOnlyMemory<byte> Args, ReadOnlyMemory<byte> Kwargs, string Worker, int Retries, string? Queue)
{
    private static readonly byte[] _null = "null"u8.ToArray();

    /// <summary>The same with null in place of the arguments: an empty list would say that there were none.</summary>
    public ResultExtension WithoutArguments() => this with { Args = _null, Kwargs = _null };
}
