namespace CeleryNet;

/// <summary>Of a group, or of the header of a chord, not all was sent. What was sent runs; a chord that lacks a part does not reach its body.</summary>
public sealed class WorkflowSendException : CeleryException
{
    private WorkflowSendException(string message, string groupId, IReadOnlyList<SendOutcome> outcomes, Exception innerException)
        : base(message, innerException)
    {
        GroupId = groupId;
        Outcomes = outcomes;
    }

    /// <summary>The id of the group, or of the header of the chord.</summary>
    public string GroupId { get; }

    /// <summary>What became of the members, in their order: a handle, or what sending it threw.</summary>
    public IReadOnlyList<SendOutcome> Outcomes { get; }

    internal static WorkflowSendException Of(string groupId, string what, IReadOnlyList<SendOutcome> outcomes, SendOutcome first)
    {
        const int Named = 10;
        var missing = outcomes.Where(outcome => !outcome.IsSent).ToArray();
        var names = string.Join(", ", missing.Take(Named).Select(outcome => $"{outcome.Signature?.TaskName}[{outcome.Id}]"));
        var more = missing.Length > Named ? $" and {missing.Length - Named} more" : "";
        return new WorkflowSendException(
            $"Of the {what} {groupId}, {outcomes.Count - missing.Length} of {outcomes.Count} members were sent and {missing.Length} were not: {names}{more}. The first failed with: {first.Error!.Message}",
            groupId,
            outcomes,
            first.Error);
    }
}
