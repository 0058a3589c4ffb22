using System.Text.Json;

namespace CeleryNet.Control;

/// <summary>A command to nodes.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Arguments">Its arguments by name; undefined when there are none.</param>
internal sealed record ControlMessage(string Method, JsonElement Arguments)
{
    /// <summary>The nodes it is for; null for all of them, or for those that fit <see cref="Pattern"/>.</summary>
    public IReadOnlyList<string>? Destination { get; init; }

    /// <summary>What the names of the nodes it is for look like. Counts only with a <see cref="Matcher"/>.</summary>
    public string? Pattern { get; init; }

    /// <summary>What kind of pattern it is.</summary>
    public string? Matcher { get; init; }

    /// <summary>Tells who asked which answers belong to the question.</summary>
    public string? Ticket { get; init; }

    /// <summary>Where answers are wanted; null when none are.</summary>
    public ReplyTo? ReplyTo { get; init; }

    /// <summary>The sender's logical time.</summary>
    public long Clock { get; init; }
}

/// <summary>Where an answer is wanted.</summary>
/// <param name="Exchange">The name of a direct exchange.</param>
/// <param name="RoutingKey">The routing key.</param>
internal sealed record ReplyTo(string Exchange, string RoutingKey);
