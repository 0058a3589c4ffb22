using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>What one member of a chord's header came to. celery/backends/redis.py on_chord_part_return</summary>
/// <param name="TaskId">The member.</param>
/// <param name="State">SUCCESS, FAILURE or REVOKED.</param>
/// <param name="Result">The result as its document has it, as JSON: a value, or an exception.</param>
internal sealed record ChordPart(TaskId TaskId, TaskState State, ReadOnlyMemory<byte> Result)
{
    /// <summary>The member's place in the header; null when its message does not say, which puts it behind those whose do.</summary>
    public int? Index { get; init; }
}

/// <summary>All parts of a chord, each member once, in the order of the header.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="Group">The header as it was saved, where its results are not a flat list; null otherwise.</param>
internal sealed record ChordParts(IReadOnlyList<ChordPart> Parts, ResultNode? Group)
{
    /// <summary>
    /// What was reported, each member once. A member that ran twice has reported twice if the two runs differ; a success stands for it, else the first report.
    /// </summary>
    public static IReadOnlyList<ChordPart> Distinct(IEnumerable<ChordPart> reported)
    {
        var parts = new List<ChordPart>();
        var places = new Dictionary<TaskId, int>();
        foreach (var part in reported)
        {
            if (places.TryAdd(part.TaskId, parts.Count))
            {
                parts.Add(part);
            }
            else if (part.State == TaskState.Success && parts[places[part.TaskId]] is var known && known.State != TaskState.Success)
            {
                parts[places[part.TaskId]] = part;
            }
        }

        return parts;
    }
}
