using CeleryNet.Extensibility;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>A call with everything decided: what <see cref="TaskMessageWriter"/> puts on the wire.</summary>
internal sealed record TaskCall(string TaskName, TaskId Id, IReadOnlyList<TaskValue> Args, IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs, SendOptions Options)
{
    public required TaskId RootId { get; init; }

    public TaskId? ParentId { get; init; }

    public DateTimeOffset? Eta { get; init; }

    public DateTimeOffset? Expires { get; init; }

    /// <summary>How long the broker keeps the message; null when it does not expire.</summary>
    public TimeSpan? TimeToLive { get; init; }

    public int? Priority { get; init; }

    /// <summary>Whether the broker keeps the message across a restart.</summary>
    public bool Persistent { get; init; } = true;

    public required string ReplyTo { get; init; }

    /// <summary>What the reply is recognized by; null for the id.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>
    /// The body as a message brought it, where it is to go on as it came: what was written by another serializer, compressed or signed stays so. Null to write it.
    /// </summary>
    public EncodedContent? Content { get; init; }

    /// <summary>What comes after the task.</summary>
    public TaskEmbed Embed { get; init; } = TaskEmbed.Empty;
}
