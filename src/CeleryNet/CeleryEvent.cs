using System.Text.Json;

namespace CeleryNet;

/// <summary>Something that a worker or a client has told.</summary>
/// <param name="Type">What it is, such as <c>task-succeeded</c> or <c>worker-heartbeat</c>.</param>
/// <param name="Hostname">The node name of who tells it, such as <c>celery@host</c>; of a client <c>gen123@host</c>.</param>
/// <param name="Fields">All its fields, those that have a property here too.</param>
public sealed record CeleryEvent(string Type, string Hostname, JsonElement Fields)
{
    /// <summary>What stands before the first hyphen of the type: <c>task</c>, <c>worker</c>, or something of a program's own.</summary>
    public string Group => Type.Split('-', 2)[0];

    /// <summary>When it was told, by the clock of who told it; null when it does not say.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>When it came here.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The logical time of who told it: of two events of one worker the later one has the greater. 0 when it does not say.</summary>
    public long Clock { get; init; }

    /// <summary>The process that told it; null when it does not say.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The task it is about; null when it is about none.</summary>
    public TaskId? TaskId { get; init; }
}
