using System.Buffers;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>Between the records of backends from outside and the documents the library works with.</summary>
internal static class ResultRecords
{
    // A long chain is nested deeply.
    private const int MaxDepth = 100_000;

    public static ResultRecord FromMeta(ResultMeta meta) => new(meta.TaskId, meta.State)
    {
        Result = meta.Result,
        Traceback = meta.Traceback,
        Children = meta.Children,
        DateDone = meta.DateDone,
        GroupId = meta.GroupId,
        ParentId = meta.ParentId,
        Details = meta.Extension is { } extension
            ? new ResultDetails(extension.Name)
            {
                Args = extension.Args,
                Kwargs = extension.Kwargs,
                Worker = extension.Worker,
                Retries = extension.Retries,
                Queue = extension.Queue,
            }
            : null,
    };

    /// <summary>The same with memory of its own: that of a message is used again for others once nobody waits for the message's result to be stored.</summary>
    public static ResultRecord CopyOf(ResultMeta meta) => FromMeta(meta with
    {
        Result = meta.Result.ToArray(),
        Children = meta.Children.ToArray(),
        Extension = meta.Extension is { } extension ? extension with { Args = extension.Args.ToArray(), Kwargs = extension.Kwargs.ToArray() } : null,
    });

    public static ResultMeta ToMeta(ResultRecord record) => new(record.TaskId, record.State)
    {
        Result = record.Result,
        Traceback = record.Traceback,
        Children = record.Children,
        DateDone = record.DateDone,
        GroupId = record.GroupId,
        ParentId = record.ParentId,
        Extension = record.Details is { } details
            ? new ResultExtension(details.Name, details.Args, details.Kwargs, details.Worker, details.Retries, details.Queue)
            : null,
    };

    /// <summary>What a group consists of, as a result tuple.</summary>
    public static ReadOnlyMemory<byte> ToJson(ResultNode group)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = MaxDepth }))
        {
            group.Write(writer);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Reads the result tuple of a group.</summary>
    /// <exception cref="ResultBackendException">It is none.</exception>
    public static ResultNode ToNode(ReadOnlyMemory<byte> json, TaskId groupId)
    {
        try
        {
            using var document = ResultNode.Parse(json);
            var node = ResultNode.Read(document.RootElement);
            return node.Members is not null ? node : throw new FormatException("it is that of a task.");
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidOperationException)
        {
            throw new ResultBackendException($"What is stored of group {groupId} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Whether two documents of a task say the same.</summary>
    public static bool AreSame(ResultMeta left, ResultMeta right)
        => left.State == right.State && left.DateDone == right.DateDone && left.Traceback == right.Traceback && left.Result.Span.SequenceEqual(right.Result.Span);
}
