using System.Text.Json;

namespace CeleryNet;

/// <summary>What a running task's message and its declaration say of it. Read when somebody asks: few tasks do.</summary>
internal interface ITaskFacts
{
    TaskId? ParentId { get; }

    string? GroupId { get; }

    int Retries { get; }

    int? MaxRetries { get; }

    TimeSpan RetryDelay { get; }

    bool IsRedelivered { get; }

    string RoutingKey { get; }

    string Exchange { get; }

    int? Priority { get; }

    DateTimeOffset? Eta { get; }

    DateTimeOffset? Expires { get; }

    string? Origin { get; }

    /// <summary>Made anew each time.</summary>
    IReadOnlyDictionary<string, JsonElement> ReadHeaders();

    /// <summary>Made anew each time.</summary>
    IReadOnlyDictionary<string, JsonElement> ReadStamps();
}
