namespace CeleryNet;

/// <summary>How far the members of a group are. A member that is a group itself counts as one.</summary>
/// <param name="Total">How many members there are.</param>
/// <param name="Successful">How many have succeeded (Celery's <c>completed_count</c>).</param>
/// <param name="Failed">How many have ended in FAILURE or REVOKED.</param>
public readonly record struct GroupCounts(int Total, int Successful, int Failed)
{
    /// <summary>How many have ended, either way.</summary>
    public int Ready => Successful + Failed;

    /// <summary>How many have not ended yet.</summary>
    public int Waiting => Total - Ready;
}
