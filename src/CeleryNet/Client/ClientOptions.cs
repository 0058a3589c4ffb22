namespace CeleryNet.Client;

/// <summary>What of the application's options decides how calls become messages.</summary>
internal sealed record ClientOptions
{
    /// <summary>The priority of calls that name none; null for none.</summary>
    public int? DefaultPriority { get; init; }

    /// <summary>Whether calls from within a task take over its priority.</summary>
    public bool InheritParentPriority { get; init; }

    /// <summary>Whether messages hide their arguments from monitors.</summary>
    public bool HideArguments { get; init; }

    /// <summary>Whether a send waits for the task, and throws if it fails: where the send itself has run it.</summary>
    public bool ThrowsFailures { get; init; }
}
