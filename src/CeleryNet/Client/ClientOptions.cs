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

    /// <summary>The zone in which instants that are counted from now are written.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Whether a send waits for the task, and throws if it fails: where the send itself has run it.</summary>
    public bool ThrowsFailures { get; init; }

    /// <summary>How many calls of one bulk may be on their way.</summary>
    public int PublishConcurrency { get; init; } = CeleryOptions.DefaultPublishConcurrency;

    /// <summary>Whether messages are of protocol 1, which has no place for the rest of a chain.</summary>
    public bool UsesLinks { get; init; }
}
