using CeleryNet.Extensibility;
using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>Between the records of backends from outside and the documents the library works with.</summary>
internal static class ResultRecords
{
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

    /// <summary>Whether two documents of a task say the same.</summary>
    public static bool AreSame(ResultMeta left, ResultMeta right)
        => left.State == right.State && left.DateDone == right.DateDone && left.Traceback == right.Traceback && left.Result.Span.SequenceEqual(right.Result.Span);
}
